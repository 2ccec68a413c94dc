// /orders/:no: one order with every row that is about it, and why it was refused.
import { Badge, Code, KeyValues, Timeline, type Happened, type KeyValue } from '@kit/desk/facts';
import { Drawn, isDrawn } from '@kit/desk/Drawn';
import { ChoiceField } from '@kit/desk/fields';
import { Page, Section } from '@kit/desk/Page';
import { Loaded, Note } from '@kit/desk/states';
import { fenOf } from '@kit/money';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { PartyLink } from '../parts/links';
import { PostingLines } from '../parts/PostingLines';
import { one } from '../queries';
import { useShown } from '../shown';
import { keysOf, toneOfEvent } from '../story';
import { toneOf } from '../tones';
import type { Event, Order, OrderStory } from '../told';

const route = getRouteApi('/shell/orders/$no');

const isSome = (amount: string) => (fenOf(amount) ?? 0n) !== 0n;

function Facts({ order }: { order: Order }) {
  const { say, named, sum, moment } = useShown();
  const line = (name: string, value: KeyValue['value'] | null) => (value === null ? null : { name, value });
  const at = (name: string, moments: string | null) => (moments ? { name, value: moment(moments) } : null);
  return (
    <Section title={say('order.facts')}>
      <KeyValues
        of={[
          { name: say('amount'), value: sum(order.total, order.currency) },
          line(say('orders.refunded'), isSome(order.refunded) ? sum(order.refunded, order.currency) : null),
          line(say('order.fee'), isSome(order.fee) ? sum(order.fee, order.currency) : null),
          line(say('order.fee_back'), isSome(order.fee_back) ? sum(order.fee_back, order.currency) : null),
          { name: say('seller'), value: <PartyLink id={order.seller_id} /> },
          { name: say('buyer'), value: <PartyLink id={order.buyer_id} /> },
          { name: say('order.trade_no'), value: <Code>{order.trade_no}</Code> },
          { name: say('order.out_trade_no'), value: <Code>{order.out_trade_no}</Code> },
          { name: say('order.product'), value: named('product', order.product) },
          line(say('order.app'), order.app_id && <Code>{order.app_id}</Code>),
          at(say('order.opened_at'), order.opened_at),
          at(say('order.created_at'), order.created_at),
          at(say('order.paid_at'), order.paid_at),
          at(say('order.closed_at'), order.closed_at),
          at(say('order.expires_at'), order.expires_at),
        ]}
      />
    </Section>
  );
}

function WhyRefused({ story }: { story: OrderStory }) {
  const { say, event, language, moment } = useShown();
  if (story.why_refused.length === 0) {
    return null;
  }
  // Paid in the end, tries before it are a part of its story and no alarm.
  const isPaid = story.order.paid_at !== null;
  return (
    <Note tone={isPaid ? 'warn' : 'bad'}>
      <strong>{say(isPaid ? 'order.why_before' : 'order.why')}</strong>
      {story.why_refused.map(why => {
        const reason = language === 'en' ? why.reason_en : why.reason_zh;
        return (
          <p key={`${why.at} ${why.title}`}>
            {event(why.title.split('.')[0] ?? '', why.title)} · {moment(why.at)}
            {why.rules.length > 0 && ` · ${say('order.rules')} ${why.rules.join(' ')}`}
            {reason && (
              <>
                <br />
                {say('order.why_text')} {reason}
              </>
            )}
          </p>
        );
      })}
    </Note>
  );
}

function Rules({ event }: { event: Event }) {
  const { say } = useShown();
  if (!event.rules?.length) {
    return null;
  }
  return (
    <ul className="rules-fired" aria-label={say('order.rules')}>
      {event.rules.map(rule => (
        <li key={`${rule.id} ${rule.part}`}>
          <Badge tone={rule.part === 'fired' ? 'bad' : 'plain'}>{rule.id}</Badge>{' '}
          {say(
            rule.part === 'fired'
              ? 'rule_part.fired'
              : rule.part === 'shadow'
                ? 'rule_part.shadow'
                : 'rule_part.failed',
          )}
          {rule.text && <code className="condition">{rule.text}</code>}
        </li>
      ))}
    </ul>
  );
}

