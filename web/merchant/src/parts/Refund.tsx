// Refunding a part of an order, or what is left of it. What is not known is never told as failed: the same wish is
// asked for again with the same key, which refunds nothing twice.
import { Button } from '@kit/desk/Button';
import { Dialog } from '@kit/desk/Dialog';
import { AmountField, LongField } from '@kit/desk/fields';
import { Note, Wrong } from '@kit/desk/states';
import { FormKey } from '@kit/key';
import { amountOf, fenOf } from '@kit/money';
import { notice } from '@kit/notices';
import { asProblem } from '@kit/problem';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { calls, type OrderDetails, type RefundWish } from '../calls';
import { orderQuery, refreshMoney } from '../queries';
import { useSeller } from '../seller';
import { useShown } from '../shown';

/** What was asked for, and the way to ask for it once more. Lives as long as the order's screen, so that closing the
 *  dialog does not forget what is not known. */
export function useRefunding(details: OrderDetails) {
  const { say, money } = useShown();
  const { id } = useSeller();
  const client = useQueryClient();
  const form = useRef(new FormKey());
  const no = details.order.trade_no;
  const [unknown, setUnknown] = useState<RefundWish | null>(null);
  const asking = useMutation({
    mutationFn: (wish: RefundWish) => form.current.send(wish, key => calls.refund(id, no, wish, key)),
    onSuccess: ({ refund }) => {
      form.current.done();
      setUnknown(null);
      const word = refund.state === 'under_way' ? 'refund.under_way' : 'refund.done';
      notice(say(word, { amount: money(refund.amount) }));
      refreshMoney(client, id);
    },
    onError: async (thrown, wish) => {
      const problem = asProblem(thrown);
      setUnknown(problem.isUnknown ? wish : null);
      const looked = client.invalidateQueries({ queryKey: orderQuery(id, no).queryKey });
      if (problem.code === 'changed') {
        // It is told with the new sum.
        await looked;
      }
    },
  });
  return { asking, unknown };
}

type Refunding = ReturnType<typeof useRefunding>;

/** That the outcome of a refund is not known, with the way to find out. */
export function UnknownRefund({ refunding: { asking, unknown } }: { refunding: Refunding }) {
  const { say, money } = useShown();
  return unknown ? (
    <Note tone="warn">
      <p role="alert">{say('refund.unknown', { amount: money(unknown.amount) })}</p>
      <p>
        <Button isBusy={asking.isPending} onClick={() => asking.mutate(unknown)}>
          {say('refund.ask_again')}
        </Button>
      </p>
    </Note>
  ) : null;
}

interface Answered {
  details: OrderDetails;
  refunding: Refunding;
}

/** Why nothing was refunded. Silent while that is not so. */
export function RefusedRefund({ details: { refundable }, refunding: { asking } }: Answered) {
  const { say, money } = useShown();
  return asking.isError && asProblem(asking.error).code === 'changed' ? (
    <p role="alert" className="wrong">
      {say('refund.changed', { amount: money(refundable) })}
    </p>
  ) : (
    <Wrong thrown={asking.error} />
  );
}

interface Props extends Answered {
  onClose: () => void;
}

/** How much, and why. */
export function RefundDialog({ details, refunding, onClose }: Props) {
  const { refundable } = details;
  const { asking } = refunding;
  const { say, money } = useShown();
  const [typed, setTyped] = useState(refundable);
  const [reason, setReason] = useState('');
  const amount = amountOf(typed);
  const isOver = amount !== null && (fenOf(amount) ?? 0n) > (fenOf(refundable) ?? 0n);
  const isReady = amount !== null && !isOver;
  const wish: RefundWish = { amount: amount ?? '', refundable, ...(reason.trim() ? { reason: reason.trim() } : {}) };
  const send = () => {
    if (isReady && !asking.isPending) {
      asking.mutate(wish, {
        onSuccess: onClose,
        // The order's screen tells it, and has the way to ask again.
        onError: thrown => asProblem(thrown).isUnknown && onClose(),
      });
    }
  };
  return (
    <Dialog title={say('refund.title')} onClose={() => !asking.isPending && onClose()}>
      <form
        noValidate
        className="form"
        onSubmit={event => {
          event.preventDefault();
          send();
        }}
      >
        <AmountField
          label={say('refund.amount')}
          value={typed}
          onValue={setTyped}
          name="amount"
          text={say('refund.limit', { amount: money(refundable) })}
          {...(isOver ? { wrong: say('refund.over') } : {})}
        />
        <LongField
          label={say('refund.reason')}
          value={reason}
          onValue={text => setReason(text.replace(/[\r\n]+/g, ' '))}
          name="reason"
          rows={2}
          maxLength={256}
        />
        <RefusedRefund details={details} refunding={refunding} />
        <div className="form-foot">
          <Button onClick={onClose} disabled={asking.isPending}>
            {say('desk.cancel')}
          </Button>
          <Button kind="danger" type="submit" isBusy={asking.isPending} disabled={!isReady}>
            {say('refund.sure', { amount: amount ? money(amount) : '' })}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
