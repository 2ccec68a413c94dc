// /parties/:id: a person or a merchant, with accounts, limits and the newest deals; what is personal needs a word.
import { Button } from '@kit/desk/Button';
import { Badge, Code, KeyValues, Moment } from '@kit/desk/facts';
import { Go } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Note } from '@kit/desk/states';
import { PagedTable, Table } from '@kit/desk/Table';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Allowed } from '../parts/Allowed';
import { AccountLink } from '../parts/links';
import { list, noted, one } from '../queries';
import { useShown } from '../shown';
import { toneOf } from '../tones';
import type { Party, Person } from '../told';

const route = getRouteApi('/shell/parties/$id');

function Facts({ party }: { party: Party }) {
  const { say, named, moment } = useShown();
  return (
    <Section title={say('party.facts')}>
      <KeyValues
        of={[
          { name: say('party.name'), value: party.name },
          { name: say('party.login'), value: party.login },
          { name: say('kind'), value: named('party_kind', party.kind) },
          party.class !== null && { name: say('party.class'), value: named('class', party.class) },
          party.operator && { name: say('party.operator'), value: named('role', party.operator.role) },
          { name: say('party.opened_at'), value: party.opened_at && moment(party.opened_at) },
          { name: say('party.slot'), value: party.slot },
        ]}
      />
    </Section>
  );
}

function Accounts({ party }: { party: Party }) {
  const { say, named, sum } = useShown();
  return (
    <Section title={say('party.accounts')}>
      <Table
        label={say('party.accounts')}
        rows={party.accounts}
        rowKey={row => row.account_id}
        to={row => `/ledger/accounts/${row.account_id}`}
        columns={[
          { head: say('ledger.kind'), cell: row => named('account_kind', row.kind) },
          { head: say('account'), cell: row => <Code>{row.account_id}</Code> },
          { head: say('party.balance'), cell: row => sum(row.balance, row.currency), isEnd: true },
          { head: say('party.held'), cell: row => sum(row.held, row.currency), isEnd: true },
          { head: say('party.available'), cell: row => sum(row.available, row.currency), isEnd: true },
        ]}
      />
    </Section>
  );
}

function Holds({ party }: { party: Party }) {
  const { say, named, sum } = useShown();
  return party.holds.length === 0 ? null : (
    <Section title={say('party.holds')}>
      {party.holds_left_out && <Note>{say('party.holds_left_out')}</Note>}
      <Table
        label={say('party.holds')}
        rows={party.holds}
        rowKey={row => row.no}
        columns={[
          { head: say('number'), cell: row => <Code>{row.no}</Code> },
          { head: say('state'), cell: row => <Badge tone={toneOf(row.state)}>{named('hold_state', row.state)}</Badge> },
          { head: say('account'), cell: row => <AccountLink id={row.account_id} />, isExtra: true },
          { head: say('time'), cell: row => <Moment at={row.changed_at} /> },
          { head: say('amount'), cell: row => sum(row.amount, row.currency), isEnd: true },
        ]}
      />
    </Section>
  );
}

function Aside({ party }: { party: Party }) {
  const { say, named, money, fee, number } = useShown();
  return (
    <>
      {party.limits.length > 0 && (
        <Section title={say('party.limits')}>
          <KeyValues
            of={party.limits.map(limit => ({
              name: [named('limit', limit.name), limit.period].filter(Boolean).join(' '),
              value: limit.most
                ? say('party.limit_used', { used: money(limit.used), most: money(limit.most) })
                : money(limit.used),
            }))}
          />
        </Section>
      )}
      {party.cards.length > 0 && (
        <Section title={say('party.cards')}>
          <KeyValues
            of={party.cards.map(card => ({
              name: `${card.bank} •••• ${card.tail}`,
              value: `${named('card_kind', card.kind)} · ${named('card_state', card.state)}`,
            }))}
          />
        </Section>
      )}
      {party.apps.length > 0 && (
        <Section title={say('party.apps')}>
          <KeyValues of={party.apps.map(app => ({ name: app.app_id, value: named('app_status', app.status) }))} />
        </Section>
      )}
      {party.kind === 'merchant' && (
        <Section
          title={say('party.contracts')}
          actions={<Go to={`/contracts?user_id=${party.user_id}`}>{say('party.all_contracts')}</Go>}
        >
          {party.contracts_left_out > 0 && (
            <Note>{say('party.contracts_left_out', { count: number(party.contracts_left_out) })}</Note>
          )}
          <KeyValues
            of={party.contracts.map(contract => ({
              name: `${named('product', contract.product)} · ${say('version', { version: contract.version })}`,
              value: `${fee(contract.fee_ppm)} · ${named('contract_state', contract.status)}`,
            }))}
          />
        </Section>
      )}
    </>
  );
}

