// /ledger and /ledger/accounts: what kinds of accounts there are with their sums, and the accounts.
import { Bars } from '@kit/desk/charts';
import { Code } from '@kit/desk/facts';
import { ChoiceField, Field } from '@kit/desk/fields';
import { Filters } from '@kit/desk/Filters';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Loaded, Note } from '@kit/desk/states';
import { PagedTable, Table } from '@kit/desk/Table';
import { fenOf, yuanOf } from '@kit/money';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { PartyLink } from '../parts/links';
import { LedgerTabs } from '../parts/LedgerTabs';
import { list, one } from '../queries';
import { useShown } from '../shown';
import { bySide, sideOf } from '../side';
import type { Chart as ChartTold } from '../told';

const KINDS = [
  'balance',
  'transit',
  'fee_income',
  'bank_reserve',
  'escrow',
  'delayed',
  'clearing_in',
  'clearing_out',
  'suspense_owed',
  'suspense_due',
] as const;

/** Whether the books of each currency balance: the first thing to see. */
function Balances({ differences }: { differences: ChartTold['differences'] }) {
  const { say, sum } = useShown();
  return differences.map(({ currency, balance: difference }) =>
    (fenOf(difference) ?? 1n) === 0n ? (
      <Note key={currency} tone="good">
        {say('ledger.balanced', { currency })}
      </Note>
    ) : (
      <Note key={currency} tone="bad">
        {say('ledger.unbalanced', { currency, amount: sum(difference, currency) })}
      </Note>
    ),
  );
}

function Sums({ chart }: { chart: ChartTold }) {
  const { say, named, number, sum, money, short } = useShown();
  const rows = chart.kinds.flatMap(kind =>
    kind.sums.map(one => ({ ...kind, ...one, balance: bySide(kind.kind, one.balance) })),
  );
  const inYuan = rows.filter(row => row.currency === 'CNY' && (fenOf(row.balance) ?? 0n) !== 0n);
  return (
    <>
      {/* What a part of the accounts comes to says nothing of the books. */}
      {chart.complete ? (
        <Balances differences={chart.differences} />
      ) : (
        <Note tone="warn">{say('ledger.incomplete')}</Note>
      )}
      <Section title={say('ledger.chart')}>
        <p className="quiet">{say('ledger.by_side')}</p>
        <Table
          label={say('ledger.chart')}
          rows={rows}
          rowKey={row => `${row.kind} ${row.currency}`}
          to={row => addressWith('/ledger/accounts', { kind: row.kind })}
          columns={[
            { head: say('ledger.kind'), cell: row => named('account_kind', row.kind) },
            {
              head: say('ledger.class'),
              cell: row => `${named('account_class', row.class)} · ${named('account_side', sideOf(row.kind))}`,
            },
            { head: say('currency'), cell: row => row.currency, isExtra: true },
            { head: say('ledger.count'), cell: row => number(row.accounts), isEnd: true },
            { head: say('ledger.held'), cell: row => sum(row.held, row.currency), isEnd: true },
            { head: say('ledger.balance'), cell: row => sum(row.balance, row.currency), isEnd: true },
          ]}
        />
      </Section>
      {inYuan.length > 1 && (
        <Section title={`${say('ledger.balance')} (CNY)`}>
          <Bars
            title={`${say('ledger.balance')} (CNY)`}
            labels={inYuan.map(row => named('account_kind', row.kind))}
            series={[{ name: say('ledger.balance'), values: inYuan.map(row => fenOf(row.balance) ?? 0n) }]}
            tell={value => money(yuanOf(value))}
            tellShortly={short}
          />
        </Section>
      )}
    </>
  );
}

export function Chart() {
  const { say } = useShown();
  const chart = useQuery(one('/ops/ledger/chart'));
  return (
    <Page title={say('ledger.title')}>
      <LedgerTabs />
      <Loaded query={chart} lines={8}>
        {found => <Sums chart={found} />}
      </Loaded>
    </Page>
  );
}

const route = getRouteApi('/shell/ledger/accounts');

export function Accounts() {
  const { say, named, sum } = useShown();
  const search = route.useSearch();
  const go = useGo();
  const accounts = useInfiniteQuery(list('/ops/ledger/accounts', { query: search }));
  return (
    <Page title={say('ledger.accounts')}>
      <LedgerTabs />
      <Filters
        key={JSON.stringify(search)}
        value={search}
        onFind={next => go(addressWith('/ledger/accounts', next), true)}
      >
        {(typed, set) => (
          <>
            <ChoiceField
              label={say('ledger.kind')}
              name="kind"
              value={typed.kind ?? ''}
              onValue={value => set('kind', value, true)}
              options={[
                { value: '', label: say('desk.all') },
                ...KINDS.map(value => ({ value, label: named('account_kind', value) })),
              ]}
            />
            <Field
              label={say('ledger.owner')}
              name="owner"
              inputMode="numeric"
              autoComplete="off"
              value={typed.owner ?? ''}
              onValue={value => set('owner', value.trim())}
            />
          </>
        )}
      </Filters>
      <Section>
        <PagedTable
          label={say('ledger.accounts')}
          query={accounts}
          rowsOf={page => page.accounts}
          rowKey={row => row.account_id}
          to={row => `/ledger/accounts/${row.account_id}`}
          isFiltered={Object.keys(search).length > 0}
          columns={[
            { head: say('account'), cell: row => <Code>{row.account_id}</Code> },
            { head: say('ledger.kind'), cell: row => named('account_kind', row.kind) },
            { head: say('ledger.owner_head'), cell: row => <PartyLink id={row.owner} /> },
            { head: say('ledger.held'), cell: row => sum(row.held, row.currency), isEnd: true },
            {
              head: say('ledger.balance'),
              cell: row => sum(bySide(row.kind, row.balance), row.currency),
              isEnd: true,
            },
          ]}
        />
      </Section>
    </Page>
  );
}
