// /bills: what came in on each day, to be downloaded, and what is settled later.
import { Button } from '@kit/desk/Button';
import { Bars } from '@kit/desk/charts';
import { keepFile } from '@kit/desk/CodeBlock';
import { Badge, Money, Moment, NoValue } from '@kit/desk/facts';
import { addressWith, useGo } from '@kit/desk/Go';
import { Icon } from '@kit/desk/Icon';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Wrong } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { Tabs } from '@kit/desk/Tabs';
import { fenOf, shownMoney, yuanOf } from '@kit/money';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { calls, type BillDay } from '../calls';
import { billsQuery, settlementsQuery } from '../queries';
import { May, useSeller } from '../seller';
import { useShown } from '../shown';

const sum = (amount: string | null) => (amount === null ? <NoValue /> : <Money of={amount} />);

/** Days in the chart. */
const CHART_DAYS = 14;

interface Wanted {
  day: string;
  kind: 'trade' | 'account';
}

/** Keeps the file of a day or a month. */
function useBillFile() {
  const { id } = useSeller();
  return useMutation({
    mutationFn: ({ day, kind }: Wanted) => calls.billFile(id, day, kind),
    onSuccess: ({ name, blob }, { day, kind }) => keepFile(name || `${kind}-${day}.zip`, blob, 'application/zip'),
  });
}

type Keeping = ReturnType<typeof useBillFile>;

function Files({ day, keeping }: { day: string; keeping: Keeping }) {
  const { say } = useShown();
  const isBusy = (kind: Wanted['kind']) =>
    keeping.isPending && keeping.variables.day === day && keeping.variables.kind === kind;
  return (
    <span className="files">
      {(['trade', 'account'] as const).map(kind => (
        <Button
          key={kind}
          kind="bare"
          isSmall
          isBusy={isBusy(kind)}
          aria-label={say('desk.of', { what: say(`bills.${kind}`), name: day })}
          onClick={() => keeping.mutate({ day, kind })}
        >
          {!isBusy(kind) && <Icon name="download" size={16} />}
          {say(`bills.${kind}`)}
        </Button>
      ))}
    </span>
  );
}

function Chart({ days }: { days: readonly BillDay[] }) {
  const { say, language } = useShown();
  const shown = days.filter(one => one.net !== null).slice(0, CHART_DAYS).toReversed();
  return shown.length < 2 ? null : (
    <Section title={say('bills.chart')}>
      <Bars
        title={say('bills.chart')}
        labels={shown.map(one => one.day.slice(5))}
        series={[{ name: say('bills.net'), values: shown.map(one => fenOf(one.net ?? '') ?? 0n) }]}
        tell={value => shownMoney(yuanOf(value), language)}
        tellShortly={value => shownMoney(yuanOf(value), language).replace(/\.00$/, '')}
      />
    </Section>
  );
}

function Month({ keeping }: { keeping: Keeping }) {
  const { say } = useShown();
  const id = useId();
  const [month, setMonth] = useState('');
  return (
    <Section title={say('bills.month')}>
      <div className="filters">
        <div className="field">
          <label htmlFor={id}>{say('bills.month_pick')}</label>
          <input
            id={id}
            type="month"
            name="month"
            placeholder="2026-01"
            value={month}
            onChange={event => setMonth(event.target.value)}
          />
        </div>
        {/^\d{4}-\d\d$/.test(month) && <Files day={month} keeping={keeping} />}
      </div>
    </Section>
  );
}

function Days() {
  const { say, day } = useShown();
  const { id } = useSeller();
  const query = useInfiniteQuery(billsQuery(id));
  const keeping = useBillFile();
  return (
    <>
      <Chart days={query.data?.pages.flatMap(page => page.days) ?? []} />
      <Section>
        <Wrong thrown={keeping.error} />
        <PagedTable
          label={say('bills.days')}
          query={query}
          rowsOf={page => page.days}
          rowKey={one => one.day}
          empty={<Empty words={say('bills.none')} />}
          columns={[
            { head: say('bills.day'), cell: one => day(`${one.day}T12:00:00+08:00`) },
            { head: say('bills.sales'), cell: one => one.sales ?? <NoValue />, isEnd: true },
            { head: say('bills.takings'), cell: one => sum(one.takings), isEnd: true },
            { head: say('bills.refunded'), cell: one => sum(one.refunded), isEnd: true },
            { head: say('bills.fee'), cell: one => sum(one.fee), isEnd: true, isExtra: true },
            { head: say('bills.net'), cell: one => sum(one.net), isEnd: true },
            {
              head: say('bills.files'),
              cell: one =>
                one.unsettled || one.too_many_rows ? (
                  <Badge tone="wait">{say(one.unsettled ? 'bills.unsettled' : 'bills.too_many_rows')}</Badge>
                ) : (
                  <Files day={one.day} keeping={keeping} />
                ),
            },
          ]}
        />
      </Section>
      <Month keeping={keeping} />
    </>
  );
}

function Settlements() {
  const { say, day } = useShown();
  const { id } = useSeller();
  const query = useInfiniteQuery(settlementsQuery(id));
  return (
    <Section>
      <PagedTable
        label={say('bills.settlements')}
        query={query}
        rowsOf={page => page.settlements}
        rowKey={one => `${one.day} ${one.currency}`}
        empty={<Empty words={say('bills.none_settled')} />}
        columns={[
          { head: say('bills.day'), cell: one => day(`${one.day}T12:00:00+08:00`) },
          { head: say('bills.sales'), cell: one => one.sales, isEnd: true },
          { head: say('bills.takings'), cell: one => <Money of={one.gross} />, isEnd: true },
          { head: say('bills.refunded'), cell: one => <Money of={one.refunded} />, isEnd: true },
          { head: say('bills.fee'), cell: one => <Money of={one.fee} />, isEnd: true, isExtra: true },
          { head: say('bills.net'), cell: one => <Money of={one.net} />, isEnd: true },
          { head: say('bills.due'), cell: one => <Moment at={one.due_at} />, isExtra: true },
          {
            head: say('bills.settled'),
            cell: one =>
              one.settled_at ? <Moment at={one.settled_at} /> : <Badge tone="wait">{say('bills.not_settled')}</Badge>,
          },
        ]}
      />
    </Section>
  );
}

export function Bills() {
  const { say } = useShown();
  const { to } = useSeller();
  const go = useGo();
  const { part } = useSearch({ strict: false }) as { part?: string };
  const chosen = part === 'settlements' ? part : 'days';
  return (
    <Page title={say('bills.title')}>
      <May act="see_bills">
        <Tabs
          label={say('bills.title')}
          tabs={[
            { name: 'days', label: say('bills.days') },
            { name: 'settlements', label: say('bills.settlements') },
          ]}
          chosen={chosen}
          onChoose={name => go(addressWith(to('/bills'), { part: name === 'days' ? '' : name }), true)}
        >
          {chosen === 'days' ? <Days /> : <Settlements />}
        </Tabs>
      </May>
    </Page>
  );
}
