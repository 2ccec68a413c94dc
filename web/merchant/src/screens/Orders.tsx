// /orders: all orders, newest first, looked through by number, words, state and day.
import { ChoiceField, DateField, Field } from '@kit/desk/fields';
import { Filters } from '@kit/desk/Filters';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Note } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { ORDER_STATES, type OrderFilter } from '../calls';
import { useOrderColumns } from '../parts/orders';
import { Waiting } from '../parts/RefundRequest';
import { ordersQuery } from '../queries';
import { May, useSeller } from '../seller';
import { useShown } from '../shown';

function List() {
  const { say, named } = useShown();
  const { id, to } = useSeller();
  const filter = useSearch({ strict: false }) as OrderFilter;
  const go = useGo();
  const query = useInfiniteQuery(ordersQuery(id, filter));
  const columns = useOrderColumns();
  const find = (wanted: OrderFilter) =>
    go(addressWith(to('/orders'), { ...wanted, find: wanted.find?.trim(), words: wanted.words?.trim() }));
  const last = query.data?.pages.at(-1);
  const states = [{ value: '', label: say('desk.all') }].concat(
    ORDER_STATES.map(value => ({ value, label: named('order_state', value) })),
  );
  return (
    <>
      <Filters<keyof OrderFilter> key={JSON.stringify(filter)} value={filter} onFind={find}>
        {(typed, set) => (
          <>
            <Field
              label={say('orders.find')}
              value={typed.find ?? ''}
              onValue={text => set('find', text)}
              name="find"
              maxLength={64}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
            <Field
              label={say('orders.words')}
              value={typed.words ?? ''}
              onValue={text => set('words', text)}
              name="words"
              maxLength={64}
              autoComplete="off"
            />
            <ChoiceField
              label={say('orders.state')}
              value={typed.state ?? ''}
              onValue={text => set('state', text, true)}
              options={states}
              name="state"
            />
            <DateField
              label={say('desk.from')}
              value={typed.from ?? ''}
              onValue={text => set('from', text)}
              name="from"
              {...(typed.to ? { max: typed.to } : {})}
            />
            <DateField
              label={say('desk.to')}
              value={typed.to ?? ''}
              onValue={text => set('to', text)}
              name="to"
              {...(typed.from ? { min: typed.from } : {})}
            />
          </>
        )}
      </Filters>
      <Section>
        {last?.is_whole === false && <Note>{say('orders.not_whole')}</Note>}
        <PagedTable
          label={say('orders.title')}
          query={query}
          rowsOf={page => page.orders}
          rowKey={order => order.trade_no}
          to={order => to(`/orders/${order.trade_no}`)}
          columns={columns}
          empty={<Empty words={say('orders.none')} />}
          isFiltered={Object.values(filter).some(Boolean)}
        />
      </Section>
    </>
  );
}

export function Orders() {
  const { say } = useShown();
  return (
    <Page title={say('orders.title')}>
      <May act="see_orders">
        <Waiting />
        <List />
      </May>
    </Page>
  );
}
