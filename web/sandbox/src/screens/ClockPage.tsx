// The world's time: what falls due next, moving on to it, and what happened on the way.
import { Button } from '@kit/desk/Button';
import { Badge, Code, Moment, Timeline } from '@kit/desk/facts';
import { Field } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Note, Wrong } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { calls, type Clock, type Due, type Happened, type Journey } from '../calls';
import { useDoing } from '@kit/desk/doing';
import { Now } from '../parts/Now';
import { clockQuery, dueQuery } from '../queries';
import { useShown } from '../shown';
import { isSpan, momentTyped, spanWords } from '../spans';

const STEPS = ['15m', '1h', '1d', '3d', '15d'] as const;

/** Where to: by a span, or to a moment. */
interface Target {
  by?: string;
  to?: string;
}

const numberOf = (one: Due | Happened) =>
  one.trade_no ?? one.notify_id ?? one.bank_order_no ?? ('agreement_no' in one ? one.agreement_no : undefined);

function Face({ clock, askedAt }: { clock: Clock; askedAt: number }) {
  const { say, language } = useShown();
  const running = useDoing({ send: calls.setRunning, tells: true });
  const runs = clock.mode === 'running';
  const ahead = clock.offset_seconds;
  return (
    <Section title={say('clock.now')} actions={<Badge tone={runs ? 'good' : 'wait'}>{say(runs ? 'clock.running' : 'clock.frozen')}</Badge>}>
      <p>
        <Now clock={clock} askedAt={askedAt} />
      </p>
      <p className="quiet">
        {ahead === 0
          ? say('clock.real')
          : say(ahead > 0 ? 'clock.ahead' : 'clock.behind', { span: spanWords(Math.abs(ahead), language) })}
      </p>
      <Button isBusy={running.isPending} onClick={() => running.mutate(!runs)}>
        {say(runs ? 'clock.freeze' : 'clock.run')}
      </Button>
    </Section>
  );
}

function Move({ move, isBusy, wrong }: { move: (target: Target) => void; isBusy: boolean; wrong: unknown }) {
  const { say, language } = useShown();
  const [span, setSpan] = useState('');
  const [moment, setMoment] = useState('');
  const to = momentTyped(moment);
  return (
    <Section title={say('clock.move')}>
      <p className="quiet">{say('clock.move_text')}</p>
      <div className="actions">
        {STEPS.map(step => (
          <Button key={step} disabled={isBusy} onClick={() => move({ by: step })}>
            +{spanWords(step, language)}
          </Button>
        ))}
      </div>
      <div className="columns">
        <Form go={say('clock.by_go')} isReady={isSpan(span) && !isBusy} send={async () => move({ by: span.trim() })} onDone={() => undefined}>
          <Field label={say('clock.by')} text={say('clock.by_text')} value={span} onValue={setSpan} name="by" autoComplete="off" />
        </Form>
        <Form go={say('clock.to_go')} isReady={to !== null && !isBusy} send={async () => move({ to: to ?? '' })} onDone={() => undefined}>
          <Field
            label={say('clock.to')}
            text={say('clock.to_text')}
            value={moment}
            onValue={setMoment}
            name="to"
            type="datetime-local"
            step={1}
          />
        </Form>
      </div>
      {isBusy && <p role="status">{say('clock.moving')}</p>}
      <Wrong thrown={wrong} />
    </Section>
  );
}

function NextDue({ due, move, isBusy }: { due: readonly Due[]; move: (target: Target) => void; isBusy: boolean }) {
  const { say, named } = useShown();
  if (due.length === 0) {
    return <Empty words={say('clock.nothing_due')} />;
  }
  return (
    <Table
      label={say('clock.due')}
      rows={due}
      rowKey={one => `${one.at} ${one.what} ${numberOf(one) ?? due.indexOf(one)}`}
      columns={[
        { head: say('clock.what'), cell: one => named('due', one.what) },
        { head: say('clock.number'), cell: one => numberOf(one) && <Code>{numberOf(one)}</Code>, isExtra: true },
        { head: say('clock.at'), cell: one => <Moment at={one.at} isWhole /> },
        {
          head: say('buyers.do'),
          isEnd: true,
          cell: one => (
            <Button isSmall disabled={isBusy} onClick={() => move({ to: one.at })}>
              {say('clock.go_there')}
            </Button>
          ),
        },
      ]}
    />
  );
}

function Played({ journey }: { journey: Journey }) {
  const { say, named, moment } = useShown();
  const { events } = journey;
  return (
    <Section title={say('journey.title', { from: moment(journey.from), to: moment(journey.now) })}>
      {events.length === 0 ? (
        <Note>{say('journey.nothing')}</Note>
      ) : (
        <Timeline
          label={say('journey.label')}
          of={events.map((one, place) => ({
            key: `${place} ${one.at}`,
            at: one.at,
            title: named('happened', one.what),
            text: (
              <>
                {one.out_trade_no ?? numberOf(one)} {one.outcome && named('outcome', one.outcome)}
              </>
            ),
            tone: one.outcome === 'failed' || one.outcome === 'given_up' ? 'bad' : 'plain',
          }))}
        />
      )}
      {journey.left_out > 0 && <p className="quiet">{say('journey.left_out', { count: journey.left_out })}</p>}
    </Section>
  );
}

export function ClockPage() {
  const { say } = useShown();
  const client = useQueryClient();
  const clock = useQuery(clockQuery);
  const due = useQuery(dueQuery);
  const moving = useMutation({
    mutationFn: ({ by, to }: Target) => (by === undefined ? calls.moveTo(to ?? '') : calls.advance(by)),
    onSuccess: () => notice(say('clock.moved')),
    // Also when it broke off: the clock may have come a part of the way.
    onSettled: () => client.invalidateQueries(),
  });
  const move = (target: Target) => moving.mutate(target);
  return (
    <Page title={say('clock.title')} text={say('clock.text')}>
      <div className="columns">
        <Loaded query={clock}>{data => <Face clock={data} askedAt={clock.dataUpdatedAt} />}</Loaded>
        <Move move={move} isBusy={moving.isPending} wrong={moving.error} />
      </div>
      {moving.data && <Played journey={moving.data} />}
      <Section title={say('clock.due')}>
        <Loaded query={due}>{data => <NextDue due={data.due} move={move} isBusy={moving.isPending} />}</Loaded>
      </Section>
    </Page>
  );
}
