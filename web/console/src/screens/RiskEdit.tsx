// /risk/edit: rules as text, read with each mistake at its place, tried on the past, then proposed.
import { Button } from '@kit/desk/Button';
import { DateField, LongField } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Loaded, Note, Wrong } from '@kit/desk/states';
import { notice } from '@kit/notices';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { act } from '../calls';
import { useRenewed } from '@kit/desk/doing';
import { Allowed } from '../parts/Allowed';
import { BacktestShown } from '../parts/Backtest';
import { Changes } from '../parts/Changes';
import { SecondRule } from '../parts/Second';
import { one } from '../queries';
import { asText, changesAnything, difference, readRules, type Read } from '../rules';
import { useShown } from '../shown';
import type { Risk, Rule } from '../told';

/** Lines of the editor. */
const ROWS = 22;

function Check({ read }: { read: Read }) {
  const { say } = useShown();
  if (read.rules) {
    return <Note tone="good">{say('risk.right', { count: read.rules.length })}</Note>;
  }
  return (
    <Note tone="bad">
      <strong>{say('risk.wrong')}</strong>
      <ul>
        {read.wrong.map(({ what, rule, detail }) => (
          <li key={`${rule} ${what} ${detail}`}>{say(`risk.wrong.${what}`, { rule, detail })}</li>
        ))}
      </ul>
    </Note>
  );
}

function Past({ rules }: { rules: Rule[] | null }) {
  const { say } = useShown();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const playing = useMutation({
    mutationFn: (rules: Rule[]) =>
      act('/ops/risk/backtest', { rules, ...(from ? { from } : {}), ...(to ? { to } : {}) }),
  });
  return (
    <Section title={say('risk.backtest')}>
      <p className="quiet">{say('risk.backtest_text')}</p>
      <div className="fields">
        <DateField label={say('desk.from')} value={from} onValue={setFrom} />
        <DateField label={say('desk.to')} value={to} onValue={setTo} />
      </div>
      <Button disabled={!rules} isBusy={playing.isPending} onClick={() => rules && playing.mutate(rules)}>
        {say('risk.backtest_go')}
      </Button>
      <Wrong thrown={playing.error} />
      {playing.data && <BacktestShown of={playing.data} />}
    </Section>
  );
}

function Beginnings({ risk, onText }: { risk: Risk; onText: (text: string) => void }) {
  const { say } = useShown();
  const begin = (rules: readonly Rule[]) => () => onText(asText(rules));
  return (
    <div className="actions">
      <span className="quiet">{say('risk.begin_with')}</span>
      {risk.in_force && (
        <Button isSmall onClick={begin(risk.in_force.rules)}>
          {say('risk.begin_in_force')}
        </Button>
      )}
      {risk.proposal && (
        <Button isSmall onClick={begin(risk.proposal.rules)}>
          {say('risk.begin_proposal')}
        </Button>
      )}
      <Button isSmall onClick={begin(risk.built_in)}>
        {say('risk.begin_built_in')}
      </Button>
    </div>
  );
}

function Editor({ risk }: { risk: Risk }) {
  const { say } = useShown();
  const go = useGo();
  const renew = useRenewed();
  // The version on which this text was begun: another one in force meanwhile is refused as stale, never overwritten.
  const [base] = useState(risk.in_force?.version ?? 0);
  const [before] = useState(risk.in_force?.rules ?? []);
  const [text, setText] = useState(asText(before.length > 0 ? before : risk.built_in));
  const read = readRules(text);
  const changes = read.rules && difference(before, read.rules);
  const propose = async () => {
    if (!read.rules) {
      throw new Error('rules that cannot be read are not sent');
    }
    return act('/ops/risk/proposal', { base_version: base, rules: read.rules });
  };
  const done = () => {
    notice(say('done_propose'));
    void renew();
    go('/risk');
  };
  return (
    <>
      <Section title={say('version', { version: base + 1 })} actions={<Beginnings risk={risk} onText={setText} />}>
        <p className="quiet">{say('risk.edit_text', { version: base })}</p>
        <LongField
          label={say('risk.text')}
          name="rules"
          rows={ROWS}
          isCode
          value={text}
          onValue={setText}
          text={say('risk.facts')}
        />
        <div role="status">
          <Check read={read} />
        </div>
      </Section>
      {changes && (
        <Section title={say('proposal')}>
          <Changes changes={changes} />
          <Form
            go={say('propose')}
            isReady={changesAnything(changes)}
            send={propose}
            onDone={done}
            onWrong={() => void renew()}
          >
            <SecondRule act="set_risk" />
          </Form>
        </Section>
      )}
      <Past rules={read.rules} />
    </>
  );
}

export function RiskEdit() {
  const { say } = useShown();
  const risk = useQuery(one('/ops/risk'));
  return (
    <Page title={say('risk.edit_title')} up={{ to: '/risk', label: say('risk.title') }}>
      <Allowed act="set_risk">
        <Loaded query={risk} lines={8}>
          {found => <Editor risk={found} />}
        </Loaded>
      </Allowed>
    </Page>
  );
}
