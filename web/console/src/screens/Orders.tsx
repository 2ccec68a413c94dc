// /orders: all orders, newest first.
import { Badge, Code, Moment } from '@kit/desk/facts';
import { ChoiceField, DateField, Field } from '@kit/desk/fields';
import { Filters } from '@kit/desk/Filters';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { PartyLink } from '../parts/links';
import { list } from '../queries';
import { useShown } from '../shown';
import { toneOf } from '../tones';

const route = getRouteApi('/shell/orders');

/** States to choose from. */
const STATES = ['offered', 'wait_buyer_pay', 'paid', 'finished', 'closed'] as const;

export function Orders() {
  const { say, named, sum } = useShown();
  const search = route.useSearch();
  const go = useGo();
  const orders = useInfiniteQuery(list('/ops/orders', { query: search }));
  const isFiltered = Object.keys(search).length > 0;
  return (
    <Page title={say('orders.title')}>
      <Filters key={JSON.stringify(search)} value={search} onFind={next => go(addressWith('/orders', next), true)}>
        {(typed, set) => (
          <>
            <ChoiceField
              label={say('state')}
              name="state"
              value={typed.state ?? ''}
              onValue={value => set('state', value, true)}
              options={[
                { value: '', label: say('desk.all') },
                ...STATES.map(value => ({ value, label: named('order_state', value) })),
              ]}
            />
            <DateField
              label={say('desk.from')}
              name="from"
              value={typed.from ?? ''}
              onValue={value => set('from', value)}
            />
            <DateField label={say('desk.to')} name="to" value={typed.to ?? ''} onValue={value => set('to', value)} />
            <Field
              label={say('orders.seller_id')}
              name="seller_id"
              inputMode="numeric"
              autoComplete="off"
              value={typed.seller_id ?? ''}
              onValue={value => set('seller_id', value.trim())}
            />
          </>
        )}
      </Filters>
      <Section>
        <PagedTable
          label={say('orders.title')}
          query={orders}
          rowsOf={page => page.orders}
          rowKey={row => row.trade_no}
          to={row => `/orders/${row.trade_no}`}
          isFiltered={isFiltered}
          empty={<Empty words={say('orders.none')} />}
          columns={[
            { head: say('orders.subject'), cell: row => row.subject },
            { head: say('order.trade_no'), cell: row => <Code>{row.trade_no}</Code> },
            {
              head: say('state'),
              cell: row => <Badge tone={toneOf(row.state)}>{named('order_state', row.state)}</Badge>,
            },
            { head: say('seller'), cell: row => <PartyLink id={row.seller_id} />, isExtra: true },
            { head: say('time'), cell: row => <Moment at={row.opened_at} /> },
            { head: say('amount'), cell: row => sum(row.total, row.currency), isEnd: true },
          ]}
        />
      </Section>
    </Page>
  );
}
