// What rows of orders have in common.
import { Badge, Money, Moment, NoValue, type Tone } from '@kit/desk/facts';
import type { Column } from '@kit/desk/Table';
import type { Order, OrderState } from '../calls';
import { useShown } from '../shown';

const TONES: Record<OrderState, Tone> = {
  waiting: 'wait',
  paid: 'good',
  refunded: 'plain',
  finished: 'plain',
  closed: 'plain',
};

export function State({ of }: { of: OrderState }) {
  const { named } = useShown();
  return <Badge tone={TONES[of] ?? 'plain'}>{named('order_state', of)}</Badge>;
}

/** Whether something of it went back. */
export const isRefunded = (order: Order): boolean => order.refunded !== '0.00';

export function useOrderColumns(): Column<Order>[] {
  const { say, named, money } = useShown();
  return [
    {
      head: say('orders.order'),
      cell: order => (
        <>
          {order.subject}
          <span className="second">{order.out_trade_no}</span>
        </>
      ),
    },
    {
      head: say('orders.state'),
      cell: order => (
        <span className="stack-small">
          <State of={order.state} />
          {order.state === 'paid' && isRefunded(order) && (
            <span className="quiet">{say('orders.refunded', { amount: money(order.refunded) })}</span>
          )}
        </span>
      ),
    },
    { head: say('orders.amount'), cell: order => <Money of={order.amount} />, isEnd: true },
    { head: say('orders.payer'), cell: order => order.payer ?? <NoValue />, isExtra: true },
    { head: say('orders.product'), cell: order => named('product', order.product), isExtra: true },
    { head: say('orders.opened'), cell: order => <Moment at={order.opened_at} /> },
  ];
}
