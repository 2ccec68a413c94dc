// A bill as lists show it.
import type { Bill } from '@kit/api/shapes';
import { Link } from '@tanstack/react-router';
import { BankcardOutline, BillOutline, PayCircleOutline, ReceivePaymentOutline } from 'antd-mobile-icons';
import { useShown } from '../shown';

const ICONS: Record<string, typeof BillOutline> = {
  payment: BillOutline,
  transfer_out: PayCircleOutline,
  transfer_in: ReceivePaymentOutline,
  top_up: BankcardOutline,
  withdrawal: BankcardOutline,
};

/** The sign of an amount: what came is plus, what went is minus, what moved between own pockets is neither. */
export const signOf = (bill: Pick<Bill, 'direction'>) =>
  bill.direction === 'in' ? '+' : bill.direction === 'out' ? '-' : '';

/** Who is on the other side. Of money to and from a card it is a bank, which the API tells by its code. */
export const otherOf = (bill: Pick<Bill, 'category' | 'other_name'>, named: ReturnType<typeof useShown>['named']) =>
  bill.category === 'cash' && bill.other_name ? named('bank', bill.other_name) : (bill.other_name ?? '');

/** One line of a list of bills. */
export function BillRow({ bill }: { bill: Bill }) {
  const { named, money, shortly } = useShown();
  const Icon = ICONS[bill.kind] ?? BillOutline;
  const other = otherOf(bill, named);
  const title = bill.title || (bill.category === 'cash' ? '' : other);
  const isPlain = bill.state === 'paid' || bill.state === 'done';
  return (
    <li>
      <Link to="/bills/$no" params={{ no: bill.no }} className="row bill">
        <span className={`coin ${bill.category}`} aria-hidden>
          <Icon />
        </span>
        <span className="grow">
          <span className="row-title">{title || named('bill.kind', bill.kind)}</span>
          <span className="quiet">
            {[title && named('bill.kind', bill.kind), title !== other && other].filter(Boolean).join(' · ')}
          </span>
          <span className="quiet">{shortly(bill.at)}</span>
        </span>
        <span className="row-end">
          <span className={`sum ${bill.direction}`}>{money(bill.amount, signOf(bill))}</span>
          {!isPlain && <span className={`state ${bill.state}`}>{named('bill.state', bill.state)}</span>}
        </span>
      </Link>
    </li>
  );
}
