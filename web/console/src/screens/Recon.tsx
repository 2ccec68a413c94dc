// /recon: what the bank's statements came to, and whether the books explain all of it.
import { KeyValues } from '@kit/desk/facts';
import { DateField } from '@kit/desk/fields';
import { Filters } from '@kit/desk/Filters';
import { addressWith, Go, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Note } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { fenOf } from '@kit/money';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { one } from '../queries';
import { useShown } from '../shown';
import type { Recon as Told } from '../told';

const route = getRouteApi('/shell/recon');

type Statement = Told['statements'][number];
type Book = Told['books'][number];

const isZero = (amount: string) => fenOf(amount) === 0n;

function StatementShown({ of: statement }: { of: Statement }) {
  const { say, named, sum, number } = useShown();
  const amount = (text: string) => sum(text, statement.currency);
  /** A sum, and those of lines in other currencies. */
  const sums = (text: string, others: readonly string[]) => [amount(text), ...others].join(' · ');
  return (
    <Section title={`${statement.day} · ${statement.account}`}>
      {!isZero(statement.unexplained) && (
        <Note tone="warn">
          {say('recon.unexplained')} {amount(statement.unexplained)}
        </Note>
      )}
      <KeyValues
        of={[
          { name: say('recon.opening'), value: amount(statement.opening) },
          { name: say('recon.closing'), value: amount(statement.closing) },
          {
            name: say('recon.lines'),
            value: say('recon.booked', { booked: number(statement.booked), lines: number(statement.lines) }),
          },
          { name: say('recon.unexplained'), value: amount(statement.unexplained) },
        ]}
      />
      <Table
        label={say('recon.class')}
        rows={statement.classes.filter(row => row.lines > 0)}
        rowKey={row => row.class}
        tone={row => (row.suspense ? 'warn' : undefined)}
        columns={[
          { head: say('recon.class'), cell: row => named('recon_class', row.class) },
          { head: say('recon.lines'), cell: row => number(row.lines), isEnd: true },
          { head: say('recon.in'), cell: row => sums(row.in, row.other_in), isEnd: true },
          { head: say('recon.out'), cell: row => sums(row.out, row.other_out), isEnd: true },
        ]}
      />
    </Section>
  );
}

function BookShown({ of: book }: { of: Book }) {
  const { say, named, sum } = useShown();
  const side = (sums: Record<string, string>) =>
    Object.entries(sums).map(([name, amount]) => ({ name: named('book', name), value: sum(amount, book.currency) }));
  const off = [
    `${say('recon.difference')} ${sum(book.difference, book.currency)}`,
    `${say('recon.reserve_unexplained')} ${sum(book.reserve_unexplained, book.currency)}`,
  ].join(' · ');
  const isRight = isZero(book.difference) && isZero(book.reserve_unexplained);
  return (
    <Section title={`${say('recon.books')} · ${book.currency}`}>
      <Note tone={isRight ? 'good' : 'bad'}>{isRight ? say('ledger.balanced', { currency: book.currency }) : off}</Note>
      <h3>{say('recon.owed')}</h3>
      <KeyValues of={side(book.owed)} />
      <h3>{say('recon.owned')}</h3>
      <KeyValues of={side(book.owned)} />
    </Section>
  );
}

function Shown({ recon }: { recon: Told }) {
  const { say } = useShown();
  return (
    <>
      {/* Books that cannot be added up whole are not told: that is no zero. */}
      {!recon.complete && (
        <Note tone="warn">{say(recon.books.length === 0 ? 'recon.no_books' : 'recon.incomplete')}</Note>
      )}
      <div className="columns main-side">
        <div className="stack">
          {recon.statements.length === 0 ? (
            <Section title={say('recon.statements')}>
              <Empty words={say('recon.no_statements')} />
            </Section>
          ) : (
            recon.statements.map(statement => (
              <StatementShown key={`${statement.account} ${statement.day}`} of={statement} />
            ))
          )}
        </div>
        <div className="stack">
          {recon.complete && recon.books.length === 0 && (
            <Section title={say('recon.books')}>
              <Empty />
            </Section>
          )}
          {recon.books.map(book => (
            <BookShown key={book.currency} of={book} />
          ))}
        </div>
      </div>
    </>
  );
}

export function Recon() {
  const { say } = useShown();
  const search = route.useSearch();
  const go = useGo();
  const recon = useQuery(one('/ops/recon', { query: search }));
  return (
    <Page title={say('recon.title')} actions={<Go to="/suspense">{say('suspense.title')}</Go>}>
      <Filters key={JSON.stringify(search)} value={search} onFind={next => go(addressWith('/recon', next), true)}>
        {(typed, set) => (
          <DateField label={say('day')} name="day" value={typed.day ?? ''} onValue={value => set('day', value)} />
        )}
      </Filters>
      <Loaded query={recon} lines={8}>
        {found => <Shown recon={found} />}
      </Loaded>
    </Page>
  );
}
