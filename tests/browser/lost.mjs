// Answers that get lost between a page and the platform.
import { setTimeout as sleep } from 'node:timers/promises';

/** How long an answer takes that comes late: longer than anybody taps. */
const LATE_MS = 1_000;

/** What the browser says of a call that is lost here. */
export const LOST = /ERR_CONNECTION_FAILED/;

/** Loses the first call to an address: `before` the platform hears of it, or its answer `after` the platform did what
 *  was asked for. With `late` nothing is lost, and all calls take long. Tells how many calls were lost, how many got
 *  there, and the key of each. */
export async function losing(page, address, when) {
  const calls = { lost: 0, arrived: 0, keys: [] };
  await page.route(url => address.test(url.pathname), async route => {
    const request = route.request();
    if (request.method() !== 'POST') {
      await route.continue();
      return;
    }
    calls.keys.push(request.headers()['idempotency-key']);
    const isLost = when !== 'late' && calls.lost === 0;
    if (!isLost) {
      await (when === 'late' && sleep(LATE_MS));
      calls.arrived += 1;
      await route.continue();
      return;
    }
    calls.lost += 1;
    if (when === 'after') {
      const answer = await route.fetch();
      calls.arrived += answer.ok() ? 1 : 0;
    }
    await route.abort('connectionfailed');
  });
  return calls;
}
