// The desk of merchants and the console without a mouse: each is walked by Tab, Enter, Space and Escape alone, with a
// ring around what has the focus; dialogs keep it, and give it back to what opened them.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newNumber } from '../sdk/node/server.mjs';
import { accessible, STEP_LIMIT_MS } from './chromium.mjs';
import { LOGIN_PASSWORD, person } from './passkey.mjs';
import { base, begin, end, open, sandbox, shows, titled } from './wallet.mjs';

/** More stops than any screen has. */
const STOPS_MAX = 120;
const DESK = { width: 1440, height: 900 };

before(begin);

after(end);

const SAY = {
  'zh-CN': { signIn: '登录', orders: '订单', refund: '退款', refundGo: /^退款 ¥/, refunded: /已退款 ¥2\.00/, risk: '风险规则',
    write: '编写提议', propose: '提议', approve: '批准', cancel: '取消' },
  'en-US': { signIn: 'Sign in', orders: 'Orders', refund: 'Refund', refundGo: /^Refund ¥/,
    refunded: /¥2\.00 was refunded/, risk: 'Risk rules', write: 'Write a proposal', propose: 'Propose',
    approve: 'Approve', cancel: 'Cancel' },
};

/** What has the focus: its role, its words, and whether a ring is drawn around it. */
const focused = page => page.evaluate(() => {
  const one = document.activeElement;
  // Rows draw it around all of themselves; in a date the browser marks the part that is typed.
  const ringed = [null, '::after'].map(part => getComputedStyle(one, part))
    .some(style => style.outlineStyle !== 'none' && style.outlineWidth !== '0px');
  const words = one.getAttribute('aria-label') ?? (one.labels?.[0]?.innerText || one.innerText || one.value || '');
  return { tag: one.localName, name: one.getAttribute('name'), words: words.trim().replace(/\s+/g, ' '),
    hasRing: ringed || one.type === 'date',
    inDialog: one.closest('dialog[open]') !== null };
});

/** Goes on by Tab until something has the focus, and sees a ring around each stop. */
async function tabTo(page, wanted, key = 'Tab') {
  const passed = [];
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    await page.keyboard.press(key);
    const now = await focused(page);
    if (now.tag === 'body') {
      continue;
    }
    assert.ok(now.hasRing, `nothing shows that the focus is at ${JSON.stringify(now)}`);
    if (wanted(now)) {
      return now;
    }
    passed.push(`${now.tag} ${now.name ?? ''} ${now.words.slice(0, 30)}`);
  }
  throw new Error(`no Tab leads there:\n${passed.join('\n')}`);
}

const called = words => one => (typeof words === 'string' ? one.words === words : words.test(one.words));
const field = name => one => one.name === name;
const dialog = page => page.locator('dialog[open]');

/** The orders of a merchant, once there is one. */
async function ordersOf(page, id) {
  for (const limit = Date.now() + STEP_LIMIT_MS; ; await sleep(50)) {
    const { orders } = await (await page.request.get(`${base}/api/v1/sellers/${id}/orders`)).json();
    if (orders.length > 0 || Date.now() > limit) {
      return orders;
    }
  }
}

