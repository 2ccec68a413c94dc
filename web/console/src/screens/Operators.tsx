// /operators: who acts for the platform. Two admins appoint.
import { Button } from '@kit/desk/Button';
import { Badge, KeyValues, Moment } from '@kit/desk/facts';
import { Dialog } from '@kit/desk/Dialog';
import { CheckField, ChoiceField, Field } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Note } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { act, type Acts } from '../calls';
import { useDoing, useRenewed } from '@kit/desk/doing';
import { useMe } from '../me';
import { Allowed } from '../parts/Allowed';
import { Who } from '../parts/links';
import { Second, SecondRule } from '../parts/Second';
import { one } from '../queries';
import { partInAppointment, ROLES_OF } from '../second';
import { useShown } from '../shown';
import type { Act, Operator, OperatorProposal } from '../told';

const ROLES = ['viewer', 'clerk', 'risk_officer', 'treasurer', 'admin'] as const;

/** A user id, whole. */
const USER = /^2088\d{12}$/;

function Propose({ onClose }: { onClose: () => void }) {
  const { say, named } = useShown();
  const me = useMe();
  const renew = useRenewed();
  // Until there is a second operator each proposes itself, as an admin, and nobody else.
  const [user, setUser] = useState(me.everybody ? me.user_id : '');
  const [role, setRole] = useState<(typeof ROLES)[number]>(me.everybody ? 'admin' : 'viewer');
  const [active, setActive] = useState(true);
  const done = () => {
    notice(say('done_propose'));
    void renew();
    onClose();
  };
  return (
    <Dialog title={say(me.everybody ? 'operators.propose_own' : 'operators.propose')} onClose={onClose}>
      <Form
        go={say('propose')}
        isReady={USER.test(user.trim())}
        beside={<Button onClick={onClose}>{say('desk.cancel')}</Button>}
        send={() => act('/ops/operators/proposal', { user_id: user.trim(), role, active })}
        onDone={done}
        onWrong={() => void renew()}
      >
        {me.everybody ? <Note>{say('operators.first_proposal')}</Note> : <SecondRule act="appoint" />}
        {!me.everybody && (
          <>
            <Field
              label={say('operators.user_id')}
              text={say('operators.user_id_text')}
              name="user_id"
              inputMode="numeric"
              autoComplete="off"
              value={user}
              onValue={setUser}
            />
            <ChoiceField
              label={say('operators.role')}
              name="role"
              value={role}
              onValue={setRole}
              options={ROLES.map(value => ({ value, label: named('role', value) }))}
            />
            <CheckField label={say('operators.is_active')} name="active" checked={active} onValue={setActive} />
          </>
        )}
      </Form>
    </Dialog>
  );
}

function Proposal({ of: proposal, admins }: { of: OperatorProposal; admins: number }) {
  const { say, named } = useShown();
  const me = useMe();
  const part = partInAppointment(me, proposal, admins);
  const user_id = proposal.user_id ?? proposal.name;
  const approving = useDoing({
    send: (read: Acts['/ops/operators/approval'][0]) => act('/ops/operators/approval', read),
    done: say('done_approve'),
  });
  const withdrawing = useDoing({
    send: () => act('/ops/operators/withdrawal', { user_id }),
    done: say('done_withdraw'),
  });
  const title = say('operators.approve_sure', {
    name: proposal.login ?? proposal.name,
    role: named('role', proposal.role),
  });
  return (
    <li className="proposal">
      <KeyValues
        of={[
          { name: say('operators.user_id'), value: <Who name={proposal.name} /> },
          { name: say('party.login'), value: proposal.login },
          {
            name: say('operators.role'),
            value: proposal.active
              ? named('role', proposal.role)
              : `${named('role', proposal.role)} · ${say('operators.becomes_inactive')}`,
          },
          { name: say('proposer'), value: <Who name={proposal.proposed_by} /> },
          { name: say('time'), value: <Moment at={proposal.at} isWhole /> },
        ]}
      />
      <Second
        proposer={proposal.proposed_by}
        act="appoint"
        part={part}
        {...(me.everybody ? { text: say(part === 'second' ? 'operators.take' : 'operators.taken') } : {})}
        beside={
          <Allowed act="appoint" isSilent>
            <Button isBusy={withdrawing.isPending} onClick={() => withdrawing.mutate()}>
              {say('withdraw')}
            </Button>
          </Allowed>
        }
        besideWrong={withdrawing.error}
        read={{ user_id, role: proposal.role, active: proposal.active }}
        approving={approving}
        question={{ title }}
      />
    </li>
  );
}

function Standing({ of: operators }: { of: Operator[] }) {
  const { say, named } = useShown();
  return (
    <Section title={say('operators.list')}>
      <Table
        label={say('operators.list')}
        rows={operators}
        rowKey={row => row.name}
        columns={[
          { head: say('operators.user_id'), cell: row => <Who name={row.name} /> },
          { head: say('party.login'), cell: row => row.login },
          { head: say('operators.role'), cell: row => named('role', row.role) },
          {
            head: say('state'),
            cell: row => (
              <Badge tone={row.active ? 'good' : 'plain'}>
                {say(row.active ? 'operators.is_active' : 'operators.is_inactive')}
              </Badge>
            ),
          },
          {
            head: say('approved_by'),
            cell: row =>
              row.approved_by ? (
                <Who name={row.approved_by} />
              ) : (
                <span className="quiet">{say('operators.first')}</span>
              ),
            isExtra: true,
          },
          { head: say('operators.since'), cell: row => <Moment at={row.since} />, isEnd: true },
        ]}
      />
    </Section>
  );
}

/** What each role may do, for whoever appoints. */
function Rights() {
  const { say, named, list } = useShown();
  const actsOf = (role: string) => (Object.keys(ROLES_OF) as Act[]).filter(one => ROLES_OF[one].includes(role));
  return (
    <Section title={say('operators.table')}>
      <KeyValues
        of={ROLES.map(role => ({
          name: named('role', role),
          value: list(actsOf(role).map(one => named('act', one))),
        }))}
      />
    </Section>
  );
}

export function Operators() {
  const { say } = useShown();
  const me = useMe();
  const operators = useQuery(one('/ops/operators'));
  const [isProposing, setProposing] = useState(false);
  const propose = (
    <Allowed act="appoint" isSilent>
      <Button kind="primary" onClick={() => setProposing(true)}>
        {say(me.everybody ? 'operators.propose_own' : 'operators.propose')}
      </Button>
    </Allowed>
  );
  return (
    <Page title={say('operators.title')} actions={propose}>
      <Loaded query={operators} lines={8}>
        {found => {
          const admins = found.operators.filter(row => row.active && row.role === 'admin').length;
          return (
            <>
              <Section title={say('operators.proposals')}>
                {found.proposals.length === 0 ? (
                  <Empty words={say('no_proposal')} />
                ) : (
                  <ul className="proposals">
                    {found.proposals.map(proposal => (
                      <Proposal key={proposal.name} of={proposal} admins={admins} />
                    ))}
                  </ul>
                )}
              </Section>
              <Standing of={found.operators} />
              <Rights />
            </>
          );
        }}
      </Loaded>
      {isProposing && <Propose onClose={() => setProposing(false)} />}
    </Page>
  );
}
