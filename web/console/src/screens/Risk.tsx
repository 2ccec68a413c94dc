// /risk: the rules in force, and what is proposed beside them, with who has to agree.
import { Badge, KeyValues, Moment } from '@kit/desk/facts';
import { Go } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Wrong } from '@kit/desk/states';
import { useQuery } from '@tanstack/react-query';
import { act, type Acts } from '../calls';
import { useDoing } from '@kit/desk/doing';
import { Allowed } from '../parts/Allowed';
import { Changes } from '../parts/Changes';
import { Who } from '../parts/links';
import { RuleTable } from '../parts/RuleTable';
import { Second, SecondRule } from '../parts/Second';
import { one } from '../queries';
import { difference } from '../rules';
import { useShown } from '../shown';
import type { Risk as Told } from '../told';

function Proposal({ risk }: { risk: Told }) {
  const { say } = useShown();
  const { proposal } = risk;
  const approving = useDoing({
    send: (read: Acts['/ops/risk/approval'][0]) => act('/ops/risk/approval', read),
    done: say('done_approve'),
  });
  if (!proposal) {
    return (
      <Section title={say('proposal')}>
        <Empty words={say('no_proposal')} />
        <Wrong thrown={approving.error} />
        <Allowed act="set_risk">
          <SecondRule act="set_risk" />
        </Allowed>
      </Section>
    );
  }
  const { version, digest } = proposal;
  return (
    <Section title={say('risk.proposal_title', { version })}>
      <KeyValues
        of={[
          { name: say('proposer'), value: <Who name={proposal.proposed_by} /> },
          { name: say('time'), value: <Moment at={proposal.proposed_at} isWhole /> },
        ]}
      />
      <Changes changes={difference(risk.in_force?.rules ?? [], proposal.rules)} />
      <Second
        proposer={proposal.proposed_by}
        act="set_risk"
        read={{ version, digest }}
        approving={approving}
        question={{ title: say('risk.approve_sure', { version }), text: say('risk.approve_sure_text') }}
      />
    </Section>
  );
}

function InForce({ risk }: { risk: Told }) {
  const { say } = useShown();
  const held = risk.in_force;
  return (
    <Section
      title={say('in_force')}
      actions={held && <Badge tone="good">{say('version', { version: held.version })}</Badge>}
    >
      {held ? (
        <>
          <KeyValues
            of={[
              { name: say('effective_at'), value: <Moment at={held.effective_at} isWhole /> },
              { name: say('proposer'), value: <Who name={held.proposed_by} /> },
              { name: say('approved_by'), value: <Who name={held.approved_by} /> },
            ]}
          />
          <RuleTable rules={held.rules} label={say('risk.rules')} />
        </>
      ) : (
        <Empty words={say('risk.none_in_force')} />
      )}
    </Section>
  );
}

export function Risk() {
  const { say } = useShown();
  const risk = useQuery(one('/ops/risk'));
  const edit = (
    <Allowed act="set_risk" isSilent>
      <Go to="/risk/edit" className="button primary">
        {say('risk.edit')}
      </Go>
    </Allowed>
  );
  return (
    <Page title={say('risk.title')} actions={edit}>
      <Loaded query={risk} lines={8}>
        {found => (
          <>
            <Proposal risk={found} />
            <InForce risk={found} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
