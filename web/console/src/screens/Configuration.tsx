// /configuration: what is in force, who proposed and approved it, and what was in force before.
import { Badge, Code, KeyValues, Moment } from '@kit/desk/facts';
import { Go } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Note } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { useQuery } from '@tanstack/react-query';
import { PartyLink, Who } from '../parts/links';
import { one } from '../queries';
import { useShown } from '../shown';
import { toneOf } from '../tones';
import type { Configuration as Told } from '../told';

interface VersionsProps {
  title: string;
  to: string;
  of: Told['risk'];
  /** How many rules or entries there are, in words. */
  count: (entries: number) => string;
}

function Versions({ title, to, of, count }: VersionsProps) {
  const { say } = useShown();
  const held = of.in_force;
  return (
    <Section title={title} actions={<Go to={to}>{say('view')}</Go>}>
      {held ? (
        <KeyValues
          of={[
            { name: say('in_force'), value: `${say('version', { version: held.version })} · ${count(held.entries)}` },
            { name: say('effective_at'), value: <Moment at={held.effective_at} isWhole /> },
            { name: say('proposer'), value: <Who name={held.proposed_by} /> },
            { name: say('approved_by'), value: <Who name={held.approved_by} /> },
            { name: say('digest'), value: <Code>{held.digest}</Code> },
          ]}
        />
      ) : (
        <Empty words={say('none')} />
      )}
      {of.proposal && (
        <KeyValues
          of={[
            {
              name: say('proposal'),
              value: (
                <>
                  {say('version', { version: of.proposal.version })} · <Who name={of.proposal.proposed_by} />
                </>
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}

function Books({ told }: { told: Told }) {
  const { say, fee, money } = useShown();
  return (
    <Section title={say('configuration.rulebooks')} actions={<Go to="/rules">{say('view')}</Go>}>
      <Table
        label={say('configuration.rulebooks')}
        rows={told.rulebooks}
        rowKey={row => row.effective_at}
        columns={[
          { head: say('effective_at'), cell: row => <Moment at={row.effective_at} isWhole /> },
          { head: say('state'), cell: row => row.in_force && <Badge tone="good">{say('in_force')}</Badge> },
          { head: say('configuration.free'), cell: row => money(row.password_free_limit), isEnd: true },
          { head: say('contracts.fee'), cell: row => fee(row.merchant_fee_ppm), isEnd: true },
        ]}
      />
    </Section>
  );
}

function Contracts({ told }: { told: Told }) {
  const { say, named, fee } = useShown();
  return (
    <Section title={`${say('configuration.contracts')} · ${say('configuration.contracts_text')}`}>
      {told.contracts.length === 0 ? (
        <Empty words={say('contracts.none')} />
      ) : (
        <Table
          label={say('configuration.contracts')}
          rows={told.contracts}
          rowKey={row => `${row.seller_id} ${row.product} ${row.version}`}
          to={row => `/contracts?user_id=${row.seller_id}`}
          columns={[
            {
              head: say('contracts.product'),
              cell: row => `${named('product', row.product)} · ${say('version', { version: row.version })}`,
            },
            { head: say('seller'), cell: row => <PartyLink id={row.seller_id} /> },
            {
              head: say('state'),
              cell: row => <Badge tone={toneOf(row.status)}>{named('contract_state', row.status)}</Badge>,
            },
            { head: say('proposer'), cell: row => <Who name={row.proposed_by} />, isExtra: true },
            { head: say('approved_by'), cell: row => <Who name={row.approved_by} />, isExtra: true },
            { head: say('contracts.fee'), cell: row => fee(row.fee_ppm), isEnd: true },
          ]}
        />
      )}
    </Section>
  );
}

/** A subject is a seller, and then the product. */
function Subject({ of: subject }: { of: string | null }) {
  const { named } = useShown();
  const [seller, product] = subject?.split(' ') ?? [];
  return (
    <>
      <PartyLink id={seller} /> {product && named('product', product)}
    </>
  );
}

function History({ told }: { told: Told }) {
  const { say, named } = useShown();
  return (
    <Section title={say('configuration.history')}>
      {told.truncated && <Note>{say('configuration.truncated')}</Note>}
      {told.history.length === 0 ? (
        <Empty words={say('configuration.no_history')} />
      ) : (
        <Table
          label={say('configuration.history')}
          rows={told.history}
          rowKey={row => `${row.what} ${row.version} ${row.at} ${row.subject ?? ''}`}
          columns={[
            {
              head: say('configuration.what'),
              cell: row => `${named('what', row.what)} · ${say('version', { version: row.version })}`,
            },
            { head: say('time'), cell: row => <Moment at={row.at} isWhole /> },
            { head: say('party'), cell: row => row.subject && <Subject of={row.subject} /> },
            { head: say('proposer'), cell: row => <Who name={row.proposed_by} /> },
            { head: say('approved_by'), cell: row => <Who name={row.approved_by} /> },
          ]}
        />
      )}
    </Section>
  );
}

export function Configuration() {
  const { say, number } = useShown();
  const configuration = useQuery(one('/ops/configuration'));
  return (
    <Page title={say('configuration.title')}>
      <Loaded query={configuration} lines={8}>
        {told => (
          <>
            <div className="columns">
              <Versions
                title={say('configuration.risk')}
                to="/risk"
                of={told.risk}
                count={entries => say('configuration.rules', { count: number(entries) })}
              />
              <Versions
                title={say('screening.title')}
                to="/screening"
                of={told.screening}
                count={entries => say('screening.entries', { count: number(entries) })}
              />
            </div>
            <Books told={told} />
            <Contracts told={told} />
            <History told={told} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
