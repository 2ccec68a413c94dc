// The timeline of an order: what stands out in it, and a key for each of its rows.
import type { Tone } from '@kit/desk/facts';
import type { Event } from './told';

/** Titles that tell that money did not go where it was to go. */
const BAD = /\.(stopped|refused|failed|code_invalid|buyer_\w+|balance_too_low|order_closed|risk)$/;
/** Titles that tell that it did. */
const GOOD = /^(order|trade|receipt)\.paid$|\.(done|released|delivered|credited)$/;
/** What nobody knows yet is neither. */
const OPEN = /\.(unknown|under_way|asked|waiting|returning|given_up|delayed)$|^risk_case\.opened$/;

/** The colour of an event. */
export function toneOfEvent({ kind, title, planned }: Event): Tone {
  if (planned || OPEN.test(title)) {
    return 'wait';
  }
  if (kind === 'posting') {
    return 'accent';
  }
  return BAD.test(title) ? 'bad' : GOOD.test(title) ? 'good' : 'plain';
}

/** A key for each event: rows of the same table and number may tell several. */
export function keysOf(events: readonly Event[]): string[] {
  const seen = new Map<string, number>();
  return events.map(event => {
    const key = `${event.at} ${event.table} ${event.slot} ${event.no ?? ''} ${event.title}`;
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return times === 0 ? key : `${key} ${times}`;
  });
}
