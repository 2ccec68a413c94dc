// /: what waits for somebody, and how the engine is.
import { Bars } from '@kit/desk/charts';
import { Figures, Page, Section } from '@kit/desk/Page';
import { Loaded, Note } from '@kit/desk/states';
import { useQuery } from '@tanstack/react-query';
import { useMe } from '../me';
import { healthQuery } from '../queries';
import { useShown } from '../shown';
import type { Health, Queue } from '../told';

type Figure = { label: string; value: string; text?: string; to?: string };

function useQueues(health: Health): Figure[] {
  const { say, number, shortly } = useShown();
  const { cases, suspense, bank_orders: bank, notify, timers } = health;
  // Where there is more than was counted, the count is the least that there is.
  const counted = (count: number, isPart: boolean) =>
    isPart ? say('home.at_most', { count: number(count) }) : number(count);
  const of = (label: string, queue: Queue, to?: string): Figure => ({
    label,
    value: counted(queue.waiting, queue.at_most),
    ...(queue.failing > 0
      ? { text: say('home.failing', { count: number(queue.failing) }) }
      : queue.oldest && queue.waiting > 0
        ? { text: say('home.oldest', { at: shortly(queue.oldest) }) }
        : {}),
    ...(to ? { to } : {}),
  });
  return [
    of(say('home.cases'), cases, '/cases'),
    { label: say('home.suspense'), value: counted(suspense.open, suspense.at_most), to: '/suspense' },
    of(say('home.bank_open'), bank),
    of(say('home.notify'), notify),
    of(say('home.timers'), timers),
  ];
}

function useCell({ cell }: Health): Figure[] {
  const { say, number, bytes } = useShown();
  return [
    { label: say('home.durable'), value: number(cell.durable_sequence) },
    { label: say('home.posted'), value: number(cell.posted_sequence) },
    {
      label: say('home.lag'),
      value: say('home.records', { count: number(cell.lag_records) }),
      text: say('home.backlog', { count: number(cell.backlog_rows) }),
    },
    {
      label: say('home.commands'),
      value: number(cell.commands),
      text: say('home.batches', { count: number(cell.batches) }),
    },
    {
      label: say('home.busy'),
      value: number(cell.busy),
      ...(cell.reopened > 0 ? { text: say('home.reopened', { count: number(cell.reopened) }) } : {}),
    },
    { label: say('home.journal'), value: bytes(cell.journal_bytes), text: say('home.since_start') },
  ];
}

/** Records by which the tables may be behind without anybody having to know: a batch or two. */
const LAG_USUAL = 1_000;

function Notes({ health }: { health: Health }) {
  const { say, number } = useShown();
  const { posting_fails: fails, lag_records: lag } = health.cell;
  const { waiting: open, at_most: isMore } = health.bank_orders;
  const orders = isMore ? say('home.at_most', { count: number(open) }) : number(open);
  return (
    <>
      {fails && <Note tone="bad">{say('home.posting_fails')}</Note>}
      {!fails && lag > LAG_USUAL && <Note tone="warn">{say('home.lags', { count: number(lag) })}</Note>}
      {!fails && lag <= LAG_USUAL && <Note tone="good">{say('home.fine')}</Note>}
      {open > 0 && <Note tone="warn">{say('home.bank_open_text', { count: orders })}</Note>}
    </>
  );
}

function Shown({ health }: { health: Health }) {
  const { say, named, number, moment } = useShown();
  const { suspense } = health;
  const ages = [
    { age: 'under_1_day', count: suspense.under_1_day },
    { age: '1_to_7_days', count: suspense.from_1_to_7_days },
    { age: 'over_7_days', count: suspense.over_7_days },
  ];
  const queues = useQueues(health);
  const cell = useCell(health);
  return (
    <>
      <Notes health={health} />
      <Section title={say('home.queues')} isBare>
        <Figures of={queues} />
      </Section>
      <Section title={say('home.cell')} isBare>
        <Figures of={cell} />
      </Section>
      {ages.some(age => age.count > 0) && (
        <Section title={say('home.suspense_age')} className="narrow">
          {suspense.at_most && <Note tone="warn">{say('home.suspense_part')}</Note>}
          <Bars
            title={say('home.suspense_age')}
            labels={ages.map(age => named('age', age.age))}
            series={[{ name: say('home.suspense'), values: ages.map(age => BigInt(age.count)) }]}
            tell={value => number(value)}
          />
        </Section>
      )}
      <p className="quiet foot">{say('home.at', { at: moment(health.at) })}</p>
    </>
  );
}

export function Home() {
  const { say, named } = useShown();
  const me = useMe();
  const health = useQuery(healthQuery);
  return (
    <Page title={say('home.title')} {...(me.role ? { text: say('home.hello', { role: named('role', me.role) }) } : {})}>
      <Loaded query={health} lines={8}>
        {found => <Shown health={found} />}
      </Loaded>
    </Page>
  );
}
