// On a bill: what was asked of the merchant and what it said, and the way to ask. The same asking has the same key.
import { api, told, withKey } from '@kit/api/client';
import type { BillDetails } from '@kit/api/shapes';
import { Field } from '@kit/Field';
import { FormKey } from '@kit/key';
import { notice } from '@kit/notices';
import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd-mobile';
import { useRef, useState } from 'react';
import { Form, useFieldsSaid } from '../parts/Form';
import { Lines } from '../parts/Lines';
import { Sheet } from '../parts/Sheet';
import { billQuery } from '../queries';
import { useShown } from '../shown';

/** Letters of a reason. */
const REASON_MAX = 200;

function Asking({ no, onClose }: { no: string; onClose: () => void }) {
  const { say } = useShown();
  const client = useQueryClient();
  const form = useRef(new FormKey());
  const [reason, setReason] = useState('');
  const { said, under } = useFieldsSaid('reason');
  const body = { reason: reason.trim() };
  const look = () => client.invalidateQueries({ queryKey: billQuery(no).queryKey });
  return (
    <Sheet title={say('refund.go')} onClose={onClose}>
      <p className="quiet">{say('refund.text')}</p>
      <Form
        go={say('refund.send')}
        isReady={body.reason !== ''}
        said={said}
        send={() =>
          form.current.send(body, key =>
            told(
              api.POST('/me/bills/{no}/refund-request', {
                params: { path: { no } },
                body,
                ...withKey(key),
              }),
            ),
          )
        }
        onWrong={() => void look()}
        onDone={async () => {
          form.current.done();
          await look();
          notice(say('refund.sent'));
          onClose();
        }}
      >
        <Field
          label={say('refund.reason')}
          value={reason}
          onValue={setReason}
          name="reason"
          maxLength={REASON_MAX}
          autoComplete="off"
          required
          {...under('reason')}
        />
      </Form>
    </Sheet>
  );
}

/** What of a payment was asked back. Nothing where nothing was, and nothing may be. */
export function RefundRequest({ bill }: { bill: BillDetails }) {
  const { say, named, moment } = useShown();
  const [isAsking, setAsking] = useState(false);
  const asked = bill.refund_request;
  if (!asked && !bill.can_ask_refund) {
    return null;
  }
  return (
    <section className="panel" aria-labelledby="refund-request">
      <h2 id="refund-request">{say('refund.title')}</h2>
      {asked && (
        <>
          <p className={`state ${asked.state}`}>{named('refund.state', asked.state)}</p>
          <Lines
            of={[
              [say('refund.reason'), asked.reason],
              [say('refund.asked_at'), moment(asked.asked_at)],
              [say('refund.answer'), asked.answer],
              [say('refund.answered_at'), asked.answered_at ? moment(asked.answered_at) : ''],
            ]}
          />
        </>
      )}
      {bill.can_ask_refund && (
        <Button block size="large" onClick={() => setAsking(true)}>
          {say(asked ? 'refund.again' : 'refund.go')}
        </Button>
      )}
      {isAsking && <Asking no={bill.no} onClose={() => setAsking(false)} />}
    </section>
  );
}
