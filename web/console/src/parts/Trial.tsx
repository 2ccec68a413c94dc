// A trial balance: each kind of account with what it began with, what moved, and what it came to.
import { Section } from '@kit/desk/Page';
import { Empty, Note } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { NoValue } from '@kit/desk/facts';
import { fenOf } from '@kit/money';
import { useShown } from '../shown';
import { bySide } from '../side';
import type { TrialBalance } from '../told';

/** The balance of a day, currency by currency. */
export function Trial({ of: told }: { of: TrialBalance }) {
  const { say, named, sum } = useShown();
  const amount = (value: string | null, currency: string) => (value === null ? <NoValue /> : sum(value, currency));
  const side = (kind: string, value: string | null, currency: string) =>
    amount(value === null ? null : bySide(kind, value), currency);
  return (
    <>
      <Note tone={told.closed ? 'info' : 'warn'}>
        {told.closed ? say('ledger.closed_day', { slots: told.slots }) : say('ledger.open_day')}
      </Note>
      {told.trial_balance.length === 0 && <Empty />}
      {told.trial_balance.map(({ currency, accounts, difference, difference_at_end: atEnd }) => {
        const off = [difference, atEnd].find(one => one !== null && fenOf(one) !== 0n);
        return (
          <Section key={currency} title={currency}>
            <Note tone={off ? 'bad' : 'good'}>
              {off
                ? say('ledger.unbalanced', { currency, amount: sum(off, currency) })
                : say('ledger.balanced', { currency })}
            </Note>
            <Table
              label={`${say('ledger.trial')} ${told.day} ${currency}`}
              rows={accounts}
              rowKey={row => row.kind}
              columns={[
                { head: say('ledger.kind'), cell: row => named('account_kind', row.kind) },
                { head: say('ledger.opening'), cell: row => side(row.kind, row.opening, currency), isEnd: true },
                { head: say('ledger.debit'), cell: row => amount(row.debit, currency), isEnd: true },
                { head: say('ledger.credit'), cell: row => amount(row.credit, currency), isEnd: true },
                { head: say('ledger.closing'), cell: row => side(row.kind, row.closing, currency), isEnd: true },
              ]}
            />
          </Section>
        );
      })}
    </>
  );
}
