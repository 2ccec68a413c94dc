// /search: whatever has a number or a name, found by the whole of it.
import { Badge, Code, Moment } from '@kit/desk/facts';
import { Field } from '@kit/desk/fields';
import { Button } from '@kit/desk/Button';
import { Page, Section } from '@kit/desk/Page';
import { addressWith, useGo } from '@kit/desk/Go';
import { Empty, Loaded, Note } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { one } from '../queries';
import { useShown } from '../shown';
import { toneOf } from '../tones';
import type { Found } from '../told';

const route = getRouteApi('/shell/search');

const placeOf = (found: Found) => (found.screen === 'party' ? `/parties/${found.id}` : `/orders/${found.id}`);
const stateGroup = (found: Found) =>
  found.kind === 'order' ? 'order_state' : found.kind === 'party' ? 'party_status' : 'deal_state';

function Results({ words }: { words: string }) {
  const { say, named, sum } = useShown();
  const found = useQuery(one('/ops/search', { query: { q: words } }));
  return (
    <Section title={say('search.found')}>
      <Loaded query={found}>
        {({ found, complete }) =>
          found.length === 0 ? (
            <Empty words={say(complete ? 'search.none' : 'search.incomplete', { words })} />
          ) : (
            <>
              {!complete && <Note tone="warn">{say('search.left_out')}</Note>}
              <Table
                label={say('search.found')}
                rows={found}
                rowKey={row => `${row.kind} ${row.no}`}
                to={placeOf}
                columns={[
                  {
                    head: say('number'),
                    cell: row => (
                      <>
                        {named('found', row.kind)} <Code>{row.no}</Code>
                      </>
                    ),
                  },
                  { head: say('orders.subject'), cell: row => row.title },
                  {
                    head: say('state'),
                    cell: row =>
                      row.state && <Badge tone={toneOf(row.state)}>{named(stateGroup(row), row.state)}</Badge>,
                  },
                  { head: say('time'), cell: row => row.at && <Moment at={row.at} /> },
                  {
                    head: say('amount'),
                    cell: row => row.amount && sum(row.amount, row.currency ?? 'CNY'),
                    isEnd: true,
                  },
                ]}
              />
            </>
          )
        }
      </Loaded>
    </Section>
  );
}

export function Search() {
  const { say } = useShown();
  const { q = '' } = route.useSearch();
  const go = useGo();
  const [typed, setTyped] = useState(q);
  return (
    <Page title={say('search.title')}>
      <form
        role="search"
        className="search panel"
        onSubmit={event => {
          event.preventDefault();
          go(addressWith('/search', { q: typed.trim() }), true);
        }}
      >
        <Field
          label={say('search.label')}
          text={say('search.text')}
          value={typed}
          onValue={setTyped}
          name="q"
          type="search"
          autoComplete="off"
          autoCapitalize="none"
          maxLength={100}
        />
        <Button type="submit" kind="primary">
          {say('search.go')}
        </Button>
      </form>
      {q && <Results key={q} words={q} />}
    </Page>
  );
}