function PersonShown({ person }: { person: Person }) {
  const { say, named } = useShown();
  if (person.forgotten) {
    return <Note>{say('party.forgotten')}</Note>;
  }
  return (
    <KeyValues
      of={[
        { name: say('party.name'), value: person.name },
        { name: say('party.login'), value: person.login },
        { name: say('party.id_number'), value: person.id_number },
        person.class !== null && { name: say('party.class'), value: named('class', person.class) },
        ...person.evidence.map(one => ({
          name: named('evidence', one.kind),
          value: (
            <>
              {one.provider} · <Moment at={one.verified_at} />
            </>
          ),
        })),
      ]}
    />
  );
}

/** What is personal is asked for by a press of a button, because each look is noted: never again by itself. */
function Personal({ id }: { id: string }) {
  const { say } = useShown();
  const [isAsked, setAsked] = useState(false);
  const person = useQuery({
    ...noted('/ops/parties/{user_id}/person', { path: { user_id: id } }),
    enabled: isAsked,
  });
  return (
    <Section title={say('party.person')}>
      <Allowed act="look_at_persons">
        {isAsked ? (
          <Loaded query={person}>{found => <PersonShown person={found} />}</Loaded>
        ) : (
          <>
            <p className="quiet">{say('party.person_text')}</p>
            <Button onClick={() => setAsked(true)}>{say('party.person_go')}</Button>
            <p>
              <Go to={`/screening?user_id=${id}`}>{say('party.hits_go')}</Go>
            </p>
          </>
        )}
      </Allowed>
    </Section>
  );
}

function Deals({ id }: { id: string }) {
  const { say, named, sum } = useShown();
  const deals = useInfiniteQuery(list('/ops/parties/{user_id}/deals', { path: { user_id: id } }));
  return (
    <Section title={say('party.deals')}>
      <PagedTable
        label={say('party.deals')}
        query={deals}
        rowsOf={page => page.deals}
        rowKey={row => `${row.kind} ${row.no}`}
        to={row => (row.trade_no ? `/orders/${row.trade_no}` : undefined)}
        empty={<Empty words={say('party.no_deals')} />}
        columns={[
          { head: say('orders.subject'), cell: row => row.title || named('deal', row.kind) },
          { head: say('kind'), cell: row => named('deal', row.kind) },
          {
            head: say('state'),
            cell: row => (
              <Badge tone={toneOf(row.state)}>
                {named(row.kind === 'sale' ? 'order_state' : 'deal_state', row.state)}
              </Badge>
            ),
          },
          { head: say('party.other'), cell: row => row.other, isExtra: true },
          { head: say('time'), cell: row => <Moment at={row.at} /> },
          {
            head: say('amount'),
            cell: row => `${row.direction === 'out' ? '−' : ''}${sum(row.amount, row.currency)}`,
            isEnd: true,
          },
        ]}
      />
    </Section>
  );
}

export function OneParty() {
  const { say, named } = useShown();
  const { id } = route.useParams();
  const party = useQuery(one('/ops/parties/{user_id}', { path: { user_id: id } }));
  const stopped = party.data?.payments_stopped_by;
  return (
    <Page
      title={say('party.title', { id })}
      up={{ to: '/search', label: say('search.title') }}
      beside={party.data && <Badge tone={toneOf(party.data.status)}>{named('party_status', party.data.status)}</Badge>}
    >
      <Loaded query={party} lines={8}>
        {found => (
          <>
            {stopped && stopped !== 'none' && (
              <Note tone="warn">{say('party.stopped', { by: named('stop', stopped) })}</Note>
            )}
            <div className="columns main-side">
              <div className="stack">
                <Accounts party={found} />
                <Holds party={found} />
                <Deals id={id} />
              </div>
              <div className="stack">
                <Facts party={found} />
                {found.kind === 'person' && <Personal id={id} />}
                <Aside party={found} />
              </div>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}
