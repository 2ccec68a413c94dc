// /today: how the day goes, beside the same weekday of the week before.
import { Bars } from '@kit/desk/charts';
import { DayField, isDay } from '@kit/desk/DayField';
import { Money, NoValue } from '@kit/desk/facts';
import { addressWith, Go, useGo } from '@kit/desk/Go';
import { Figures, Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Note } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { fenOf, shownMoney, yuanOf } from '@kit/money';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { Dashboard } from '../calls';
import { useOrderColumns } from '../parts/orders';
import { dashboardQuery, ordersQuery } from '../queries';
import { May, useSeller } from '../seller';
import { shownShare, useShown } from '../shown';

/** Orders that are shown below the figures. */
const NEWEST = 5;

function Day({ of }: { of: Dashboard }) {
  const { say, money, number, language } = useShown();
  const { today, repurchase } = of;
  const before = of.is_today ? of.week_ago_until_now.takings : of.week_ago.takings;
  const counted = (value: number | null) => (value === null ? '–' : number(value));
  return (
    <>
      {!of.is_whole && <Note>{say('today.not_whole', { count: number(of.orders_read_max) })}</Note>}
      <Figures
        of={[
          {
            label: say('today.takings'),
            value: <Money of={today.takings} />,
            text: `${say('today.payments', { count: today.payments })} · ${say(
              of.is_today ? 'today.against' : 'today.against_day',
              { amount: money(before) },
            )}`,
          },
          {
            label: say('today.net'),
            value: <Money of={today.net} />,
            text: say('today.refunded', { amount: money(today.refunded), count: today.refunds }),
          },
          {
            label: say('today.success'),
            value: shownShare(today.success_rate_bp, language) ?? <NoValue />,
            text: say('today.success_of', { paid: today.paid_of_opened, opened: today.opened }),
          },
          {
            label: say('today.ticket'),
            value: today.average_ticket === null ? <NoValue /> : <Money of={today.average_ticket} />,
          },
          {
            label: say('today.payers'),
            value: number(today.payers),
            text: say('today.payers_of', {
              fresh: counted(today.new_payers),
              returning: counted(today.returning_payers),
            }),
          },
          {
            label: say('today.repurchase', { days: repurchase.days }),
            value: shownShare(repurchase.rate_bp, language) ?? <NoValue />,
            text: say('today.repurchase_of', {
              again: counted(repurchase.payers_again),
              payers: counted(repurchase.payers),
            }),
          },
        ]}
      />
      <Hours of={of} />
    </>
  );
}

function Hours({ of: { today, week_ago, day } }: { of: Dashboard }) {
  const { say, day: shown, language } = useShown();
  const hours = (one: Dashboard['today']) => one.hours.map(hour => fenOf(hour.takings) ?? 0n);
  return (
    <Section title={say('today.hours')}>
      <Bars
        title={say('today.hours_text', { day: shown(`${day}T12:00:00+08:00`) })}
        labels={today.hours.map(({ hour }) => `${String(hour).padStart(2, '0')}:00`)}
        series={[
          { name: say('today.this_day'), values: hours(today) },
          { name: say('today.week_ago'), values: hours(week_ago) },
        ]}
        tell={value => shownMoney(yuanOf(value), language)}
        tellShortly={value => shownMoney(yuanOf(value), language).replace(/\.00$/, '')}
      />
    </Section>
  );
}

function Newest() {
  const { say } = useShown();
  const { id, to, may } = useSeller();
  const query = useInfiniteQuery({ ...ordersQuery(id, {}), enabled: may('see_orders') });
  const columns = useOrderColumns();
  if (!may('see_orders')) {
    return null;
  }
  return (
    <Section title={say('today.newest')} actions={<Go to={to('/orders')}>{say('today.all_orders')}</Go>}>
      <Loaded query={query}>
        {data => {
          const rows = (data.pages[0]?.orders ?? []).slice(0, NEWEST);
          return rows.length === 0 ? (
            <Empty words={say('orders.none')} />
          ) : (
            <Table
              label={say('today.newest')}
              rows={rows}
              rowKey={order => order.trade_no}
              to={order => to(`/orders/${order.trade_no}`)}
              columns={columns}
            />
          );
        }}
      </Loaded>
    </Section>
  );
}

export function Today() {
  const { say, moment } = useShown();
  const { id, to, may } = useSeller();
  const { day: asked = '' } = useSearch({ strict: false }) as { day?: string };
  const day = isDay(asked) ? asked : '';
  const go = useGo();
  const query = useQuery({ ...dashboardQuery(id, day), enabled: may('see_takings') });
  // No day comes after the one that is not over, once that is known.
  const today = useQuery({ ...dashboardQuery(id, ''), enabled: false }).data?.day;
  return (
    <Page
      title={say('today.title')}
      text={query.data && say('today.as_of', { at: moment(query.data.as_of) })}
      actions={
        <>
          <DayField
            label={say('today.day')}
            value={day || (query.data?.day ?? '')}
            onDay={chosen => go(addressWith(to('/today'), { day: chosen }))}
            name="day"
            {...(today ? { max: today } : {})}
          />
          {may('take_payments') && (
            <Go to={to('/till')} className="button primary">
              {say('today.to_till')}
            </Go>
          )}
        </>
      }
    >
      <May act="see_takings">
        <Loaded query={query} lines={8}>
          {data => <Day of={data} />}
        </Loaded>
        <Newest />
      </May>
    </Page>
  );
}
