// How fast the wallet is for a person: the first load of its home over a throttled line, and the pay code after a tap.
// A bench and no test: it prints figures, and fails only where a page does not come at all.
// node first-load.mjs [rounds]; the release build, or TONGBAO_BIN.
import { LOGIN_PASSWORD, person } from './passkey.mjs';
import { at, base, begin, end, enter, fill, sandbox } from './wallet.mjs';
import { open as openPage } from './chromium.mjs';

/** "Fast 3G" as the developer tools of browsers have it today: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back. */
const LINE = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const rounds = Number(process.argv[2] ?? 5);

/** Stands in for a test: what it asks to be done afterwards is done at once when a round is over. */
function round() {
  const afterwards = [];
  return { after: what => afterwards.push(what), over: () => Promise.all(afterwards.map(what => what())) };
}

async function throttled(t) {
  const page = await openPage(t, { locale: 'zh-CN' });
  const line = await page.context().newCDPSession(page);
  await line.send('Network.enable');
  await line.send('Network.emulateNetworkConditions', LINE);
  return page;
}

const sorted = figures => [...figures].sort((one, other) => one - other);
const told = figures => `${sorted(figures)[Math.floor(figures.length / 2)]} ms median, ${sorted(figures).at(-1)} ms worst`;

await begin();
const figures = { empty: [], home: [], code: [] };
for (let count = 0; count < rounds; count += 1) {
  const t = round();
  const page = await throttled(t);
  const login = await person(base, sandbox);
  // Nothing is in the cache of this browser: the sign-in page first, then home with its money.
  let began = Date.now();
  await page.goto(at('/'));
  await page.locator('input[name="login"]').waitFor();
  figures.empty.push(Date.now() - began);
  await fill(page, 'login', login);
  await fill(page, 'password', LOGIN_PASSWORD);
  await page.locator('form button[type="submit"]').click();
  await page.locator('.purse').waitFor();
  const cookies = await page.context().cookies();

  const again = await throttled(t);
  await again.context().addCookies(cookies);
  began = Date.now();
  await again.goto(at('/'));
  await again.locator('.purse .amount').waitFor();
  figures.home.push(Date.now() - began);
  await again.goto(at('/pay-code'));
  await again.locator('dialog.sheet[open]').waitFor();
  await enter(again, '83620');
  began = Date.now();
  await again.keyboard.type('5');
  await again.locator('img.barcode').waitFor();
  figures.code.push(Date.now() - began);
  await t.over();
}
console.log(`first load, nothing cached: sign-in ${told(figures.empty)}`);
console.log(`first load, nothing cached: home with its balance ${told(figures.home)}`);
console.log(`pay code after the last digit: ${told(figures.code)}`);
await end();
