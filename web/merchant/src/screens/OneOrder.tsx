// /orders/…: one order with everything that happened to it, and what can be done.
import { Button } from '@kit/desk/Button';
import { Copy } from '@kit/desk/CodeBlock';
import { Code, KeyValues, Money, Moment, NoValue, Timeline, type Happened, type Tone } from '@kit/desk/facts';
import { Figures, Page, Section } from '@kit/desk/Page';
import { Loaded, Note, Wrong } from '@kit/desk/states';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Event, OrderDetails } from '../calls';
import { useCancelling } from '../parts/cancelling';
import { State } from '../parts/orders';
import { Postings, Refunds, Splits } from '../parts/OrderTables';
import { RefundRequest } from '../parts/RefundRequest';
import { RefundDialog, RefusedRefund, UnknownRefund, useRefunding } from '../parts/Refund';
import { NotificationTable } from '../parts/NotificationTable';
import { orderQuery } from '../queries';
import { placeOf } from '../refunds';
import { May, useSeller } from '../seller';
import { useShown } from '../shown';

const tone = ({ kind, state }: Event): Tone => {
  if (state === 'under_way' || state === 'due') {
    return 'wait';
  }
  if (state === 'given_up' || state === 'returned') {
    return 'bad';
  }
  return kind === 'paid' ? 'good' : kind === 'refund' ? 'accent' : 'plain';
};

function Story({ of, refunds }: { of: readonly Event[]; refunds: OrderDetails['refunds'] }) {
  const { say, named, money } = useShown();
  const numberOf = (number: string | null | undefined) => {
    const count = number ? placeOf(number, refunds) : undefined;
    return count === undefined ? number : say('order.refund_of', { count });
  };
  const told = (event: Event, place: number): Happened => {
    const groups: Record<string, string> = { notice: 'notice_state', split: 'split_state' };
    const group = groups[event.kind] ?? 'refund_state';
    return {
      key: `${place} ${event.kind}`,
      at: event.at,
      title: (
        <>
          {named('event', event.kind)} {event.amount && money(event.amount)}
        </>
      ),
      text: [event.state && named(group, event.state), numberOf(event.number)].filter(Boolean).join(' · '),
      tone: tone(event),
    };
  };
  return (
    <Section title={say('order.timeline')}>
      <Timeline of={of.map(told)} label={say('order.timeline')} />
    </Section>
  );
}

function Facts({ of }: { of: OrderDetails }) {
  const { say, named, money, day } = useShown();
  const { order, method } = of;
  const back = of.fee_returned;
  const returned = back === null || back === '0.00' ? '' : ` · ${say('order.fee_returned', { amount: money(back) })}`;
  return (
    <Section title={say('order.facts')}>
      <KeyValues
        of={[
          { name: say('order.trade_no'), value: <Code>{order.trade_no}</Code> },
          { name: say('order.out_trade_no'), value: <Code>{order.out_trade_no}</Code> },
          of.body !== null && { name: say('order.body'), value: of.body },
          { name: say('orders.payer'), value: order.payer },
          {
            name: say('order.method'),
            value: method && [named('method', method.kind), method.bank].filter(Boolean).join(' · '),
          },
          // Not every role is told what the platform takes.
          of.fee !== null && { name: say('order.fee'), value: `${money(of.fee)}${returned}` },
          {
            name: say('order.settled_with'),
            value:
              of.settled_with === null
                ? say('order.settled_at_once')
                : say('order.settled_day', { day: day(`${of.settled_with}T12:00:00+08:00`) }),
          },
          { name: say('orders.product'), value: named('product', order.product) },
          { name: say('orders.store'), value: order.store_name ?? order.store_id },
          of.terminal_id !== null && { name: say('order.terminal'), value: of.terminal_id },
          of.operator_id !== null && { name: say('order.operator'), value: of.operator_id },
          { name: say('order.app'), value: <Code>{of.app_id}</Code> },
          { name: say('order.opened_at'), value: <Moment at={order.opened_at} isWhole /> },
          order.state === 'waiting' && { name: say('order.expires'), value: <Moment at={of.expires_at} isWhole /> },
          of.qr_code !== null && {
            name: say('order.qr'),
            value: (
              <span className="with-copy">
                <Code>{of.qr_code}</Code> <Copy text={of.qr_code} />
              </span>
            ),
          },
        ]}
      />
    </Section>
  );
}

function Details({ of }: { of: OrderDetails }) {
  const { say } = useShown();
  const { may, to } = useSeller();
  const { order } = of;
  const refunding = useRefunding(of);
  const [isRefunding, setRefunding] = useState(false);
  const { cancelling, ask } = useCancelling(order.trade_no);
  const closeRefund = () => {
    // What was refused in the dialog was told there.
    refunding.asking.reset();
    setRefunding(false);
  };
  return (
    <Page
      title={order.subject}
      up={{ to: to('/orders'), label: say('orders.title') }}
      beside={<State of={order.state} />}
      actions={
        <>
          {of.can_cancel && may('take_payments') && (
            <Button kind="danger" isBusy={cancelling.isPending} onClick={ask}>
              {say('order.cancel')}
            </Button>
          )}
          {of.can_refund && may('refund') && (
            <Button
              kind="primary"
              disabled={refunding.unknown !== null}
              onClick={() => {
                refunding.asking.reset();
                setRefunding(true);
              }}
            >
              {say('refund.go')}
            </Button>
          )}
        </>
      }
    >
      <Wrong thrown={cancelling.error} />
      <UnknownRefund refunding={refunding} />
      {!isRefunding && !refunding.unknown && <RefusedRefund details={of} refunding={refunding} />}
      {!of.is_whole && <Note>{say('order.not_whole')}</Note>}
      <Figures
        of={[
          { label: say('orders.amount'), value: <Money of={order.amount} /> },
          { label: say('bills.refunded'), value: <Money of={order.refunded} /> },
          { label: say('order.refundable'), value: of.can_refund ? <Money of={of.refundable} /> : <NoValue /> },
        ]}
      />
      <div className="columns main-side">
        <div className="stack">
          <RefundRequest of={of} />
          <Facts of={of} />
          <Refunds of={of.refunds} />
          <Splits of={of.splits} />
          <Postings of={of.postings} />
          {of.notices.length > 0 && (
            <Section title={say('order.notices')}>
              <NotificationTable rows={of.notices} label={say('order.notices')} isOfOrder />
            </Section>
          )}
        </div>
        <Story of={of.timeline} refunds={of.refunds} />
      </div>
      {isRefunding && <RefundDialog details={of} refunding={refunding} onClose={closeRefund} />}
    </Page>
  );
}

function Shown({ no }: { no: string }) {
  const { say } = useShown();
  const { id, to } = useSeller();
  const query = useQuery(orderQuery(id, no));
  if (query.data) {
    return <Loaded query={query}>{of => <Details of={of} />}</Loaded>;
  }
  return (
    <Page title={say('order.title')} up={{ to: to('/orders'), label: say('orders.title') }}>
      <Loaded query={query} lines={8}>
        {() => null}
      </Loaded>
    </Page>
  );
}

export function OneOrder() {
  const { no = '' } = useParams({ strict: false }) as { no?: string };
  return (
    <May act="see_orders">
      <Shown no={no} />
    </May>
  );
}
