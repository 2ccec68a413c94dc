// /ledger/trial-balance: of a closed day, or of today as it stands.
import { DateField } from '@kit/desk/fields';
import { Filters } from '@kit/desk/Filters';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page } from '@kit/desk/Page';
import { Loaded } from '@kit/desk/states';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { LedgerTabs } from '../parts/LedgerTabs';
import { Trial } from '../parts/Trial';
import { one } from '../queries';
import { useShown } from '../shown';

const route = getRouteApi('/shell/ledger/trial-balance');

export function TrialBalance() {
  const { say, day } = useShown();
  const search = route.useSearch();
  const go = useGo();
  const balance = useQuery(one('/ops/ledger/trial-balance', { query: search }));
  return (
    <Page title={say('ledger.trial')} {...(balance.data ? { text: day(`${balance.data.day}T12:00:00+08:00`) } : {})}>
      <LedgerTabs />
      <Filters
        key={JSON.stringify(search)}
        value={search}
        onFind={next => go(addressWith('/ledger/trial-balance', next), true)}
      >
        {(typed, set) => (
          <DateField
            label={say('ledger.day')}
            name="day"
            value={typed.day ?? ''}
            onValue={value => set('day', value)}
          />
        )}
      </Filters>
      <Loaded query={balance} lines={8}>
        {found => <Trial of={found} />}
      </Loaded>
    </Page>
  );
}
