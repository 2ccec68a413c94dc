// Booking play money once for each wish. What got no answer keeps its key beyond the dialog that asked for it: whoever
// closes that and asks for the same again still books it once.
import { FormKey } from '@kit/key';
import { calls } from './calls';

type Whom = Parameters<typeof calls.topUp>[0];

/** Wishes that are remembered without an answer; the oldest goes first. */
const OPEN_MAX = 100;

/** The keys of what was not done so far, by what was wished for. */
const open = new Map<string, FormKey>();

/** Books an amount. After it was done the same wish is a new one. */
export async function topUp(whom: Whom, amount: string) {
  const body = [whom, amount];
  const wish = JSON.stringify(body);
  const form = open.get(wish) ?? new FormKey();
  open.set(wish, form);
  const [oldest] = open.keys();
  if (open.size > OPEN_MAX && oldest !== undefined) {
    open.delete(oldest);
  }
  const told = await form.send(body, key => calls.topUp(whom, amount, key));
  open.delete(wish);
  return told;
}