/** Words for the states of rows that are no events. */
const STATES: Record<string, string> = {
  order: 'order_state',
  trade: 'order_state',
  risk_case: 'case_state',
  hold: 'hold_state',
};

/** Texts that the rows tell by name: amounts and moments as everywhere, words for values that have some. */
function Fields({ event, currency }: { event: Event; currency: string }) {
  const { named, sum, moment } = useShown();
  const told = Object.entries(event.fields).filter(([, value]) => value);
  if (told.length === 0) {
    return null;
  }
  const shown = (name: string, value: string) => {
    if (isDrawn(value)) {
      return <Drawn number={value} />;
    }
    if (/^\d{4}-\d\d-\d\dT/.test(value)) {
      return moment(value);
    }
    if (/^-?\d+\.\d\d$/.test(value)) {
      return sum(value, currency);
    }
    const group = name === 'state' || name === 'outcome' ? (STATES[event.kind] ?? `event.${event.kind}`) : name;
    return named(group, value);
  };
  return (
    <p className="row-fields">
      {told.map(([name, value]) => (
        <span key={name}>
          {named('field', name)} <b>{shown(name, value ?? '')}</b>
        </span>
      ))}
    </p>
  );
}

function Details({ event, currency }: { event: Event; currency: string }) {
  const { say, named, language } = useShown();
  const reason = language === 'en' ? event.reason_en : event.reason_zh;
  return (
    <>
      <Fields event={event} currency={event.fields.currency ?? currency} />
      {reason && (
        <p>
          {say('order.why_text')} {reason}
        </p>
      )}
      <Rules event={event} />
      {event.lines && event.lines.length > 0 && (
        <PostingLines lines={event.lines} label={say('order.postings')} currency={event.fields.currency ?? currency} />
      )}
      <p className="row-from">{say('order.row', { table: named('table', event.table), slot: event.slot })}</p>
    </>
  );
}

function Story({ story }: { story: OrderStory }) {
  const { say, named, event } = useShown();
  const [only, setOnly] = useState('');
  const kinds = [...new Set(story.timeline.map(one => one.kind))];
  const shown = story.timeline.filter(one => !only || one.kind === only);
  const keys = keysOf(shown);
  const happened = shown.map((one, place): Happened => ({
    key: keys[place] ?? String(place),
    at: one.at,
    tone: toneOfEvent(one),
    title: (
      <>
        {event(one.kind, one.title)} {one.planned && <Badge tone="wait">{say('order.planned')}</Badge>}
      </>
    ),
    text: <Details event={one} currency={story.order.currency} />,
  }));
  return (
    <Section
      title={say('order.timeline')}
      className="story"
      actions={
        <ChoiceField
          label={say('order.only')}
          value={only}
          onValue={setOnly}
          options={[
            { value: '', label: say('desk.all') },
            ...kinds.map(value => ({ value, label: named('event_kind', value) })),
          ]}
        />
      }
    >
      {story.truncated && <Note tone="warn">{say('order.truncated')}</Note>}
      <Timeline of={happened} label={say('order.timeline')} />
    </Section>
  );
}

export function OneOrder() {
  const { say, named } = useShown();
  const { no } = route.useParams();
  const story = useQuery(one('/ops/orders/{trade_no}', { path: { trade_no: no } }));
  const order = story.data?.order;
  return (
    <Page
      title={order ? order.subject : say('order.title', { no })}
      up={{ to: '/orders', label: say('orders.title') }}
      beside={order && <Badge tone={toneOf(order.state)}>{named('order_state', order.state)}</Badge>}
    >
      <Loaded query={story} lines={10}>
        {found => (
          <>
            <WhyRefused story={found} />
            <div className="columns main-side">
              <Story story={found} />
              <Facts order={found.order} />
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}
