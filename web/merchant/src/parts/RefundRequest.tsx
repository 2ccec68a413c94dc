// Buyers who ask for their money: who waits, what one of them said, and the no with its reason. A yes is a refund.
import { Button } from '@kit/desk/Button';
import { Dialog } from '@kit/desk/Dialog';
import { Badge, KeyValues, Money, Moment, NoValue, type Tone } from '@kit/desk/facts';
import { LongField } from '@kit/desk/fields';
import { Section } from '@kit/desk/Page';
import { Empty, Wrong } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { calls, type OrderDetails } from '../calls';
import { refresh, requestsQuery } from '../queries';
import { useSeller } from '../seller';
import { useShown } from '../shown';

/** Letters of a reason. */
const REASON_MAX = 200;

const TONES: Record<string, Tone> = { open: 'wait', met: 'good', refused: 'plain' };

/** Those who wait, above all orders; nothing while nobody does. */
export function Waiting() {
  const { say } = useShown();
  const { id, to } = useSeller();
  const query = useInfiniteQuery(requestsQuery(id));
  const isEmpty = query.data?.pages.every(page => page.requests.length === 0) && !query.hasNextPage;
  if (query.data === undefined || isEmpty) {
    return null;
  }
  return (
    <Section title={say('requests.title')}>
      <p className="quiet">{say('requests.text')}</p>
      <PagedTable
        label={say('requests.title')}
        query={query}
        rowsOf={page => page.requests}
        rowKey={({ order }) => order.trade_no}
        to={({ order }) => to(`/orders/${order.trade_no}`)}
        columns={[
          {
            head: say('orders.order'),
            cell: ({ order }) => (
              <>
                {order.subject}
                <span className="second">{order.out_trade_no}</span>
              </>
            ),
          },
          { head: say('requests.reason'), cell: ({ request }) => request.reason },
          { head: say('orders.amount'), cell: ({ order }) => <Money of={order.amount} />, isEnd: true },
          { head: say('orders.payer'), cell: ({ order }) => order.payer ?? <NoValue />, isExtra: true },
          { head: say('requests.asked'), cell: ({ request }) => <Moment at={request.asked_at} /> },
        ]}
        empty={<Empty words={say('orders.none')} />}
      />
    </Section>
  );
}

function Refusing({ of, onClose }: { of: OrderDetails; onClose: () => void }) {
  const { say } = useShown();
  const { id } = useSeller();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const no = of.order.trade_no;
  const asking = of.refund_request?.asking ?? 0;
  const look = () => refresh(client, id, 'order', 'requests');
  const refusing = useMutation({
    mutationFn: () => calls.refuseRefund(id, no, { asking, reason: reason.trim() }),
    onSuccess: () => {
      notice(say('requests.no_done'));
      look();
      onClose();
    },
    onError: look,
  });
  const isReady = reason.trim() !== '';
  return (
    <Dialog title={say('requests.no_title')} onClose={() => !refusing.isPending && onClose()}>
      <form
        noValidate
        className="form"
        onSubmit={event => {
          event.preventDefault();
          if (isReady && !refusing.isPending) {
            refusing.mutate();
          }
        }}
      >
        <LongField
          label={say('requests.no_reason')}
          value={reason}
          onValue={text => setReason(text.replace(/[\r\n]+/g, ' '))}
          name="reason"
          rows={2}
          maxLength={REASON_MAX}
        />
        <Wrong thrown={refusing.error} />
        <div className="form-foot">
          <Button onClick={onClose} disabled={refusing.isPending}>
            {say('desk.cancel')}
          </Button>
          <Button kind="danger" type="submit" isBusy={refusing.isPending} disabled={!isReady}>
            {say('requests.no_go')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What the buyer of an order asked for, with the way to say no. */
export function RefundRequest({ of }: { of: OrderDetails }) {
  const { say, named } = useShown();
  const { may } = useSeller();
  const [isRefusing, setRefusing] = useState(false);
  const asked = of.refund_request;
  if (!asked) {
    return null;
  }
  const isOpen = asked.state === 'open' && may('refund');
  return (
    <Section title={say('requests.title')}>
      <KeyValues
        of={[
          {
            name: say('orders.state'),
            value: <Badge tone={TONES[asked.state] ?? 'plain'}>{named('request_state', asked.state)}</Badge>,
          },
          { name: say('requests.reason'), value: asked.reason },
          { name: say('requests.asked'), value: <Moment at={asked.asked_at} isWhole /> },
          asked.answer !== null && { name: say('requests.answer'), value: asked.answer },
          asked.answered_at !== null && {
            name: say('requests.answered'),
            value: <Moment at={asked.answered_at} isWhole />,
          },
        ]}
      />
      {isOpen && (
        <p>
          <Button onClick={() => setRefusing(true)}>{say('requests.no')}</Button>{' '}
          <span className="quiet">{say('requests.yes_text')}</span>
        </p>
      )}
      {isRefusing && <Refusing of={of} onClose={() => setRefusing(false)} />}
    </Section>
  );
}
