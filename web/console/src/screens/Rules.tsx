// /rules: what is asked of a payment without a contract, and up to which amount no password is asked for; proposed by
// one, approved by another with the words that were read.
import { Button } from '@kit/desk/Button';
import { Dialog } from '@kit/desk/Dialog';
import { useDoing, useRenewed } from '@kit/desk/doing';
import { KeyValues, Moment } from '@kit/desk/facts';
import { AmountField, Field, LongField } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Note } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { act, type Acts } from '../calls';
import { Allowed } from '../parts/Allowed';
import { Who } from '../parts/links';
import { Second, SecondRule } from '../parts/Second';
import { one } from '../queries';
import { useShown } from '../shown';
import type { Rules as Told, RulesVersion } from '../told';
import { typedMoment } from '../typed';

/** Characters of a reason, at most. */
const REASON_MAX = 256;

/** The rules of a version, as they are sent to agree to them: what was read, and nothing else. */
const wordsOf = (version: RulesVersion) => ({
  merchant_fee_ppm: version.merchant_fee_ppm,
  password_free_limit: version.password_free_limit,
  valid_from: version.valid_from ?? null,
  reason: version.reason,
  version: version.version,
});

function Proposal({ proposal }: { proposal: RulesVersion }) {
  const { say, fee, money } = useShown();
  const approving = useDoing({
    send: (read: Acts['/ops/rules/approval'][0]) => act('/ops/rules/approval', read),
    done: say('done_approve'),
  });
  return (
    <Section title={`${say('proposal')} · ${say('version', { version: proposal.version })}`}>
      <KeyValues
        of={[
          { name: say('contracts.fee'), value: fee(proposal.merchant_fee_ppm) },
          { name: say('configuration.free'), value: money(proposal.password_free_limit) },
          {
            name: say('contracts.valid_from'),
            value: proposal.valid_from ? <Moment at={proposal.valid_from} isWhole /> : say('rules.at_once'),
          },
          { name: say('reason'), value: proposal.reason },
          { name: say('proposer'), value: <Who name={proposal.proposed_by} /> },
        ]}
      />
      <Second
        proposer={proposal.proposed_by}
        act="approve_rules"
        read={wordsOf(proposal)}
        approving={approving}
        question={{ title: say('rules.approve_sure', { version: proposal.version }) }}
      />
    </Section>
  );
}

function Propose({ told, onClose }: { told: Told; onClose: () => void }) {
  const { say } = useShown();
  const renew = useRenewed();
  const [fee, setFee] = useState(String(told.in_force.merchant_fee_ppm));
  const [limit, setLimit] = useState(told.in_force.password_free_limit);
  const [validFrom, setValidFrom] = useState('');
  const [reason, setReason] = useState('');
  const send = () =>
    act('/ops/rules/proposal', {
      merchant_fee_ppm: Number(fee),
      password_free_limit: limit,
      valid_from: typedMoment(validFrom),
      reason: reason.trim(),
      base_version: told.version,
    });
  const done = () => {
    notice(say('done_propose'));
    void renew();
    onClose();
  };
  return (
    <Dialog title={say('rules.propose_title')} onClose={onClose}>
      <Form
        go={say('propose')}
        isReady={fee !== '' && limit !== '' && reason.trim() !== ''}
        beside={<Button onClick={onClose}>{say('desk.cancel')}</Button>}
        send={send}
        onDone={done}
        onWrong={() => void renew()}
      >
        <SecondRule act="approve_rules" />
        <Field
          label={say('contracts.fee_ppm')}
          text={say('contracts.fee_text')}
          name="merchant_fee_ppm"
          inputMode="numeric"
          value={fee}
          onValue={text => setFee(text.replace(/\D/g, '').slice(0, 6))}
        />
        <AmountField
          label={say('configuration.free')}
          text={say('rules.free_text')}
          name="password_free_limit"
          value={limit}
          onValue={setLimit}
        />
        <Field
          label={say('contracts.valid_from')}
          text={say('contracts.valid_from_text')}
          name="valid_from"
          placeholder="2026-12-24 10:00:00"
          value={validFrom}
          onValue={setValidFrom}
        />
        <LongField label={say('reason')} name="reason" maxLength={REASON_MAX} value={reason} onValue={setReason} />
      </Form>
    </Dialog>
  );
}

function InForce({ told, onPropose }: { told: Told; onPropose: () => void }) {
  const { say, fee, money } = useShown();
  const held = told.in_force;
  const propose = (
    <Allowed act="propose_rules" isSilent>
      <Button isSmall onClick={onPropose}>
        {say('propose')}
      </Button>
    </Allowed>
  );
  return (
    <Section title={say('in_force')} actions={propose}>
      <p className="quiet">{say('rules.text')}</p>
      <KeyValues
        of={[
          { name: say('contracts.fee'), value: fee(held.merchant_fee_ppm) },
          { name: say('configuration.free'), value: money(held.password_free_limit) },
          {
            name: say('effective_at'),
            value: held.effective_at ? <Moment at={held.effective_at} isWhole /> : say('rules.since_ever'),
          },
        ]}
      />
    </Section>
  );
}

function Waiting({ told }: { told: Told }) {
  const { say, fee, money, number } = useShown();
  return told.waiting.length === 0 ? null : (
    <Section title={say('contracts.waiting')}>
      {told.waiting_left_out > 0 && <Note>{say('rules.left_out', { count: number(told.waiting_left_out) })}</Note>}
      <Table
        label={say('contracts.waiting')}
        rows={told.waiting}
        rowKey={row => row.effective_at ?? ''}
        columns={[
          { head: say('effective_at'), cell: row => row.effective_at && <Moment at={row.effective_at} isWhole /> },
          { head: say('configuration.free'), cell: row => money(row.password_free_limit), isEnd: true },
          { head: say('contracts.fee'), cell: row => fee(row.merchant_fee_ppm), isEnd: true },
        ]}
      />
    </Section>
  );
}

function History({ told }: { told: Told }) {
  const { say, fee, money, number } = useShown();
  return (
    <Section title={say('configuration.history')}>
      {told.history_left_out > 0 && <Note>{say('rules.left_out', { count: number(told.history_left_out) })}</Note>}
      {told.history.length === 0 ? (
        <Empty words={say('configuration.no_history')} />
      ) : (
        <Table
          label={say('configuration.history')}
          rows={told.history}
          rowKey={row => String(row.version)}
          columns={[
            { head: say('configuration.what'), cell: row => say('version', { version: row.version }) },
            { head: say('effective_at'), cell: row => row.valid_from && <Moment at={row.valid_from} isWhole /> },
            { head: say('reason'), cell: row => row.reason },
            { head: say('proposer'), cell: row => <Who name={row.proposed_by} /> },
            { head: say('approved_by'), cell: row => <Who name={row.approved_by} /> },
            { head: say('configuration.free'), cell: row => money(row.password_free_limit), isEnd: true },
            { head: say('contracts.fee'), cell: row => fee(row.merchant_fee_ppm), isEnd: true },
          ]}
        />
      )}
    </Section>
  );
}

export function Rules() {
  const { say } = useShown();
  const rules = useQuery(one('/ops/rules'));
  const [isProposing, setProposing] = useState(false);
  return (
    <Page title={say('configuration.rulebooks')}>
      <Loaded query={rules} lines={8}>
        {told => (
          <>
            <div className="columns">
              <InForce told={told} onPropose={() => setProposing(true)} />
              {told.proposal && <Proposal proposal={told.proposal} />}
            </div>
            <Waiting told={told} />
            <History told={told} />
            {isProposing && <Propose told={told} onClose={() => setProposing(false)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
