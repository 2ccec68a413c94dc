// /limits: each limit that holds, what of it is used and what is left. It is only told here: the platform judges when
// money moves.
import type { Limit, Limits as Told } from '@kit/api/shapes';
import { fenOf } from '@kit/money';
import { useQuery } from '@tanstack/react-query';
import { fullOf, grouped, WHOLE, type Group, type Part } from '../limits';
import { Page } from '../parts/Page';
import { Loaded } from '../parts/states';
import { limitsQuery } from '../queries';
import { useShown } from '../shown';
import type { NewsWord } from '../words/news';

/** One limit: its period, a bar, and what is left of it. */
function Bar({ limit }: { limit: Limit }) {
  const { say, named, money, shortly } = useShown();
  const { period, most, used, left, begins_anew_at: anew } = limit;
  if (period === 'once') {
    return <p className="limit">{say('limits.once', { most: money(most) })}</p>;
  }
  const isShut = fenOf(most) === 0n;
  const full = fullOf(limit);
  return (
    <div className="limit">
      <p className="limit-line">
        <span>{named('period', period)}</span>
        <span>
          {isShut ? say('limits.shut') : say('limits.of', { used: money(used), most: money(most) })}
        </span>
      </p>
      <svg viewBox={`0 0 ${WHOLE} 8`} preserveAspectRatio="none" aria-hidden>
        <rect className="all" width={WHOLE} height="8" />
        <rect className={full >= WHOLE ? 'used gone' : 'used'} width={full} height="8" />
      </svg>
      {!isShut && (
        <p className="limit-line quiet">
          <span>{anew ? say('limits.begins_anew', { at: shortly(anew) }) : ''}</span>
          <span>{say('limits.left', { left: money(left) })}</span>
        </p>
      )}
    </div>
  );
}

/** The limits of the wallet, or of one card. */
function OnePart({ part: { card, limits }, isNamed }: { part: Part; isNamed: boolean }) {
  const { say, named } = useShown();
  const name = card
    ? say('limits.card', { bank: named('bank', card.bank), last: card.last_four })
    : say('limit.wallet');
  return (
    <div className="part">
      {(isNamed || card) && <h3>{name}</h3>}
      {limits.map(limit => (
        <Bar key={limit.period} limit={limit} />
      ))}
    </div>
  );
}

/** Kinds that need a word of explanation. */
const EXPLAINED: Partial<Record<Limit['kind'], NewsWord>> = {
  balance: 'limit.balance_text',
  card: 'limit.card_text',
  withdraw_free: 'limit.withdraw_free_text',
};

function Panel({ group: { kind, parts } }: { group: Group }) {
  const { named, say } = useShown();
  const text = EXPLAINED[kind];
  return (
    <section className="panel limits" aria-labelledby={`limit-${kind}`}>
      <h2 id={`limit-${kind}`}>{named('limit', kind)}</h2>
      {text && <p className="quiet">{say(text)}</p>}
      <div>
        {parts.map(part => (
          <OnePart key={part.card?.no ?? ''} part={part} isNamed={parts.length > 1} />
        ))}
      </div>
    </section>
  );
}

function All({ limits: { class: name, limits } }: { limits: Told }) {
  const { say, named } = useShown();
  return (
    <>
      <p className="intro quiet">
        {[named('me.class', name), say('limits.intro')].join(' · ')}
      </p>
      {limits.length === 0 && <p className="panel">{say('limits.none')}</p>}
      {grouped(limits).map(group => (
        <Panel key={group.kind} group={group} />
      ))}
    </>
  );
}

export function Limits() {
  const { say } = useShown();
  const limits = useQuery(limitsQuery);
  return (
    <Page title={say('limits.title')} up="/me">
      <Loaded query={limits} lines={8}>
        {found => <All limits={found} />}
      </Loaded>
    </Page>
  );
}
