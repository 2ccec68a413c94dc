// The lines of a posting: what went where, and what each account came to.
import { Table } from '@kit/desk/Table';
import type { PostingLine } from '../told';
import { useShown } from '../shown';
import { bySide } from '../side';
import { AccountLink, PartyLink } from './links';

/** The lines as a table; they are all of one currency. */
export function PostingLines({
  lines,
  label,
  currency,
}: {
  lines: readonly PostingLine[];
  label: string;
  currency: string;
}) {
  const { say, named, sum } = useShown();
  return (
    <Table
      label={label}
      rows={lines}
      rowKey={line => `${line.account_id} ${line.side} ${line.amount} ${line.balance_after}`}
      columns={[
        {
          head: say('line.account'),
          cell: line => (
            <>
              {line.account_kind && named('account_kind', line.account_kind)} <AccountLink id={line.account_id} />
            </>
          ),
        },
        { head: say('ledger.owner_head'), cell: line => <PartyLink id={line.owner} />, isExtra: true },
        { head: say('line.debit'), cell: line => line.side === 'debit' && sum(line.amount, currency), isEnd: true },
        { head: say('line.credit'), cell: line => line.side === 'credit' && sum(line.amount, currency), isEnd: true },
        {
          head: say('line.balance'),
          cell: line => sum(bySide(line.account_kind, line.balance_after), currency),
          isEnd: true,
        },
      ]}
    />
  );
}
