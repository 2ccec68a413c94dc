// /world: the clock of a sandbox world and the faults that were asked for.
import { Button } from '@kit/desk/Button';
import { Badge, KeyValues, Moment } from '@kit/desk/facts';
import { ChoiceField, Field } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Note, Wrong } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { sure } from '@kit/sure';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { act, endFault } from '../calls';
import { useDoing, useRenewed } from '@kit/desk/doing';
import { Allowed } from '../parts/Allowed';
import { one } from '../queries';
import { useShown } from '../shown';
import type { Clock, ClockMoved, Fault, World as Told } from '../told';

/** What can be asked for; numbers may be changed. */
const FAULTS = [
  'error-after',
  'error-before',
  'lost-answer',
  'latency:3000',
  'latency:200-2000',
  'query-lag:60',
  'gbk-error',
  'rate-limit',
  'maintenance',
  'notify-duplicate',
  'notify-delay:5',
  'notify-reorder',
  'notify-early',
] as const;

function Move({ clock }: { clock: Clock }) {
  const { say, moment, number } = useShown();
  const renew = useRenewed();
  const [way, setWay] = useState<'by' | 'to'>('by');
  const [by, setBy] = useState('');
  const [to, setTo] = useState('');
  const [came, setCame] = useState<ClockMoved>();
  const typed = (way === 'by' ? by : to).trim();
  const send = async () => {
    const isSure = await sure({
      title: say('world.move_sure'),
      text: say('world.move_sure_text'),
      yes: say('world.move'),
      no: say('desk.cancel'),
    });
    // Ahead of what is shown here: sent again, it moves nothing twice.
    const wish = way === 'by' ? { by: typed, now_us: clock.now_us } : { to: typed };
    return isSure ? act('/ops/world/clock', wish) : null;
  };
  const done = (told: ClockMoved | null) => {
    if (told) {
      setCame(told);
      notice(say('world.moved', { at: moment(told.now) }));
      void renew();
    }
  };
  const counts = Object.entries(came?.counts ?? {});
  return (
    <>
      <Form go={say('world.move')} isReady={typed !== ''} send={send} onDone={done} onWrong={() => void renew()}>
        <ChoiceField
          label={say('world.move')}
          value={way}
          onValue={setWay}
          options={[
            { value: 'by', label: say('world.by') },
            { value: 'to', label: say('world.to') },
          ]}
        />
        {way === 'by' ? (
          <Field
            label={say('world.by')}
            text={say('world.by_text')}
            name="by"
            autoComplete="off"
            value={by}
            onValue={setBy}
          />
        ) : (
          <Field
            label={say('world.to')}
            text={say('world.to_text')}
            name="to"
            autoComplete="off"
            value={to}
            onValue={setTo}
          />
        )}
      </Form>
      {counts.length > 0 && <KeyValues of={counts.map(([name, count]) => ({ name, value: number(Number(count)) }))} />}
    </>
  );
}

function ClockShown({ clock }: { clock: Clock }) {
  const { say, named, number } = useShown();
  const running = useDoing({
    send: (run: boolean) => act('/ops/world/clock', { run }),
    done: told => say(told.mode === 'running' ? 'world.running' : 'world.stopped'),
  });
  const isRunning = clock.mode === 'running';
  return (
    <Section title={say('world.clock')}>
      <KeyValues
        of={[
          { name: say('world.now'), value: <Moment at={clock.now} isWhole /> },
          {
            name: say('world.mode'),
            value: <Badge tone={isRunning ? 'good' : 'wait'}>{named('mode', clock.mode)}</Badge>,
          },
          { name: say('world.offset'), value: say('world.seconds', { count: number(clock.offset_seconds) }) },
        ]}
      />
      <Allowed act="move_world">
        <Button isBusy={running.isPending} onClick={() => running.mutate(!isRunning)}>
          {say(isRunning ? 'world.freeze' : 'world.run')}
        </Button>
        <Wrong thrown={running.error} />
        <Move clock={clock} />
      </Allowed>
    </Section>
  );
}

