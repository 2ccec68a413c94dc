// /ledger/transit: money between slots, which over all of them is none.
import { Moment } from '@kit/desk/facts';
import { ChoiceField } from '@kit/desk/fields';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Note } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { fenOf } from '@kit/money';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { OrderLink } from '../parts/links';
import { LedgerTabs } from '../parts/LedgerTabs';
import { one } from '../queries';
import { useShown } from '../shown';
import type { Transit as Told } from '../told';

const route = getRouteApi('/shell/ledger/transit');

function Shown({ transit }: { transit: Told }) {
  const { say, sum } = useShown();
  return (
    <>
      {transit.sum.map(({ currency, balance }) => (
        <Note key={currency} tone={fenOf(balance) === 0n ? 'good' : 'bad'}>
          {fenOf(balance) === 0n
            ? say('ledger.balanced', { currency })
            : say('ledger.unbalanced', { currency, amount: sum(balance, currency) })}
        </Note>
      ))}
      {!transit.complete && <Note tone="warn">{say('ledger.transit_incomplete')}</Note>}
      <Section title={say('ledger.transit_slots')}>
        {transit.slots.length === 0 ? (
          <Empty words={say('ledger.transit_none')} />
        ) : (
          <Table
            label={say('ledger.transit_slots')}
            rows={transit.slots}
            rowKey={row => `${row.slot} ${row.currency}`}
            columns={[
              { head: say('ledger.slot'), cell: row => row.slot },
              { head: say('ledger.balance'), cell: row => sum(row.balance, row.currency), isEnd: true },
            ]}
          />
        )}
      </Section>
      <Section title={say('ledger.transit_orders')}>
        {transit.orders.length === 0 ? (
          <Empty words={say(transit.complete ? 'ledger.transit_none_orders' : 'ledger.transit_part')} />
        ) : (
          <Table
            label={say('ledger.transit_orders')}
            rows={transit.orders}
            rowKey={row => `${row.trade_no} ${row.currency}`}
            columns={[
              { head: say('ledger.order'), cell: row => <OrderLink no={row.trade_no} /> },
              { head: say('ledger.since'), cell: row => <Moment at={row.since} /> },
              { head: say('ledger.balance'), cell: row => sum(row.balance, row.currency), isEnd: true },
            ]}
          />
        )}
      </Section>
    </>
  );
}

/** How far back orders are looked for, minutes. */
const MINUTES = ['60', '360', '1440'] as const;

export function Transit() {
  const { say, number } = useShown();
  const go = useGo();
  const { minutes = '60' } = route.useSearch();
  const transit = useQuery(one('/ops/ledger/transit', { query: { minutes } }));
  return (
    <Page title={say('ledger.transit')} text={say('ledger.transit_text')}>
      <LedgerTabs />
      <div className="filters">
        <ChoiceField
          label={say('ledger.transit_minutes')}
          value={minutes}
          onValue={value => go(addressWith('/ledger/transit', { minutes: value }), true)}
          options={MINUTES.map(value => ({
            value: value as string,
            label: say('ledger.hours', { count: number(Number(value) / 60) }),
          }))}
        />
      </div>
      <Loaded query={transit}>{found => <Shown transit={found} />}</Loaded>
    </Page>
  );
}
