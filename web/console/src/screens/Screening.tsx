// /screening: the list of names in force, what is proposed, and what the list found of a party.
import { Button } from '@kit/desk/Button';
import { Badge, Code, KeyValues, Moment } from '@kit/desk/facts';
import { Dialog } from '@kit/desk/Dialog';
import { Field, LongField } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Note, Wrong } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { act, type Acts } from '../calls';
import { useDoing, useRenewed } from '@kit/desk/doing';
import { Allowed } from '../parts/Allowed';
import { Who } from '../parts/links';
import { Second, SecondRule } from '../parts/Second';
import { noted, one } from '../queries';
import { useShown } from '../shown';
import { toneOf } from '../tones';
import type { NameLists as Told } from '../told';

const route = getRouteApi('/shell/screening');

/** Thousandths from which an entry is usually a hit, and between what. */
const THRESHOLD_USUAL = '850';
const THRESHOLD = /^(7\d\d|8\d\d|9\d\d|1000)$/;

function Propose({ base, onClose }: { base: number; onClose: () => void }) {
  const { say } = useShown();
  const renew = useRenewed();
  const [listed, setListed] = useState('');
  const [threshold, setThreshold] = useState(THRESHOLD_USUAL);
  const take = (files: FileList | null) => void files?.[0]?.text().then(setListed);
  const done = () => {
    notice(say('done_propose'));
    void renew();
    onClose();
  };
  return (
    <Dialog title={say('screening.propose')} onClose={onClose} isWide>
      <Form
        go={say('propose')}
        isReady={listed.trim() !== '' && THRESHOLD.test(threshold)}
        beside={<Button onClick={onClose}>{say('desk.cancel')}</Button>}
        send={() => act('/ops/screening/proposal', { base_version: base, threshold: Number(threshold), list: listed })}
        onDone={done}
        onWrong={() => void renew()}
      >
        <SecondRule act="set_risk" />
        <div className="field">
          <label htmlFor="screening-file">{say('screening.file')}</label>
          <input
            id="screening-file"
            type="file"
            accept=".csv,.jsonl,.json,.txt"
            onChange={event => take(event.target.files)}
          />
        </div>
        <LongField
          label={say('screening.list')}
          text={say('screening.list_text')}
          name="list"
          rows={10}
          isCode
          value={listed}
          onValue={setListed}
        />
        <Field
          label={say('screening.threshold')}
          text="700–1000"
          name="threshold"
          inputMode="numeric"
          value={threshold}
          onValue={text => setThreshold(text.replace(/\D/g, '').slice(0, 4))}
        />
      </Form>
    </Dialog>
  );
}

function Proposal({ told }: { told: Told }) {
  const { say, number } = useShown();
  const { proposal } = told;
  const approving = useDoing({
    send: (read: Acts['/ops/screening/approval'][0]) => act('/ops/screening/approval', read),
    done: say('done_approve'),
  });
  if (!proposal) {
    return (
      <Section title={say('proposal')}>
        <Empty words={say('no_proposal')} />
        <Wrong thrown={approving.error} />
      </Section>
    );
  }
  const { version, digest } = proposal;
  return (
    <Section title={`${say('proposal')} · ${say('version', { version })}`}>
      <KeyValues
        of={[
          { name: say('proposer'), value: <Who name={proposal.proposed_by} /> },
          { name: say('time'), value: <Moment at={proposal.proposed_at} isWhole /> },
          { name: say('screening.entry'), value: say('screening.entries', { count: number(proposal.entries) }) },
          { name: say('screening.threshold'), value: proposal.threshold },
          { name: say('digest'), value: <Code>{digest}</Code> },
        ]}
      />
      <Second
        proposer={proposal.proposed_by}
        act="set_risk"
        read={{ version, digest }}
        approving={approving}
        question={{ title: say('screening.approve_sure', { version }), text: say('screening.approve_sure_text') }}
      />
    </Section>
  );
}

function InForce({ told }: { told: Told }) {
  const { say, number } = useShown();
  const held = told.in_force;
  return (
    <Section
      title={say('in_force')}
      actions={held && <Badge tone="good">{say('version', { version: held.version })}</Badge>}
    >
      {held ? (
        <KeyValues
          of={[
            { name: say('screening.entry'), value: say('screening.entries', { count: number(held.entries) }) },
            { name: say('screening.threshold'), value: held.threshold },
            { name: say('effective_at'), value: <Moment at={held.effective_at} isWhole /> },
            { name: say('proposer'), value: <Who name={held.proposed_by} /> },
            { name: say('approved_by'), value: <Who name={held.approved_by} /> },
            { name: say('digest'), value: <Code>{held.digest}</Code> },
          ]}
        />
      ) : (
        <Empty words={say('screening.none')} />
      )}
    </Section>
  );
}

function Hits({ user }: { user: string }) {
  const { say, named } = useShown();
  const hits = useQuery(noted('/ops/screening/hits', { query: { user_id: user } }));
  return (
    <Loaded query={hits}>
      {({ hits, payments_stopped_by: stopped }) => (
        <>
          {stopped && stopped !== 'none' && (
            <Note tone="warn">{say('party.stopped', { by: named('stop', stopped) })}</Note>
          )}
          {hits.length === 0 ? (
            <Empty words={say('screening.no_hits')} />
          ) : (
            <Table
              label={say('screening.hits')}
              rows={hits}
              rowKey={row => `${row.subject} ${row.entry} ${row.version}`}
              columns={[
                { head: say('screening.entry'), cell: row => <strong>{row.entry}</strong> },
                { head: say('screening.alias'), cell: row => row.alias },
                { head: say('screening.score'), cell: row => `${row.score} (${row.measure})` },
                { head: say('screening.source'), cell: row => [row.source, row.reason].filter(Boolean).join(' · ') },
                {
                  head: say('state'),
                  cell: row => row.state && <Badge tone={toneOf(row.state)}>{named('case_state', row.state)}</Badge>,
                },
                { head: say('time'), cell: row => <Moment at={row.at} />, isEnd: true },
              ]}
            />
          )}
        </>
      )}
    </Loaded>
  );
}

function Look() {
  const { say } = useShown();
  const { user_id: user = '' } = route.useSearch();
  const go = useGo();
  const [typed, setTyped] = useState(user);
  return (
    <Section title={say('screening.hits')}>
      <Allowed act="look_at_persons">
        <form
          className="search"
          onSubmit={event => {
            event.preventDefault();
            go(addressWith('/screening', { user_id: typed.trim() }), true);
          }}
        >
          <Field
            label={say('screening.user_id')}
            text={say('screening.hits_text')}
            name="user_id"
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onValue={setTyped}
          />
          <Button type="submit">{say('view')}</Button>
        </form>
        {user && <Hits user={user} />}
      </Allowed>
    </Section>
  );
}

export function Screening() {
  const { say } = useShown();
  const screening = useQuery(one('/ops/screening'));
  const [isProposing, setProposing] = useState(false);
  const propose = (
    <Allowed act="set_risk" isSilent>
      <Button kind="primary" onClick={() => setProposing(true)}>
        {say('screening.propose')}
      </Button>
    </Allowed>
  );
  return (
    <Page title={say('screening.title')} actions={propose}>
      <Loaded query={screening}>
        {found => (
          <>
            <div className="columns">
              <Proposal told={found} />
              <InForce told={found} />
            </div>
            {isProposing && <Propose base={found.in_force?.version ?? 0} onClose={() => setProposing(false)} />}
          </>
        )}
      </Loaded>
      <Look />
    </Page>
  );
}
