// A notice as the list shows it: what it is, what of, and the way to more.
import type { Notice } from '@kit/api/shapes';
import { Link } from '@tanstack/react-router';
import {
  BankcardOutline,
  BillOutline,
  ClockCircleOutline,
  CloseCircleOutline,
  ExclamationShieldOutline,
  FileOutline,
  KeyOutline,
  PayCircleOutline,
  ReceivePaymentOutline,
} from 'antd-mobile-icons';
import type { ReactNode } from 'react';
import { useShown } from '../shown';

type Look = readonly [icon: typeof BillOutline, coin: string];

const [CAME, CARD, FAILED, WAITS]: Look[] = [
  [ReceivePaymentOutline, 'transfer'],
  [BankcardOutline, 'cash'],
  [CloseCircleOutline, 'failed'],
  [ClockCircleOutline, 'waiting'],
];
const PAID: Look = [BillOutline, 'shopping'];

const LOOKS: Record<Notice['kind'], Look | undefined> = {
  transfer_received: CAME,
  refund_arrived: CAME,
  top_up_done: CARD,
  top_up_failed: FAILED,
  withdrawal_done: CARD,
  withdrawal_failed: FAILED,
  payment_done: PAID,
  payment_failed: FAILED,
  payment_closed: FAILED,
  bank_order_given_up: FAILED,
  card_money_returned: CARD,
  card_money_credited: CARD,
  transfer_waits: WAITS,
  transfer_done: [PayCircleOutline, 'transfer'],
  transfer_returned: CAME,
  transfer_called_back: CAME,
  agreement_signed: [FileOutline, 'safety'],
  agreement_ended: [FileOutline, 'safety'],
  case_released: [ExclamationShieldOutline, 'cash'],
  case_refused: FAILED,
  signed_in: [ExclamationShieldOutline, 'safety'],
  passkey_added: [KeyOutline, 'safety'],
};

/** Kinds that are about money that came to the balance: their amounts have a plus. */
const IN = [
  'transfer_received', 'refund_arrived', 'top_up_done', 'card_money_credited', 'transfer_returned',
  'transfer_called_back',
];
/** Kinds whose other side is the own card's bank, told by its code. */
const BANKS = ['top_up_done', 'top_up_failed', 'withdrawal_done', 'withdrawal_failed'];

/** The lines below what a notice is. */
export function useLines(): (notice: Notice) => string[] {
  const { say, named, shortly } = useShown();
  return ({ kind, title, other_name, other_login, reason, words, arrives_at }) => {
    const isBank = BANKS.includes(kind);
    const name = other_name && (isBank ? named('bank', other_name) : other_name);
    const other = [name, other_login && (isBank ? `(${other_login})` : other_login)].filter(Boolean).join(' ');
    const why = reason && named(kind === 'agreement_ended' ? 'ended_by' : 'reason', reason);
    return [
      [title, other === title ? '' : other].filter(Boolean).join(' · '),
      why ?? '',
      words ? say('notices.words', { words }) : '',
      arrives_at ? say('notices.arrives_at', { at: shortly(arrives_at) }) : '',
    ].filter(line => line !== '');
  };
}

/** Where it leads. A screen that this wallet does not know leads nowhere. */
function Leading({ opens, children }: { opens: Notice['opens']; children: ReactNode }) {
  switch (opens?.screen) {
    case 'bill':
      return (
        <Link to="/bills/$no" params={{ no: opens.no }} className="row bill">
          {children}
        </Link>
      );
    case 'agreement':
      return (
        <Link to="/agreements" className="row bill">
          {children}
        </Link>
      );
    case 'session':
    case 'passkey':
      return (
        <Link to="/security" className="row bill">
          {children}
        </Link>
      );
    default:
      return <div className="row bill">{children}</div>;
  }
}

/** One line of the list of notices. */
export function NoticeRow({ notice, isNew }: { notice: Notice; isNew: boolean }) {
  const { say, named, money, time } = useShown();
  const lines = useLines()(notice);
  const [Icon, coin] = LOOKS[notice.kind] ?? PAID;
  const isIn = IN.includes(notice.kind);
  return (
    <li>
      <Leading opens={notice.opens}>
        <span className={`coin ${coin}`} aria-hidden>
          <Icon />
        </span>
        <span className="grow">
          <span className="row-title">
            {named('notice', notice.kind)}
            {isNew && (
              <>
                <span className="dot-new" aria-hidden />
                <span className="unseen">{say('notices.new')}</span>
              </>
            )}
          </span>
          {lines.map(line => (
            <span key={line} className="quiet">
              {line}
            </span>
          ))}
          <span className="quiet">{time(notice.at)}</span>
        </span>
        {notice.amount && (
          <span className="row-end">
            <span className={isIn ? 'sum in' : 'sum'}>{money(notice.amount, isIn ? '+' : '')}</span>
          </span>
        )}
      </Leading>
    </li>
  );
}
