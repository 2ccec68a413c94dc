// /applications: who wants to be a merchant, who waits longest first.
import { Badge, Moment } from '@kit/desk/facts';
import { ChoiceField } from '@kit/desk/fields';
import { Filters } from '@kit/desk/Filters';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Who } from '../parts/links';
import { list } from '../queries';
import { useShown } from '../shown';
import { toneOf } from '../tones';

const route = getRouteApi('/shell/applications');

const STATES = [
  'AUDITING',
  'AUDIT_PASS',
  'AUDIT_REJECT',
  'SIGNED',
  'SUSPENDED',
  'UNSIGNED',
  'INIT',
  'MERCHANT_CONFIRM',
];

export function Applications() {
  const { say, named } = useShown();
  const go = useGo();
  const search = route.useSearch();
  const state = search.state ?? 'AUDITING';
  const applications = useInfiniteQuery(list('/ops/applications', { query: { state } }));
  return (
    <Page title={say('applications.title')}>
      <Filters key={state} value={search} onFind={next => go(addressWith('/applications', next), true)}>
        {(typed, set) => (
          <ChoiceField
            label={say('state')}
            name="state"
            value={typed.state ?? 'AUDITING'}
            onValue={value => set('state', value, true)}
            options={STATES.map(value => ({ value, label: named('app_state', value) }))}
          />
        )}
      </Filters>
      <Section>
        <PagedTable
          label={say('applications.title')}
          query={applications}
          rowsOf={page => page.applications}
          rowKey={row => row.login}
          to={row => `/applications/${encodeURIComponent(row.login)}`}
          empty={<Empty words={say('applications.none')} />}
          columns={[
            { head: say('applications.name'), cell: row => row.name },
            { head: say('kind'), cell: row => named('app_kind', row.kind) },
            {
              head: say('state'),
              cell: row => <Badge tone={toneOf(row.state)}>{named('app_state', row.state)}</Badge>,
            },
            { head: say('applications.reviewer'), cell: row => row.reviewer && <Who name={row.reviewer} /> },
            { head: say('applications.changed_at'), cell: row => <Moment at={row.changed_at} />, isEnd: true },
          ]}
        />
      </Section>
    </Page>
  );
}
