// The last calls of the gateway, as it saw them.
import { Code, Moment, NoValue } from '@kit/desk/facts';
import { CheckField, ChoiceField } from '@kit/desk/fields';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { AppField } from '../parts/AppField';
import { Ended, Signature, toneOf } from '../parts/badges';
import { requestsQuery } from '../queries';
import { useShown } from '../shown';

const ONLY = ['', 'failed', 'unsigned'] as const;
type Only = (typeof ONLY)[number];

export function Requests() {
  const { say, named, took } = useShown();
  const { app = '', only: asked = '' } = useSearch({ from: '/shell/requests' });
  const only: Only = ONLY.find(one => one === asked) ?? '';
  const go = useGo();
  const [isLive, setLive] = useState(true);
  const query = useInfiniteQuery(requestsQuery(app, isLive));
  const show = (search: { app: string; only: string }) => go(addressWith('/requests', search), true);
  const fits = (one: Parameters<typeof toneOf>[0] & { signature: string }) =>
    only === '' || (only === 'failed' ? toneOf(one) !== 'good' : one.signature === 'wrong');
  return (
    <Page title={say('requests.title')} text={say('requests.text')}>
      <div className="filters">
        <AppField value={app} onValue={chosen => show({ app: chosen, only })} />
        <ChoiceField
          label={say('requests.only')}
          value={only}
          onValue={chosen => show({ app, only: chosen })}
          options={ONLY.map(one => ({ value: one, label: named('only', one || 'all') }))}
        />
        <CheckField label={say('requests.live')} checked={isLive} onValue={setLive} />
      </div>
      <Section>
        <PagedTable
          label={say('requests.title')}
          query={query}
          rowsOf={page => page.requests.filter(fits)}
          rowKey={one => String(one.number)}
          to={one => `/requests/${one.number}`}
          isFiltered={app !== '' || only !== ''}
          empty={<Empty words={say('requests.none')} />}
          tone={one => (one.signature === 'wrong' ? 'bad' : undefined)}
          columns={[
            { head: say('requests.method'), cell: one => <Code>{one.method ?? say('requests.no_method')}</Code> },
            { head: say('requests.ended'), cell: one => <Ended of={one} /> },
            { head: say('requests.signature'), cell: one => <Signature of={one.signature} /> },
            { head: say('app'), cell: one => (one.app_id ? <Code>{one.app_id}</Code> : <NoValue />), isExtra: true },
            { head: say('requests.interface'), cell: one => one.interface, isExtra: true },
            { head: say('requests.took'), cell: one => took(one.took_us), isEnd: true, isExtra: true },
            { head: say('requests.at'), cell: one => <Moment at={one.at} isWhole />, isEnd: true },
          ]}
        />
      </Section>
    </Page>
  );
}
