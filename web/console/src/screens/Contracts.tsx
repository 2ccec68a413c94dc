// /contracts: what a seller may use at which fee; proposed by one, approved by another with the terms that were read.
import { Button } from '@kit/desk/Button';
import { Badge, KeyValues, Moment } from '@kit/desk/facts';
import { Dialog } from '@kit/desk/Dialog';
import { ChoiceField, Field, LongField } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded } from '@kit/desk/states';
import { notice } from '@kit/notices';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { act, type Acts } from '../calls';
import { useDoing, useRenewed } from '@kit/desk/doing';
import { Allowed } from '../parts/Allowed';
import { Who } from '../parts/links';
import { Second, SecondRule } from '../parts/Second';
import { one } from '../queries';
import { useShown } from '../shown';
import { toneOf } from '../tones';
import type { Contracts as Told, ContractVersion } from '../told';
import { typedMoment } from '../typed';

const route = getRouteApi('/shell/contracts');

type Contract = Told['contracts'][number];

/** Characters of a reason, at most. */
const REASON_MAX = 256;

/** The terms of a version, as they are sent to agree to them: what was read, and nothing else. */
const termsOf = (user: string, version: ContractVersion) => ({
  user_id: user,
  product: version.product,
  status: version.status,
  fee_ppm: version.fee_ppm,
  valid_from: version.valid_from ?? null,
  settlement: version.settlement,
  reason: version.reason,
});

function Terms({ of: version }: { of: ContractVersion }) {
  const { say, named, fee } = useShown();
  return (
    <KeyValues
      of={[
        {
          name: say('state'),
          value: <Badge tone={toneOf(version.status)}>{named('contract_state', version.status)}</Badge>,
        },
        { name: say('contracts.fee'), value: fee(version.fee_ppm) },
        { name: say('contracts.settlement'), value: named('settlement', version.settlement) },
        version.valid_from
          ? { name: say('contracts.valid_from'), value: <Moment at={version.valid_from} isWhole /> }
          : null,
        { name: say('reason'), value: version.reason || null },
        { name: say('proposer'), value: <Who name={version.proposed_by} /> },
        version.approved_by ? { name: say('approved_by'), value: <Who name={version.approved_by} /> } : null,
      ]}
    />
  );
}

function Propose({ user, contract, onClose }: { user: string; contract: Contract; onClose: () => void }) {
  const { say, named } = useShown();
  const renew = useRenewed();
  const held = contract.in_force;
  const [status, setStatus] = useState(held?.status ?? 'in_force');
  const [fee, setFee] = useState(String(held?.fee_ppm ?? ''));
  const [settlement, setSettlement] = useState(held?.settlement ?? 'same_day');
  const [validFrom, setValidFrom] = useState('');
  const [reason, setReason] = useState('');
  const send = () =>
    act('/ops/contracts/proposal', {
      user_id: user,
      product: contract.product,
      status,
      fee_ppm: Number(fee),
      valid_from: typedMoment(validFrom),
      settlement,
      reason: reason.trim(),
      base_version: contract.version,
    });
  const done = () => {
    notice(say('done_propose'));
    void renew();
    onClose();
  };
  const choice = (group: string, ...values: string[]) => values.map(value => ({ value, label: named(group, value) }));
  return (
    <Dialog title={`${say('contracts.propose_title')} · ${named('product', contract.product)}`} onClose={onClose}>
      <Form
        go={say('propose')}
        isReady={fee !== '' && reason.trim() !== ''}
        beside={<Button onClick={onClose}>{say('desk.cancel')}</Button>}
        send={send}
        onDone={done}
        onWrong={() => void renew()}
      >
        <SecondRule act="approve_contract" />
        <ChoiceField
          label={say('state')}
          value={status}
          onValue={setStatus}
          options={choice('contract_state', 'in_force', 'ended')}
        />
        <Field
          label={say('contracts.fee_ppm')}
          text={say('contracts.fee_text')}
          name="fee_ppm"
          inputMode="numeric"
          value={fee}
          onValue={text => setFee(text.replace(/\D/g, '').slice(0, 6))}
        />
        <ChoiceField
          label={say('contracts.settlement')}
          value={settlement}
          onValue={setSettlement}
          options={choice('settlement', 'same_day', 'next_day')}
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

function Proposal({ user, proposal }: { user: string; proposal: ContractVersion }) {
  const { say, named } = useShown();
  const approving = useDoing({
    send: (read: Acts['/ops/contracts/approval'][0]) => act('/ops/contracts/approval', read),
    done: say('done_approve'),
  });
  return (
    <>
      <h3>{`${say('proposal')} · ${say('version', { version: proposal.version })}`}</h3>
      <Terms of={proposal} />
      <Second
        proposer={proposal.proposed_by}
        act="approve_contract"
        read={{ ...termsOf(user, proposal), version: proposal.version }}
        approving={approving}
        question={{ title: say('contracts.approve_sure', { product: named('product', proposal.product) }) }}
      />
    </>
  );
}

function Product({ user, contract }: { user: string; contract: Contract }) {
  const { say, named } = useShown();
  const [isProposing, setProposing] = useState(false);
  const propose = (
    <Allowed act="propose_contract" isSilent>
      <Button isSmall onClick={() => setProposing(true)}>
        {say('propose')}
      </Button>
    </Allowed>
  );
  return (
    <Section title={named('product', contract.product)} actions={propose}>
      {contract.in_force ? (
        <>
          <h3>{`${say('in_force')} · ${say('version', { version: contract.in_force.version })}`}</h3>
          <Terms of={contract.in_force} />
        </>
      ) : (
        <Empty words={say('contracts.none')} />
      )}
      {contract.waiting.map(version => (
        <div key={version.version}>
          <h3>{`${say('contracts.waiting')} · ${say('version', { version: version.version })}`}</h3>
          <Terms of={version} />
        </div>
      ))}
      {contract.proposal && <Proposal user={user} proposal={contract.proposal} />}
      {isProposing && <Propose user={user} contract={contract} onClose={() => setProposing(false)} />}
    </Section>
  );
}

function Found({ user }: { user: string }) {
  const { say } = useShown();
  const contracts = useQuery(one('/ops/contracts', { query: { user_id: user } }));
  return (
    <Loaded query={contracts}>
      {found =>
        found.contracts.length === 0 ? (
          <Empty words={say('contracts.none')} />
        ) : (
          <div className="columns">
            {found.contracts.map(contract => (
              <Product key={contract.product} user={user} contract={contract} />
            ))}
          </div>
        )
      }
    </Loaded>
  );
}

export function Contracts() {
  const { say } = useShown();
  const { user_id: user = '' } = route.useSearch();
  const go = useGo();
  const [typed, setTyped] = useState(user);
  return (
    <Page title={say('contracts.title')}>
      <form
        role="search"
        className="search panel"
        onSubmit={event => {
          event.preventDefault();
          go(addressWith('/contracts', { user_id: typed.trim() }), true);
        }}
      >
        <Field
          label={say('contracts.find')}
          text={say('contracts.find_text')}
          name="user_id"
          inputMode="numeric"
          autoComplete="off"
          value={typed}
          onValue={setTyped}
        />
        <Button type="submit" kind="primary">
          {say('view')}
        </Button>
      </form>
      {user && <Found key={user} user={user} />}
    </Page>
  );
}
