// /days and /days/:day: the days that were closed, each with its trial balance.
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Trial } from '../parts/Trial';
import { list, one } from '../queries';
import { useShown } from '../shown';

const route = getRouteApi('/shell/days/$day');

/** A day as a moment in its middle, which every zone takes for the same day. */
const noonOf = (day: string) => `${day}T12:00:00+08:00`;

export function Days() {
  const { say, day } = useShown();
  const days = useInfiniteQuery(list('/ops/days'));
  return (
    <Page title={say('days.title')}>
      <Section>
        <PagedTable
          label={say('days.title')}
          query={days}
          rowsOf={page => page.days}
          rowKey={row => row.day}
          to={row => `/days/${row.day}`}
          empty={<Empty words={say('days.none')} />}
          columns={[
            { head: say('day'), cell: row => day(noonOf(row.day)) },
            { head: say('days.slots'), cell: row => row.slots, isEnd: true },
          ]}
        />
      </Section>
    </Page>
  );
}

export function OneDay() {
  const { say, day } = useShown();
  const { day: which } = route.useParams();
  const balance = useQuery(one('/ops/days/{day}', { path: { day: which } }));
  return (
    <Page title={say('days.one', { day: day(noonOf(which)) })} up={{ to: '/days', label: say('days.title') }}>
      <Loaded query={balance} lines={8}>
        {found => <Trial of={found} />}
      </Loaded>
    </Page>
  );
}
