// /notifications: what was sent to the merchant's server, and what came of it.
import { ChoiceField } from '@kit/desk/fields';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Failed } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useNotificationColumns } from '../parts/NotificationTable';
import { appsQuery, notificationsQuery } from '../queries';
import { May, useSeller } from '../seller';
import { useShown } from '../shown';

function List() {
  const { say } = useShown();
  const { id, to } = useSeller();
  const { app = '' } = useSearch({ strict: false }) as { app?: string };
  const go = useGo();
  const known = useQuery(appsQuery(id));
  const apps = known.data ?? [];
  const query = useInfiniteQuery(notificationsQuery(id, app));
  const columns = useNotificationColumns();
  return (
    <>
      {known.isError && <Failed thrown={known.error} again={() => void known.refetch()} />}
      {apps.length > 1 && (
        <div className="filters">
          <ChoiceField
            label={say('notes.app')}
            value={app}
            onValue={chosen => go(addressWith(to('/notifications'), { app: chosen }))}
            options={[
              { value: '', label: say('desk.all') },
              ...apps.map(one => ({ value: one.app_id, label: one.app_id })),
            ]}
          />
        </div>
      )}
      <Section>
        <PagedTable
          label={say('notes.title')}
          query={query}
          rowsOf={page => page.notifications}
          rowKey={one => one.notify_id}
          columns={columns}
          empty={<Empty words={say('notes.none')} />}
          isFiltered={app !== ''}
        />
      </Section>
    </>
  );
}

export function Notifications() {
  const { say } = useShown();
  return (
    <Page title={say('notes.title')} text={say('notes.text')}>
      <May act="see_apps">
        <List />
      </May>
    </Page>
  );
}
