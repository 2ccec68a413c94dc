// What changes while somebody looks at a desk comes there by itself: by outcome, and at once, since the page is told.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newNumber } from '../sdk/node/server.mjs';
import { STEP_LIMIT_MS } from './chromium.mjs';
import { signInAt } from './desk.mjs';
import { person } from './passkey.mjs';
import { base, begin, end, open, sandbox, text } from './wallet.mjs';

const DESK = { width: 1440, height: 900 };
/** A desk asks again after half a minute at the latest. */
const WITHIN_MS = 31_000;
/** Of the page's time that a step of waiting takes where it is told: all steps together are less than what a screen
 *  waits before it asks again, so that what comes was told. An order is asked for each 2 s, the figures of a day each
 *  30 s, and those wait 5 s for more news. */
const STEPS_MS = { order: 10, day: 150 };

before(begin);

after(end);

/** A merchant, and a page of its desk whose clock can be moved on. */
async function desk(t, locale) {
  const login = await person(base, sandbox);
  const seller = `live${newNumber()}@example.com`;
  const { user_id: id } = await sandbox.send('/party', { kind: 'merchant', login: seller, name: '茶馆' });
  await sandbox.send('/app', { seller_id: id });
  await sandbox.send(`/merchants/${seller}/staff`, { login, role: 'owner' });
  const page = await open(t, { locale, ...DESK });
  await page.addInitScript(() => {
    globalThis.heard = 0;
    globalThis.EventSource = class extends EventSource {
      constructor(...all) {
        super(...all);
        this.addEventListener('changed', () => globalThis.heard++);
      }
    };
  });
  await page.clock.install();
  await signInAt(page, 'merchant', login);
  return { id, page, at: screen => `${base}/app/merchant/#/${id}${screen}` };
}

/** An order of a merchant that waits for somebody to scan it. */
async function ordered(page, id, amount, subject) {
  const told = await page.request.post(`${base}/api/v1/sellers/${id}/codes`, { data: { amount, subject },
    headers: { 'idempotency-key': randomUUID() } });
  assert.ok(told.ok(), await told.text());
  return told.json();
}

/** Waits for what comes by itself: some time goes by for the page, and nobody touches it. */
async function comes(page, what, locator) {
  for (const limit = Date.now() + STEP_LIMIT_MS; await locator.count() === 0;) {
    assert.ok(Date.now() < limit, `${what} never came by itself:\n${await text(page)}`);
    await page.clock.fastForward(WITHIN_MS);
    await sleep(100);
  }
}

/** Stops the page's time once it listens and has just asked for `path`: it asks again only when its time goes by. */
async function stopped(page, path) {
  await page.waitForFunction(() => globalThis.heard > 0);
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
  let asked;
  page.on('request', request => {
    asked ??= new URL(request.url()).pathname.endsWith(path) ? request : undefined;
  });
  for (let gone = 0; asked === undefined; gone += 500) {
    assert.ok(gone <= WITHIN_MS, `${path} is not asked for again`);
    await page.clock.runFor(500);
    await sleep(20);
  }
  await (await asked.response()).finished();
  await page.clock.runFor(1);
}

/** Waits for what the page is told of: its time all but stands. */
async function told(page, what, locator, stepMs) {
  for (const limit = Date.now() + STEP_LIMIT_MS; await locator.count() === 0;) {
    assert.ok(Date.now() < limit, `${what} was not told at once:\n${await text(page)}`);
    await page.clock.runFor(stepMs);
    await sleep(100);
  }
}

for (const [locale, say] of [['zh-CN', { waiting: '待付款', paid: '已付款', event: /付款成功/ }],
  ['en-US', { waiting: 'Waiting', paid: 'Paid', event: /Paid ¥8\.00/ }]]) {
  test(`the desk's order says that it is paid while somebody looks at it (${locale})`, async t => {
    const { id, page, at } = await desk(t, locale);
    const { trade_no } = await ordered(page, id, '8.00', '豆浆');
    await page.goto(at(`/orders/${trade_no}`));
    const state = words => page.locator('.page-line .badge').filter({ hasText: new RegExp(`^${words}$`) });
    await state(say.waiting).waitFor();
    assert.equal(await page.locator('.timeline').filter({ hasText: say.event }).count(), 0);
    const { login } = await sandbox.buyer('100.00');
    await sandbox.pay(login, { trade_no });
    await comes(page, 'the payment', state(say.paid));
    await comes(page, 'what happened', page.locator('.timeline').filter({ hasText: say.event }));
  });
}

test('the day’s takings go up while somebody looks at them', async t => {
  const { id, page, at } = await desk(t, 'zh-CN');
  const { trade_no } = await ordered(page, id, '8.00', '豆浆');
  await page.goto(at('/today'));
  await page.locator('.figure').first().waitFor();
  const taken = page.locator('.figure').filter({ hasText: '¥8.00' });
  assert.equal(await taken.count(), 0);
  const { login } = await sandbox.buyer('100.00');
  await sandbox.pay(login, { trade_no });
  await comes(page, 'the payment', taken);
});

test('the desk’s order is told of the payment at once, not when it asks again', async t => {
  const { id, page, at } = await desk(t, 'zh-CN');
  const { trade_no } = await ordered(page, id, '8.00', '豆浆');
  await page.goto(at(`/orders/${trade_no}`));
  const state = words => page.locator('.page-line .badge').filter({ hasText: new RegExp(`^${words}$`) });
  await state('待付款').waitFor();
  await stopped(page, `/orders/${trade_no}`);
  const { login } = await sandbox.buyer('100.00');
  await sandbox.pay(login, { trade_no });
  await told(page, 'the payment', state('已付款'), STEPS_MS.order);
});

test('the day’s takings are told at once, not when they are asked for again', async t => {
  const { id, page, at } = await desk(t, 'zh-CN');
  const { trade_no } = await ordered(page, id, '8.00', '豆浆');
  await page.goto(at('/today'));
  await page.locator('.figure').first().waitFor();
  await stopped(page, '/dashboard');
  const { login } = await sandbox.buyer('100.00');
  await sandbox.pay(login, { trade_no });
  await told(page, 'the payment', page.locator('.figure').filter({ hasText: '¥8.00' }), STEPS_MS.day);
});
