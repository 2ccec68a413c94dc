// /: for whom one works. Whoever works for one merchant goes there at once.
import { addressOf } from '@kit/api/client';
import { Badge } from '@kit/desk/facts';
import { Page, Section } from '@kit/desk/Page';
import { site } from '@kit/persons';
import { Empty, Loading } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { sellersQuery } from '../queries';
import { firstScreen } from '../Shell';
import { useShown } from '../shown';

export function Choose() {
  const { say, named } = useShown();
  const sellers = useQuery(sellersQuery).data ?? [];
  const isSandbox = useQuery({ queryKey: ['site'], queryFn: site }).data?.sandbox === true;
  const { history } = useRouter();
  const [only] = sellers.length === 1 ? sellers : [];
  useEffect(() => {
    if (only) {
      history.replace(firstScreen(only));
    }
  }, [only, history]);
  if (only) {
    return <Loading />;
  }
  return (
    <Page title={say('choose.title')} text={sellers.length > 0 && say('choose.text')}>
      <Section>
        {sellers.length === 0 ? (
          <Empty words={say('choose.none')}>
            {isSandbox && <a href={addressOf('app/sandbox/#/desks')}>{say('choose.sandbox')}</a>}
          </Empty>
        ) : (
          <Table
            label={say('choose.title')}
            rows={sellers}
            rowKey={one => one.seller_id}
            to={firstScreen}
            columns={[
              { head: say('choose.title'), cell: one => one.name },
              { head: say('staff.role'), cell: one => <Badge>{named('role', one.role)}</Badge> },
              { head: say('apps.number'), cell: one => <code className="no">{one.seller_id}</code>, isExtra: true },
            ]}
          />
        )}
      </Section>
    </Page>
  );
}
