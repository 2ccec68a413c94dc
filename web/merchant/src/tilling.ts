// One payment at the till, from the code to what came of it. Nothing is told as "not taken" before that is sure.
import { FormKey } from '@kit/key';
import { asProblem } from '@kit/problem';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { calls, type Order, type OrderState, type TillWish } from './calls';
import { overOf } from './over';
import { lookEvery, orderQuery, refreshMoney } from './queries';

/** Where a payment at the till stands. `unknown` got no answer: the same wish with the same key tells. `before` was
 *  paid already, by an earlier code or by a charge whose answer was lost. */
export type Stage = 'asking' | 'charging' | 'waiting' | 'paid' | 'closed' | 'refused' | 'before' | 'unknown';

/** What the state of an order is at the till. */
export const stageOf = (state: OrderState): Stage =>
  state === 'waiting' ? 'waiting' : state === 'closed' ? 'closed' : 'paid';

/** What a charge that failed is at the till. An order that is over stands as it does: never as refused. */
export function stageOfProblem(thrown: unknown): Stage {
  if (asProblem(thrown).isUnknown) {
    return 'unknown';
  }
  const over = overOf(thrown);
  return over ? stageOfOver(over.state) : 'refused';
}

/** What an order is at the till that was over, or waited, before this charge. */
const stageOfOver = (state: OrderState): Stage => {
  const stage = stageOf(state);
  return stage === 'paid' ? 'before' : stage;
};

/** Charges, follows and cancels, for one customer. One key stands for what is bought: another code after a refusal
 *  tries the same order once more, and a code that was charged after all is never charged beside it. `again` asks once
 *  more for what got no answer. */
export function useTill(seller: string) {
  const client = useQueryClient();
  const form = useRef(new FormKey());
  const [made, setMade] = useState<Order | null>(null);
  const charging = useMutation({
    mutationFn: (wish: TillWish) =>
      form.current.send({ ...wish, pay_code: undefined }, key => calls.till(seller, wish, key)),
    onSuccess: told => setMade(told.order),
  });
  const over = useMemo(() => (charging.isError ? overOf(charging.error) : null), [charging.isError, charging.error]);
  const isFollowed = made ? made.state === 'waiting' : Boolean(over?.no);
  const no = made?.trade_no ?? over?.no ?? '';
  const look = useQuery({
    ...orderQuery(seller, no),
    enabled: isFollowed,
    staleTime: 0,
    // Also after a look that failed.
    refetchInterval: query => ((query.state.data?.order.state ?? 'waiting') === 'waiting' ? lookEvery() : false),
  });
  const cancelling = useMutation({
    mutationFn: () => calls.cancel(seller, no),
    onSuccess: told => setMade(told.order),
    // Also after a "no", or none: perhaps it was paid meanwhile.
    onSettled: () => void client.invalidateQueries({ queryKey: orderQuery(seller, no).queryKey }),
  });
  const order = isFollowed ? (look.data?.order ?? made) : made;
  const isOver = order !== null && order.state !== 'waiting';
  useEffect(() => {
    if (isOver) {
      refreshMoney(client, seller);
    }
  }, [isOver, client, seller]);
  const stage = ((): Stage => {
    if (charging.isPending) {
      return 'charging';
    }
    if (made && order) {
      return stageOf(order.state);
    }
    if (over) {
      // What was seen of it before it was over is old.
      return stageOfOver(isOver ? order.state : over.state);
    }
    return charging.isError ? stageOfProblem(charging.error) : 'asking';
  })();
  return {
    stage,
    order,
    /** Where the order is, as soon as its number is known. */
    no: no || null,
    charging,
    cancelling,
    charge: (wish: TillWish) => {
      if (stage === 'asking') {
        charging.mutate(wish);
      }
    },
    /** After a refusal: for another code. */
    reset: () => stage === 'refused' && charging.reset(),
    again: () => charging.variables && charging.mutate(charging.variables),
  };
}
