// Faults on request, and what the developer's program did about them.
import { Button } from '@kit/desk/Button';
import { Badge, Code, Moment } from '@kit/desk/facts';
import { ChoiceField, Field } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { calls, type Finding, type KnownFault, type Rule } from '../calls';
import { useDoing } from '@kit/desk/doing';
import { countOf, joined, namesOf } from '../faults';
import { AppField } from '../parts/AppField';
import { faultsQuery, knownFaultsQuery, reportQuery } from '../queries';
import { useShown } from '../shown';

function SetFault({ known }: { known: readonly KnownFault[] }) {
  const { say, named } = useShown();
  const client = useQueryClient();
  const names = namesOf(known.map(one => one.fault));
  const [name, setName] = useState(names[0]?.name ?? '');
  const [value, setValue] = useState(names[0]?.value ?? '');
  const [app, setApp] = useState('');
  const [typed, setTyped] = useState({ method: '', next: '1', every: '', percent: '', for_s: '' });
  const set = (member: keyof typeof typed) => (text: string) => setTyped({ ...typed, [member]: text });
  const counts = [typed.next, typed.every, typed.percent, typed.for_s].map(countOf);
  const [next, every, percent, forS] = counts.map(count => count ?? undefined);
  const chosen = names.find(one => one.name === name);
  const isOfCalls = known.find(one => one.name === name)?.of !== 'notifications';
  return (
    <Form
      go={say('faults.set')}
      isReady={name !== '' && !counts.includes(null)}
      send={() => {
        const method = isOfCalls ? typed.method.trim() : '';
        return calls.setFault({ fault: joined({ name, value }), app_id: app, method, next, every, percent, for_s: forS });
      }}
      onDone={({ no }) => {
        notice(say('faults.done', { no }));
        void client.invalidateQueries();
      }}
    >
      <div className="fields">
        <ChoiceField
          label={say('faults.which')}
          value={name}
          onValue={fault => {
            setName(fault);
            setValue(names.find(one => one.name === fault)?.value ?? '');
          }}
          options={names.map(one => ({ value: one.name, label: one.name }))}
        />
        {chosen?.value && (
          <Field label={named('fault_value', name)} value={value} onValue={setValue} name="value" inputMode="text" />
        )}
        <AppField value={app} onValue={setApp} />
        {isOfCalls && (
          <Field
            label={say('faults.method')}
            text={say('faults.method_text')}
            value={typed.method}
            onValue={set('method')}
            name="method"
            placeholder="alipay.trade.pay"
            autoCapitalize="none"
            spellCheck={false}
          />
        )}
      </div>
      <p className="about">{named('fault', name)}</p>
      <div className="fields">
        {(['next', 'every', 'percent', 'for_s'] as const).map((member, place) => (
          <Field
            key={member}
            label={say(`faults.${member}`)}
            value={typed[member]}
            onValue={set(member)}
            name={member}
            inputMode="numeric"
            {...(counts[place] === null ? { wrong: say('faults.count_wrong') } : {})}
          />
        ))}
      </div>
    </Form>
  );
}

function Standing({ rules }: { rules: readonly Rule[] }) {
  const { say, number } = useShown();
  const end = useDoing({ send: calls.endFault, done: say('faults.ended'), tells: true });
  if (rules.length === 0) {
    return <Empty words={say('faults.none')} />;
  }
  const when = (rule: Rule) =>
    [
      rule.next !== null && say('faults.is_next', { count: rule.next }),
      rule.every !== null && say('faults.is_every', { count: rule.every }),
      rule.percent !== null && say('faults.is_percent', { count: rule.percent }),
    ]
      .filter(Boolean)
      .join(' · ');
  return (
    <Table
      label={say('faults.standing')}
      rows={rules}
      rowKey={rule => String(rule.no)}
      columns={[
        {
          head: say('faults.which'),
          cell: rule => <Badge tone="wait">{rule.fault}</Badge>,
        },
        {
          head: say('faults.whom'),
          cell: rule => (
            <span>
              {rule.app_id ? <Code>{rule.app_id}</Code> : say('app.all')} {rule.method && <Code>{rule.method}</Code>}
            </span>
          ),
        },
        { head: say('faults.when'), cell: when },
        { head: say('faults.until'), cell: rule => <Moment at={rule.until} />, isExtra: true },
        {
          head: say('faults.hits'),
          cell: rule => `${number(rule.hits)} / ${number(rule.seen)}`,
          isEnd: true,
        },
        {
          head: say('buyers.do'),
          isEnd: true,
          cell: rule => (
            <Button isSmall kind="danger" isBusy={end.isPending && end.variables === rule.no} onClick={() => end.mutate(rule.no)}>
              {say('faults.end')}
            </Button>
          ),
        },
      ]}
    />
  );
}

function Findings({ of }: { of: readonly Finding[] }) {
  const { say, named, either } = useShown();
  if (of.length === 0) {
    return <Empty words={say('report.none')} />;
  }
  return (
    <ul className="findings">
      {of.map(found => (
        <li key={`${found.kind} ${found.at} ${found.order} ${found.trace_id}`}>
          <p>
            <Badge tone="bad">{named('finding', found.kind)}</Badge> <Moment at={found.at} isWhole />
          </p>
          <p>{either(found.text_zh, found.text)}</p>
          <p className="quiet">{either(found.advice_zh, found.advice)}</p>
        </li>
      ))}
    </ul>
  );
}

export function Faults() {
  const { say } = useShown();
  const known = useQuery(knownFaultsQuery);
  const rules = useQuery(faultsQuery);
  const report = useQuery(reportQuery);
  const endAll = useDoing({ send: calls.endFaults, done: say('faults.ended'), tells: true });
  const forget = useDoing({ send: calls.forgetReport, done: say('report.forgotten'), tells: true });
  const none = (rules.data?.faults.length ?? 0) === 0;
  return (
    <Page title={say('faults.title')} text={say('faults.text')}>
      <Section title={say('faults.ask')}>
        <Loaded query={known}>{data => <SetFault known={data.faults} />}</Loaded>
      </Section>
      <Section
        title={say('faults.standing')}
        actions={
          !none && (
            <Button isSmall isBusy={endAll.isPending} onClick={() => endAll.mutate(undefined)}>
              {say('faults.end_all')}
            </Button>
          )
        }
      >
        <Loaded query={rules}>{data => <Standing rules={data.faults} />}</Loaded>
      </Section>
      <Section
        title={say('report.title')}
        actions={
          (report.data?.findings.length ?? 0) > 0 && (
            <Button isSmall isBusy={forget.isPending} onClick={() => forget.mutate(undefined)}>
              {say('report.forget')}
            </Button>
          )
        }
      >
        <Loaded query={report}>{data => <Findings of={data.findings} />}</Loaded>
      </Section>
    </Page>
  );
}