function SetFault() {
  const { say, named } = useShown();
  const renew = useRenewed();
  const [known, setKnown] = useState<(typeof FAULTS)[number]>('error-after');
  const [fault, setFault] = useState<string>('error-after');
  const [method, setMethod] = useState('');
  const [app, setApp] = useState('');
  const [next, setNext] = useState('1');
  const send = () =>
    act('/ops/world/faults', {
      fault: fault.trim(),
      ...(app.trim() ? { app_id: app.trim() } : {}),
      ...(method.trim() ? { method: method.trim() } : {}),
      next: Number(next),
    });
  const choose = (value: (typeof FAULTS)[number]) => {
    setKnown(value);
    setFault(value);
  };
  const done = () => {
    notice(say('world.fault_set'));
    void renew();
  };
  return (
    <Form
      go={say('world.set_fault')}
      isReady={fault.trim() !== '' && Number(next) > 0}
      send={send}
      onDone={done}
      onWrong={() => void renew()}
    >
      <div className="fields">
        <ChoiceField
          label={say('world.known')}
          value={known}
          onValue={choose}
          text={named('fault', known)}
          options={FAULTS.map(value => ({ value, label: value }))}
        />
        <Field
          label={say('world.fault')}
          text={say('world.fault_text')}
          name="fault"
          autoComplete="off"
          value={fault}
          onValue={setFault}
        />
        <Field
          label={say('world.next')}
          name="next"
          inputMode="numeric"
          value={next}
          onValue={text => setNext(text.replace(/\D/g, '').slice(0, 4))}
        />
        <Field label={say('world.method')} name="method" autoComplete="off" value={method} onValue={setMethod} />
        <Field
          label={say('world.app_id')}
          name="app_id"
          inputMode="numeric"
          autoComplete="off"
          value={app}
          onValue={setApp}
        />
      </div>
    </Form>
  );
}

function useWhen() {
  const { say, moment, number } = useShown();
  return ({ next, every, percent, until }: Fault) =>
    [
      next !== null && say('world.when_next', { count: number(next) }),
      every !== null && say('world.when_every', { count: number(every) }),
      percent !== null && say('world.when_percent', { count: number(percent) }),
      until !== null && say('world.when_until', { at: moment(until) }),
    ]
      .filter(Boolean)
      .join(' · ');
}

function Faults({ faults }: { faults: Fault[] }) {
  const { say, number } = useShown();
  const whenOf = useWhen();
  const ending = useDoing({ send: endFault, done: say('world.fault_ended') });
  return (
    <Section title={say('world.faults')}>
      {faults.length === 0 ? (
        <Empty words={say('world.no_faults')} />
      ) : (
        <Table
          label={say('world.faults')}
          rows={faults}
          rowKey={row => String(row.no)}
          columns={[
            { head: say('world.fault'), cell: row => <strong>{row.fault}</strong> },
            { head: say('world.when'), cell: whenOf },
            { head: say('world.about'), cell: row => [row.method, row.app_id].filter(Boolean).join(' · ') },
            { head: say('world.seen'), cell: row => number(row.seen), isEnd: true },
            { head: say('world.hits'), cell: row => number(row.hits), isEnd: true },
            {
              head: say('state'),
              cell: row => (
                <Allowed act="move_world" isSilent>
                  <Button isSmall isBusy={ending.isPending} onClick={() => ending.mutate(row.no)}>
                    {say('world.end_fault')}
                  </Button>
                </Allowed>
              ),
              isEnd: true,
            },
          ]}
        />
      )}
      <Wrong thrown={ending.error} />
      <Allowed act="move_world">
        <SetFault />
      </Allowed>
    </Section>
  );
}

function Shown({ told }: { told: Told }) {
  const { say } = useShown();
  if (!told.world || !told.clock) {
    return <Note>{say('world.none')}</Note>;
  }
  return (
    <>
      <div className="columns">
        <ClockShown clock={told.clock} />
        <Section title={say('world.facts')}>
          <KeyValues
            of={[
              { name: say('world.name'), value: told.world.name },
              { name: say('world.seed'), value: told.world.seed },
              { name: say('world.starts_at'), value: <Moment at={told.world.starts_at} isWhole /> },
              { name: say('world.resets'), value: told.world.resets },
            ]}
          />
        </Section>
      </div>
      <Faults faults={told.faults} />
    </>
  );
}

export function World() {
  const { say } = useShown();
  const world = useQuery(one('/ops/world'));
  return (
    <Page title={say('world.title')}>
      <Loaded query={world} lines={8}>
        {found => <Shown told={found} />}
      </Loaded>
    </Page>
  );
}
