// /activity: what the people of the merchant asked to be done, newest first.
import { Code, Moment } from '@kit/desk/facts';
import { addressWith, Go } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { StaffAct } from '../calls';
import { actsQuery } from '../queries';
import { May, useSeller } from '../seller';
import { useShown } from '../shown';

/** Acts whose subject begins with the number of an order, and those that name one by the merchant's number. */
const OF_ORDERS = ['order.refund', 'order.cancel'];
const BY_OWN_NUMBER = ['till.charge', 'code.draw'];

/** What it was done to: the first number leads to an order, where it is one; a role has its word. */
function Subject({ of: { act, subject } }: { of: StaffAct }) {
  const { named } = useShown();
  const { to } = useSeller();
  const [first = '', ...more] = subject.split(' ');
  const rest = act.startsWith('staff.') ? more.map(role => named('role', role)) : more;
  const way = OF_ORDERS.includes(act)
    ? to(`/orders/${first}`)
    : BY_OWN_NUMBER.includes(act)
      ? addressWith(to('/orders'), { find: first })
      : undefined;
  return (
    <span className="stack-small">
      {way ? (
        <Go to={way}>
          <Code>{first}</Code>
        </Go>
      ) : (
        <Code>{first}</Code>
      )}
      {rest.length > 0 && <span className="quiet">{rest.join(' ')}</span>}
    </span>
  );
}

function List() {
  const { say, named } = useShown();
  const { id } = useSeller();
  const query = useInfiniteQuery(actsQuery(id));
  return (
    <PagedTable
      label={say('activity.title')}
      query={query}
      rowsOf={page => page.acts}
      rowKey={one => String(one.number)}
      empty={<Empty words={say('activity.none')} />}
      columns={[
        { head: say('activity.act'), cell: one => named('staff_act', one.act) },
        { head: say('activity.subject'), cell: one => <Subject of={one} /> },
        {
          head: say('staff.who'),
          cell: one => (
            <span className="stack-small">
              {one.login || one.user_id}
              {one.login && <span className="quiet">{one.user_id}</span>}
            </span>
          ),
        },
        { head: say('desk.when'), cell: one => <Moment at={one.at} isWhole /> },
      ]}
    />
  );
}

export function Activity() {
  const { say } = useShown();
  return (
    <Page title={say('activity.title')} text={say('activity.text')}>
      <May act="see_staff">
        <Section>
          <List />
        </Section>
      </May>
    </Page>
  );
}
