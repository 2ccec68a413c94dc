// What came of paying an order, looked at until it is over. That no money was taken is said only where no card was ever
// asked for it.
import type { Order } from '@kit/api/shapes';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { useEffect, useRef } from 'react';
import { revoke, type LastTry, type Standing } from '../paying';
import { paymentQuery, refreshMoney } from '../queries';
import { useShown } from '../shown';
import { after, moneyWord, tryWord, type Now } from '../stage';
import { Result } from './Result';
import { Wrong } from './states';

/** What is to be known of the last payment by card; nothing where the order says as much. */
export function useTried(): (lastTry: LastTry | null) => string[] {
  const { say, named } = useShown();
  return lastTry => {
    const word = tryWord(lastTry);
    const reason = lastTry?.state === 'failed' && lastTry.reason ? [named('reason', lastTry.reason)] : [];
    return word ? [say(word), ...reason] : [];
  };
}

interface Props {
  order: Order;
  now: Now;
  onNow: (now: Now) => void;
  /** The order is open for another way: reads it anew. */
  onOpen: () => Promise<void>;
}

/** Looks at a payment until it is over, or open again: then the bank refused, or nothing ever arrived. */
function useLooking({ order, now, onNow, onOpen }: Props): void {
  const client = useQueryClient();
  const isWaiting = now.stage === 'sent' || now.stage === 'unknown';
  const look = useQuery(paymentQuery(order.trade_no, isWaiting));
  const seenOpen = useRef(0);
  const seen = isWaiting && look.isFetchedAfterMount ? look.data : undefined;
  useEffect(() => {
    if (!seen) {
      return;
    }
    seenOpen.current = seen.state === 'open' ? seenOpen.current + 1 : 0;
    const stage = after(now, seen, seenOpen.current);
    if (stage === 'open') {
      void onOpen();
      return;
    }
    if (stage !== 'sent' && stage !== 'unknown') {
      refreshMoney(client);
    }
    onNow({ stage, lastTry: seen.lastTry ?? now.lastTry });
    // Each look counts once, also one that sees the same again.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [seen, look.dataUpdatedAt]);
}

interface Revoking {
  tradeNo: string;
  lastTry: LastTry;
  onTold: (standing: Standing) => Promise<void>;
}

function Revoke({ tradeNo, lastTry, onTold }: Revoking) {
  const { say } = useShown();
  const revoking = useMutation({ mutationFn: () => revoke(tradeNo, lastTry.no), onSuccess: onTold });
  return (
    <>
      <Wrong thrown={revoking.error} />
      <Button block size="large" loading={revoking.isPending} onClick={() => revoking.mutate()}>
        {say('pay.revoke')}
      </Button>
      <p className="quiet">{say('pay.revoke_text')}</p>
    </>
  );
}

type Shown = Pick<Parameters<typeof Result>[0], 'outcome' | 'title' | 'text' | 'amount'>;

/** What is said of a stage. */
function useWords({ order: { amount, payee_name }, now: { stage, lastTry } }: Props): Shown {
  const { say } = useShown();
  const tried = useTried()(lastTry);
  // Of an order that was paid, an earlier card that took nothing is of no interest any more.
  const later = lastTry?.state === 'failed' || lastTry?.state === 'closed' ? [] : tried;
  const money = say(moneyWord(lastTry));
  switch (stage) {
    case 'paid':
      return { outcome: 'done', title: say('pay.paid'), text: [payee_name, ...later], amount };
    case 'refunded':
      return { outcome: 'done', title: say('pay.refunded'), text: [say('pay.refunded_text'), ...later], amount };
    case 'closed':
      return { outcome: 'failed', title: say('pay.closed'), text: [say('pay.closed_text'), money] };
    case 'refused':
      return { outcome: 'failed', title: say('pay.bank_refused'), text: [...tried, say('pay.refused_text')], amount };
    case 'unpaid':
      return { outcome: 'failed', title: say('pay.not_paid'), text: [money, say('pay.not_paid_text')], amount };
    case 'unknown':
      return { outcome: 'unknown', title: say('pay.unknown'), text: [say('pay.unknown_text')], amount };
    default:
      return { outcome: 'waiting', title: say('pay.under_way'), text: [say('pay.under_way_text')], amount };
  }
}

/** How paying ended, or that it has not yet. */
export function PayOutcome(props: Props & Pick<Revoking, 'onTold'>) {
  const { order, now, onOpen, onTold } = props;
  const { say } = useShown();
  useLooking(props);
  const { stage, lastTry } = now;
  // Also a closed order's bank may still be asked.
  const mayRevoke = stage === 'sent' || (stage === 'closed' && lastTry?.state === 'under_way');
  return (
    <Result {...useWords(props)}>
      {(stage === 'refused' || stage === 'unpaid') && (
        <Button block color="primary" size="large" onClick={() => void onOpen()}>
          {say('pay.again')}
        </Button>
      )}
      {(stage === 'paid' || stage === 'refunded' || stage === 'sent') && (
        <Link to="/bills/$no" params={{ no: order.trade_no }} className="button primary">
          {say('pay.see_bill')}
        </Link>
      )}
      {mayRevoke && lastTry && <Revoke tradeNo={order.trade_no} lastTry={lastTry} onTold={onTold} />}
      {stage !== 'sent' && (
        <Link to="/" className="button">
          {say('to_home')}
        </Link>
      )}
    </Result>
  );
}