/** Signs in with the keyboard alone, from the first key on. */
async function signIn(page, app, login) {
  await page.goto(`${base}/app/${app}/`);
  await page.waitForURL(/#\/sign-in/);
  await page.locator('input[name="login"]').waitFor();
  if ((await focused(page)).name !== 'login') {
    await tabTo(page, field('login'));
  }
  await page.keyboard.type(login);
  await tabTo(page, field('password'));
  await page.keyboard.type(LOGIN_PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('.frame h1').first().waitFor();
}

/** Walks once around a dialog: the focus leaves it for nothing behind it. */
async function keepsTheFocus(page) {
  for (const key of ['Tab', 'Shift+Tab']) {
    for (let stop = 0; stop < 12; stop += 1) {
      await page.keyboard.press(key);
      const now = await focused(page);
      // Between the last and the first stop is the browser itself.
      assert.ok(now.inDialog || now.tag === 'body', `the focus left the dialog: ${JSON.stringify(now)}`);
    }
  }
}

/** Opens a dialog by a button that has the focus, leaves it by Escape, and is where it was. */
async function opensAndLeaves(page, words) {
  const before = await focused(page);
  await page.keyboard.press('Enter');
  await dialog(page).waitFor();
  assert.ok((await focused(page)).inDialog, 'the focus goes into the dialog');
  await accessible(page, `the dialog of ${words}`);
  await keepsTheFocus(page);
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  const now = await focused(page);
  assert.deepEqual([now.tag, now.words], [before.tag, before.words], 'the focus goes back to what opened it');
}

for (const locale of ['zh-CN', 'en-US']) {
  const say = SAY[locale];

  test(`the merchant's desk by the keyboard: sign in, an order, a refund (${locale})`, async t => {
    const login = await person(base, sandbox);
    const seller = `keys${newNumber()}@example.com`;
    const { user_id: id } = await sandbox.send('/party', { kind: 'merchant', login: seller, name: '茶馆' });
    await sandbox.send('/app', { seller_id: id });
    await sandbox.send(`/merchants/${seller}/staff`, { login, role: 'owner' });
    const { login: buyer } = await sandbox.buyer();
    const page = await open(t, { locale, ...DESK });
    await signIn(page, 'merchant', login);
    const taken = await page.request.post(`${base}/api/v1/sellers/${id}/till`,
      { headers: { 'idempotency-key': randomUUID() },
        data: { amount: '12.00', subject: 'Oolong 9', pay_code: await sandbox.payCode(buyer) } });
    assert.ok(taken.ok(), await taken.text());
    assert.equal((await ordersOf(page, id)).length, 1);

    await tabTo(page, one => one.tag === 'a' && called(say.orders)(one));
    await page.keyboard.press('Enter');
    await titled(page, say.orders);
    assert.equal((await focused(page)).tag, 'h1', 'the title of the next screen has the focus');
    await page.locator('.row-link').first().waitFor();
    await tabTo(page, one => one.tag === 'a' && /Oolong 9/.test(one.words));
    await page.keyboard.press('Enter');
    await page.locator('.timeline').waitFor();
    await tabTo(page, one => one.tag === 'button' && called(say.refund)(one));
    await opensAndLeaves(page, say.refund);

    await page.keyboard.press('Space');
    await dialog(page).waitFor();
    if ((await focused(page)).name !== 'amount') {
      await tabTo(page, field('amount'));
    }
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('2');
    await tabTo(page, one => one.tag === 'button' && called(say.refundGo)(one));
    await page.keyboard.press('Enter');
    await shows(page, say.refunded);
    await dialog(page).waitFor({ state: 'detached' });
    assert.deepEqual((await ordersOf(page, id)).map(one => one.refunded), ['2.00']);
    await page.keyboard.press('Tab');
    assert.notEqual((await focused(page)).tag, 'body', 'whoever refunded goes on from somewhere');
  });

  test(`the console by the keyboard: sign in, an order, a rule that a second person approves (${locale})`, async t => {
    const { login: buyer } = await sandbox.buyer();
    const login = await person(base, sandbox);
    const page = await open(t, { locale, ...DESK });
    const seller = `keys${newNumber()}@example.com`;
    const { user_id: id } = await sandbox.send('/party', { kind: 'merchant', login: seller, name: '茶馆' });
    await sandbox.send('/app', { seller_id: id });
    await sandbox.send(`/merchants/${seller}/staff`, { login, role: 'owner' });
    await signIn(page, 'console', login);
    const taken = await page.request.post(`${base}/api/v1/sellers/${id}/till`,
      { headers: { 'idempotency-key': randomUUID() },
        data: { amount: '12.00', subject: 'Oolong 9', pay_code: await sandbox.payCode(buyer) } });
    assert.ok(taken.ok(), await taken.text());
    const [{ trade_no: no }] = await ordersOf(page, id);

    await page.goto(`${base}/app/console/#/search`);
    await page.locator('input[name="q"]').waitFor();
    if ((await focused(page)).name !== 'q') {
      await tabTo(page, field('q'));
    }
    await page.keyboard.type(no);
    await page.keyboard.press('Enter');
    await page.locator('.row-link').first().waitFor();
    await tabTo(page, one => one.tag === 'a' && one.words.length > 0 && /Oolong 9|\d{16}/.test(one.words));
    await page.keyboard.press('Enter');
    await page.locator('.story .timeline').waitFor();
    assert.equal((await focused(page)).tag, 'h1');

    const rule = { id: `K-${locale}`, condition: 'amount_minor > 9900000', verdict: 'review', reason_zh: '需要核实',
      reason_en: 'being checked' };
    await tabTo(page, one => one.tag === 'a' && called(say.risk)(one));
    await page.keyboard.press('Enter');
    await titled(page, say.risk);
    await tabTo(page, one => one.tag === 'a' && called(say.write)(one));
    await page.keyboard.press('Enter');
    await page.locator('textarea[name="rules"]').waitFor();
    await tabTo(page, field('rules'));
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText(JSON.stringify([rule]));
    await page.locator('.changes').waitFor();
    await tabTo(page, one => one.tag === 'button' && called(say.propose)(one));
    await page.keyboard.press('Enter');
    await titled(page, say.risk);

    const second = await open(t, { locale, ...DESK });
    await signIn(second, 'console', await person(base, sandbox));
    await second.goto(`${base}/app/console/#/risk`);
    await second.locator('.changes').getByText(rule.id).waitFor();
    const approving = one => one.tag === 'button' && called(say.approve)(one);
    await tabTo(second, approving);
    await opensAndLeaves(second, say.approve);
    assert.equal(await second.locator('.changes').count(), 1, 'Escape approves nothing');
    await second.keyboard.press('Enter');
    await dialog(second).waitFor();
    await tabTo(second, one => one.inDialog && approving(one));
    await second.keyboard.press('Enter');
    await second.locator('.changes').waitFor({ state: 'detached' });
    const { in_force } = await sandbox.send('/risk');
    assert.ok(in_force.rules.some(one => one.id === rule.id));
  });
}
