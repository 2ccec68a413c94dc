// The desk of merchants in a real browser, over a real server: money at the till, orders and refunds, keys, staff and
// stores, in both languages, on a phone and on a desk. Pictures at 390 and 1440 px go to target/screenshots/.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { accessible, shoot } from './chromium.mjs';
import { signInAt } from './desk.mjs';
import { Gateway } from './gateway.mjs';
import { LOST, losing } from './lost.mjs';
import { LOGIN_PASSWORD, person } from './passkey.mjs';
import { base, begin, button, end, fill, link, open, sandbox, shows, text, titled } from './wallet.mjs';

const SIZES = [[390, 844], [1440, 900]];
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };
/** The worst that a name may hold. */
const EVIL = '<img src=x onerror=alert(1)>';
/** What a payer without a password may pay at once is less than this. */
const ASKED_FOR = '3000';
/** How long the till may take to say what came of a payment. */
const TILL_MS_MAX = 1_000;

before(begin);

after(end);

const SAY = {
  'zh-CN': {
    desk: '商家平台', overview: '概览', till: '收款', orders: '订单', bills: '账单与结算', paid: '收款成功',
    waiting: '等待付款人确认', refused: '没有收款', unknown: '结果尚不明确', again: '重新确认', other: '换一个付款码',
    cancel: '撤销', closed: '订单已关闭，没有收款', see: '查看订单', next: '下一位顾客', refund: '退款',
    refundGo: /^退款 ¥/, refunded: /已退款 ¥2\.00/, refundUnknown: /结果尚不明确/, timeline: '进度',
    story: /付款成功 ¥32\.50[^]*退款 ¥2\.00/, mayNot: /角色（收银员）不能查看/, none: /还不属于任何商家/, leave: '离开此商家',
    unknownShop: /没有找到此商家/, addStore: '添加门店', save: '保存', close: /^关闭门店/, closeSure: '关闭门店',
    storeClosed: '已关闭', addStaff: '添加员工', cashier: /^收银员/, cashierRole: '收银员', ownerRole: '所有者',
    staffAdded: '已保存。', lastOwner: /至少要有一位所有者/, remove: /^移除/, removeSure: '移除', addKey: '添加公钥',
    draw: '生成', java: /Java/, register: '登记此公钥', registered: '公钥已登记。', second: '同时有效',
    promote: '设为当前', promoted: '已设为当前公钥。', qr: '生成收款码',
    scanMe: '请用通宝扫码付款', diagnose: '诊断', out: '退出登录', english: 'English', failed: /失败|没有成功/,
  },
  'en-US': {
    desk: 'Merchant desk', overview: 'Overview', till: 'Till', orders: 'Orders', bills: 'Bills', paid: 'Paid',
    waiting: 'Waiting for the payer', refused: 'Nothing was taken', unknown: 'The outcome is not known',
    again: 'Ask again', other: 'Another code', cancel: 'Cancel', closed: 'Closed, nothing was taken',
    see: 'See the order', next: 'Next customer', refund: 'Refund', refundGo: /^Refund ¥/,
    refunded: /¥2\.00 was refunded/, refundUnknown: /not known whether/, timeline: 'What happened',
    story: /Paid ¥32\.50[^]*Refund ¥2\.00/, mayNot: /Your role \(Till\) may not see/, none: /works for no business/,
    unknownShop: /no such business/, addStore: 'Add a store', save: 'Save', close: /^Close: /, closeSure: 'Close',
    storeClosed: 'Closed', addStaff: 'Add somebody', cashier: /^Till/, cashierRole: 'Till', ownerRole: 'Owner',
    staffAdded: 'It is saved.', lastOwner: /one owner at least/, remove: /^Remove: /, removeSure: 'Remove',
    addKey: 'Add a key', draw: 'Draw it',
    java: /Java/, register: 'Register this key', registered: 'The key was registered.', second: 'Also valid',
    promote: 'Make current', promoted: 'It is the current key now.', qr: 'Make the code',
    scanMe: 'Scan with Tongbao to pay', diagnose: 'Look at it', out: 'Sign out', english: 'English', failed: /failed/,
  },
};

/** A merchant with an app, and somebody who acts for it. */
async function shop(role = 'owner', name = '咖啡与面包') {
  const seller = `shop${randomBytes(5).toString('hex')}@example.com`;
  const { user_id: id } = await sandbox.send('/party', { kind: 'merchant', login: seller, name });
  const app = await sandbox.send('/app', { seller_id: id });
  const login = await person(base, sandbox);
  const owner = role === 'owner' ? login : await person(base, sandbox);
  await sandbox.send(`/merchants/${seller}/staff`, { login: owner, role: 'owner' });
  if (role !== 'owner') {
    await sandbox.send(`/merchants/${seller}/staff`, { login, role });
  }
  return { id, seller, app, login, owner, at: screen => `${base}/app/merchant/#/${id}${screen}` };
}

const signIn = (page, login) => signInAt(page, 'merchant', login);

const outcome = (page, words) => page.locator('.till-result h2').getByText(words, { exact: true }).waitFor()
  .catch(async error => {
    throw new Error(`${error.message}\n${page.url()} shows:\n${await text(page)}`);
  });
const dialog = page => page.locator('dialog.dialog[open]');

/** Types an amount, and comes to the code. */
async function amount(page, at, yuan) {
  await page.goto(at('/till'));
  await fill(page, 'amount', yuan);
  await page.keyboard.press('Enter');
  await page.locator('input[name="pay_code"]').waitFor();
}

/** Does what a scanner does, wherever the focus is. */
async function scan(page, code) {
  await page.keyboard.type(code, { delay: 3 });
  await page.keyboard.press('Enter');
}

/** The orders of a merchant, as the platform has them. */
const ordersOf = async (page, id) =>
  (await (await page.request.get(`${base}/api/v1/sellers/${id}/orders?limit=100`)).json()).orders;

// ---- a day at the desk -------------------------------------------------------------------------------------------

for (const [locale, view] of [['zh-CN', PHONE], ['en-US', DESK]]) {
  const say = SAY[locale];
  test(`an owner takes money, refunds a part of it and looks at the day (${locale})`, async t => {
    const { id, login, at } = await shop();
    const { login: buyer } = await sandbox.buyer();
    const page = await open(t, { locale, ...view });
    await page.goto(`${base}/app/merchant/`);
    await titled(page, say.desk);
    await shoot(page, `merchant-sign-in-${locale}`, SIZES);
    await accessible(page, 'sign-in');
    await signIn(page, login);
    await titled(page, say.overview);

    await page.goto(at('/till'));
    for (const key of ['3', '2', '.', '5']) {
      await page.locator('.pad').getByRole('button', { name: key, exact: true }).click();
    }
    await shoot(page, `merchant-till-${locale}`, SIZES);
    await accessible(page, 'the till');
    await page.locator('.till-go').click();
    await fill(page, 'pay_code', await sandbox.payCode(buyer));
    await shoot(page, `merchant-till-code-${locale}`, SIZES);
    const asked = Date.now();
    await page.keyboard.press('Enter');
    await outcome(page, say.paid);
    assert.ok(Date.now() - asked < TILL_MS_MAX, `the outcome came after ${Date.now() - asked} ms`);
    await shoot(page, `merchant-till-paid-${locale}`, SIZES);
    await accessible(page, 'what came of it');
    assert.deepEqual((await ordersOf(page, id)).map(order => [order.amount, order.state]), [['32.50', 'paid']]);

    await link(page, say.see).click();
    await page.locator('.timeline').waitFor();
    await button(page, say.refund).click();
    await dialog(page).locator('input[name="amount"]').fill('2');
    await dialog(page).locator('textarea[name="reason"]').fill(EVIL);
    await shoot(page, `merchant-refund-${locale}`, SIZES);
    await accessible(page, 'the refund');
    await dialog(page).getByRole('button', { name: say.refundGo }).click();
    await shows(page, say.refunded);
    await shows(page, EVIL);
    await page.locator('.timeline').filter({ hasText: say.story }).waitFor();
    await shoot(page, `merchant-order-${locale}`, SIZES);
    await accessible(page, 'the order');
    assert.equal(await page.locator('img[src="x"], [onerror]').count(), 0, 'words of others stay words');

    await page.goto(at('/today'));
    await page.locator('.figure').filter({ hasText: '¥30.50' }).waitFor();
    await shoot(page, `merchant-today-${locale}`, SIZES);
    await accessible(page, 'the day');
    await page.goto(at('/orders'));
    await page.locator('.row-link').first().waitFor();
    await shoot(page, `merchant-orders-${locale}`, SIZES);
    await accessible(page, 'orders');
    await page.getByRole('button', { name: say.out }).click();
    await titled(page, say.desk);
    await page.goto(at('/orders'));
    await page.waitForURL(/#\/sign-in/);
    assert.equal(await page.locator('.row-link').count(), 0);
  });

  test(`every screen is there at both sizes and for everybody (${locale})`, async t => {
    const { login, at } = await shop();
    const page = await open(t, { locale, ...view });
    await signIn(page, login);
    for (const [screen, seen] of [['/bills', '.state, .table'], ['/bills?part=settlements', '.state'],
      ['/apps', '.table'], ['/notifications', '.state'], ['/doctor', 'textarea[name="request"]'],
      ['/staff', '.table'], ['/stores', '.state'], ['/codes', 'input[name="amount"]']]) {
      await page.goto(at(screen));
      await page.locator(`main ${seen}`).first().waitFor();
      await page.locator('.loading').first().waitFor({ state: 'detached' });
      await shoot(page, `merchant${screen.replace(/\W+/g, '-')}-${locale}`, SIZES);
      await accessible(page, screen);
    }
    if (view === PHONE) {
      await page.locator('.opens').click();
      await page.locator('dialog.drawer[open]').waitFor();
      await accessible(page, 'the drawer');
      await page.locator('dialog.drawer').getByRole('button', { name: say.english }).click();
      await page.locator('dialog.drawer').getByRole('link', { name: SAY['en-US'].orders }).click();
      await titled(page, SAY['en-US'].orders);
      assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
    }
  });

  test(`a scanner types wherever the focus is, and a payer who is asked is waited for (${locale})`, async t => {
    const { id, login, at } = await shop();
    const { login: buyer } = await sandbox.buyer();
    const page = await open(t, { locale, ...view });
    await signIn(page, login);
    await page.goto(at('/till'));
    await fill(page, 'amount', '12.3');
    await fill(page, 'subject', '豆浆');
    await page.locator('input[name="subject"]').focus();
    await scan(page, await sandbox.payCode(buyer));
    await outcome(page, say.paid);
    await shows(page, '¥12.30');
    await button(page, say.next).click();
    await fill(page, 'amount', '4');
    await scan(page, await sandbox.payCode(buyer));
    await outcome(page, say.paid);
    await shows(page, '¥4.00');
    assert.deepEqual((await ordersOf(page, id)).map(order => [order.subject, order.amount]),
      [['豆浆', '4.00'], ['豆浆', '12.30']], 'no code is left where it was typed');
    await button(page, say.next).click();

    await amount(page, at, ASKED_FOR);
    await scan(page, await sandbox.payCode(buyer));
    await outcome(page, say.waiting);
    await shoot(page, `merchant-till-waiting-${locale}`, SIZES);
    await accessible(page, 'waiting');
    await page.locator('.till-result').getByRole('button', { name: say.cancel, exact: true }).click();
    await outcome(page, say.closed);
  });

  test(`after a refusal another code pays the same order (${locale})`, async t => {
    const { id, login, at } = await shop();
    const [poor, rich] = [await sandbox.buyer('1.00'), await sandbox.buyer()];
    const page = await open(t, { locale, ...view });
    await signIn(page, login);
    await amount(page, at, '50');
    await scan(page, await sandbox.payCode(poor.login));
    await outcome(page, say.refused);
    await shoot(page, `merchant-till-refused-${locale}`, SIZES);
    await button(page, say.other).click();
    await scan(page, await sandbox.payCode(rich.login));
    await outcome(page, say.paid);
    assert.deepEqual((await ordersOf(page, id)).map(order => order.state), ['paid'], 'there is one order');
  });

  test(`staff and stores are kept, and one owner stays (${locale})`, async t => {
    const { login, at } = await shop();
    const page = await open(t, { locale, ...view });
    await signIn(page, login);
    await page.goto(at('/stores'));
    await button(page, say.addStore).click();
    await dialog(page).locator('input[name="store_id"]').fill('S1');
    await dialog(page).locator('input[name="store_name"]').fill(EVIL);
    await dialog(page).getByRole('button', { name: say.save }).click();
    await page.locator('.table').getByText(EVIL).waitFor();
    await button(page, say.close).click();
    await dialog(page).getByRole('button', { name: say.closeSure, exact: true }).last().click();
    await page.locator('.badge').getByText(say.storeClosed, { exact: true }).waitFor();

    const cashier = await person(base, sandbox);
    await page.goto(at('/staff'));
    await button(page, say.addStaff).click();
    await fill(page, 'login', cashier);
    await dialog(page).getByText(say.cashier).click();
    await accessible(page, 'adding staff');
    await fill(page, 'own_password', LOGIN_PASSWORD);
    await dialog(page).getByRole('button', { name: say.save }).click();
    await shows(page, say.staffAdded);
    await page.locator('.table tbody tr').nth(1).waitFor();
    const row = role => page.locator('.table tbody tr').filter({ has: page.getByText(role, { exact: true }) });
    for (const role of [say.cashierRole, say.ownerRole]) {
      await row(role).getByRole('button', { name: say.remove }).click();
      await dialog(page).getByRole('button', { name: say.removeSure, exact: true }).click();
      await (role === say.ownerRole ? shows(page, say.lastOwner) : row(role).waitFor({ state: 'detached' }));
    }
    assert.equal(await row(say.ownerRole).count(), 1, 'somebody owns it still');
  });
}

// ---- who may ---------------------------------------------------------------------------------------------------

test('whoever is at the till sees the till, and no takings', async t => {
  const say = SAY['zh-CN'];
  const { login, at } = await shop('till');
  const page = await open(t, DESK);
  await signIn(page, login);
  assert.match(page.url(), /\/till$/, 'the first screen that the role may see');
  const menu = await page.locator('nav.side').innerText();
  assert.ok(menu.includes(say.orders) && !menu.includes(say.bills) && !menu.includes(say.overview), menu);
  for (const screen of ['/today', '/bills', '/apps', '/activity']) {
    await page.goto(at(screen));
    await shows(page, say.mayNot);
  }
  await page.goto(at('/staff'));
  await button(page, say.leave).click();
  assert.equal(await page.locator('.table').count(), 0, 'nobody else is shown');
  await page.locator('dialog[open]').getByRole('button', { name: say.leave }).click();
  await shows(page, say.none);
  await page.goto(at('/till'));
  await shows(page, say.unknownShop);
});

test('a stranger sees no merchant, and not whether there is one', async t => {
  const say = SAY['zh-CN'];
  const { at } = await shop();
  const page = await open(t, DESK);
  await signIn(page, await person(base, sandbox));
  await shows(page, say.none);
  await accessible(page, 'nobody’s staff');
  await page.goto(at('/orders'));
  await shows(page, say.unknownShop);
});

let pair;
/** Two merchants, each with an owner of its own: the same ones for all tests that need two, as people are few. */
const shops = () => (pair ??= Promise.all([shop('owner', '甲店'), shop('owner', '乙店')]));

/** A shop that took money: the page of its owner, the number of the newest order, and what it was for. */
async function earning(t, own, yuan) {
  const { login: buyer } = await sandbox.buyer();
  const page = await open(t, DESK);
  await signIn(page, own.login);
  await page.goto(own.at('/till'));
  await fill(page, 'amount', yuan);
  await fill(page, 'subject', `${own.id}的茶`);
  await scan(page, await sandbox.payCode(buyer));
  await outcome(page, SAY['zh-CN'].paid);
  const [{ trade_no: no }] = await ordersOf(page, own.id);
  return { ...own, page, no, yuan: `${yuan}.00`, subject: `${own.id}的茶` };
}

/** What can be asked of one merchant about one of its orders. */
const asked = ({ id, no, app }) => [
  '/orders?limit=100', `/orders/${no}`, '/dashboard', '/bills', '/settlements', `/notifications?app_id=${app.app_id}`,
  '/staff', '/acts', '/stores', '/apps', '/counter-code',
].map(path => `${base}/api/v1/sellers/${id}${path}`);

/** What would change something there. */
const acts = ({ id, no, yuan }, merchant = id) => [
  [`/orders/${no}/refunds`, { amount: '1.00', refundable: yuan }], [`/orders/${no}/cancel`, undefined],
  ['/codes', { amount: '1.00', subject: '茶' }], ['/stores', { store_id: 'S9', store_name: '九' }],
].map(([path, data]) => [`${base}/api/v1/sellers/${merchant}${path}`, data]);

test('nothing of a merchant is told to whoever acts for another one, by the API or on a screen', async t => {
  const say = SAY['zh-CN'];
  const [first, second] = await shops();
  const [one, other] = [await earning(t, first, '7'), await earning(t, second, '9')];
  for (const [own, foreign] of [[one, other], [other, one]]) {
    const { request } = own.page;
    for (const url of asked(own)) {
      const told = await request.get(url);
      assert.equal(told.status(), 200, `${url} is told to its own: ${await told.text()}`);
      assert.ok(!(await told.text()).includes(foreign.no), `${url} tells of the other one`);
    }
    assert.deepEqual((await ordersOf(own.page, own.id)).map(order => order.trade_no), [own.no]);
    for (const url of asked(foreign)) {
      const told = await request.get(url);
      assert.equal(told.status(), 404, `${url} is not told`);
      assert.equal((await told.json()).code, 'seller_not_found');
    }
    const mixed = await request.get(`${base}/api/v1/sellers/${own.id}/orders/${foreign.no}`);
    assert.deepEqual([mixed.status(), (await mixed.json()).code], [404, 'order_not_found']);
    const headers = { 'idempotency-key': randomBytes(8).toString('hex') };
    for (const [url, data] of acts(foreign)) {
      const told = await request.post(url, { data: data ?? {}, headers });
      assert.equal(told.status(), 404, `${url}: ${await told.text()}`);
    }
    for (const [url, data] of acts(foreign, own.id).slice(0, 2)) {
      const told = await request.post(url, { data: data ?? {}, headers });
      assert.deepEqual([told.status(), (await told.json()).code], [404, 'order_not_found'], url);
    }
  }
  for (const { page, id } of [one, other]) {
    assert.deepEqual((await ordersOf(page, id)).map(({ state, refunded }) => [state, refunded]), [['paid', '0.00']]);
  }

  const { page } = one;
  await page.goto(one.at('/orders'));
  await page.locator('.row-link').first().waitFor();
  assert.deepEqual([await page.locator('.row-link').count(), await page.getByText(other.subject).count()], [1, 0]);
  await page.goto(one.at(`/orders/${other.no}`));
  await page.locator('.state.failed').waitFor();
  await page.goto(other.at('/orders'));
  await shows(page, say.unknownShop);
  // Also a page that believes that it may is told nothing.
  const { sellers: [own] } = await (await page.request.get(`${base}/api/v1/sellers`)).json();
  const json = { sellers: [own, { ...own, seller_id: other.id, name: '乙店' }], next: null };
  await page.route(url => url.pathname.endsWith('/api/v1/sellers'), route => route.fulfill({ json }));
  await page.goto(`${base}/app/merchant/`);
  await page.reload();
  for (const screen of ['/orders', `/orders/${other.no}`, '/today']) {
    await page.goto(other.at(screen));
    await page.locator('.state.failed').first().waitFor();
    assert.equal(await page.locator('.row-link, .timeline, .figure').count(), 0, `${screen} shows nothing`);
    assert.ok(!(await text(page)).includes(other.subject));
  }
});

test('whoever works for two merchants chooses, and sees of each its own', async t => {
  const [first, second] = await shops();
  const [one, other] = [await earning(t, first, '7'), await earning(t, second, '9')];
  await sandbox.send(`/merchants/${other.seller}/staff`, { login: one.login, role: 'owner' });
  const page = await open(t, DESK);
  await signIn(page, one.login);
  await page.locator('.row-link').getByText('甲店').click();
  for (const [here, there] of [[one, other], [other, one]]) {
    await page.locator('.whose select').selectOption(here.id);
    await page.goto(here.at('/orders'));
    await page.getByText(here.subject).first().waitFor();
    const count = (await ordersOf(page, here.id)).length;
    assert.deepEqual([await page.locator('.row-link').count(), await page.getByText(there.subject).count()],
      [count, 0]);
  }
  await page.goto(one.at(`/orders/${other.no}`));
  await page.locator('.state.failed').waitFor();
});

test('a desk that stands open notices who signs in or out on another page', async t => {
  const say = SAY['zh-CN'];
  const one = await earning(t, (await shops())[1], '7');
  const nobody = await person(base, sandbox);
  const { page } = one;
  await page.goto(one.at('/orders'));
  await page.locator('.row-link').first().waitFor();
  const other = await page.context().newPage();
  await other.goto(`${base}/app/wallet/`);
  await other.locator('.purse').waitFor();
  await other.waitForFunction(() => localStorage.getItem('tongbao-wallet-1') !== null);

  await other.goto(`${base}/app/merchant/#/sign-in`);
  await fill(other, 'login', nobody);
  await fill(other, 'password', LOGIN_PASSWORD);
  await other.locator('form button[type="submit"]').click();
  await shows(other, say.none);
  await shows(page, say.unknownShop);
  assert.equal(await page.locator('.row-link').count(), 0, 'nothing of whoever was here before');
  assert.equal(await page.evaluate(() => localStorage.getItem('tongbao-wallet-1')), null);

  await other.getByRole('button', { name: say.out }).click();
  await page.waitForURL(/#\/sign-in/);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter(key => !key.includes('language'))), []);
});

// ---- answers that get lost --------------------------------------------------------------------------------------

for (const when of ['before', 'after']) {
  test(`a charge that is lost ${when} it was made takes money once, and is never told as failed`, async t => {
    const say = SAY['zh-CN'];
    const { id, login, at } = await shop();
    const { login: buyer } = await sandbox.buyer();
    const page = await open(t, { ...DESK, forgives: LOST });
    await signIn(page, login);
    await amount(page, at, '20');
    const calls = await losing(page, /\/till$/, when);
    await scan(page, await sandbox.payCode(buyer));
    await outcome(page, say.unknown);
    assert.doesNotMatch(await page.locator('.till-result').innerText(), say.failed);
    await shoot(page, `merchant-till-unknown-${when}`, SIZES);
    await accessible(page, 'not known');
    await button(page, say.again).click();
    await outcome(page, say.paid);
    assert.equal(new Set(calls.keys).size, 1, 'asked for again with the same key');
    assert.deepEqual((await ordersOf(page, id)).map(order => order.amount), ['20.00']);
  });

  test(`a refund that is lost ${when} it was made goes back once, and is never told as failed`, async t => {
    const say = SAY['zh-CN'];
    const { id, login, at } = await shop();
    const { login: buyer } = await sandbox.buyer();
    const page = await open(t, { ...DESK, forgives: LOST });
    await signIn(page, login);
    await amount(page, at, '20');
    await scan(page, await sandbox.payCode(buyer));
    await outcome(page, say.paid);
    await link(page, say.see).click();
    const calls = await losing(page, /\/refunds$/, when);
    await button(page, say.refund).click();
    await dialog(page).locator('input[name="amount"]').fill('2.00');
    await dialog(page).getByRole('button', { name: say.refundGo }).click();
    await page.locator('.note.warn').filter({ hasText: say.refundUnknown }).waitFor();
    assert.doesNotMatch(await page.locator('main').innerText(), say.failed);
    await button(page, say.again).click();
    await shows(page, say.refunded);
    assert.equal(new Set(calls.keys).size, 1);
    assert.deepEqual((await ordersOf(page, id)).map(order => order.refunded), ['2.00']);
  });
}

// ---- codes and keys ---------------------------------------------------------------------------------------------

test('a code is drawn, printed alone on its page, and paid', async t => {
  const say = SAY['zh-CN'];
  const { login, at } = await shop();
  const { login: buyer } = await sandbox.buyer();
  const page = await open(t, DESK);
  await signIn(page, login);
  await page.goto(at('/codes'));
  await fill(page, 'amount', '18');
  await fill(page, 'subject', '桂花乌龙');
  await button(page, say.qr).click();
  await shows(page, say.scanMe);
  const picture = page.locator('.poster img');
  await picture.evaluate(image => image.decode());
  assert.ok(await picture.evaluate(image => image.naturalWidth > 0), 'the code is drawn');
  await shoot(page, 'merchant-poster', SIZES);
  await accessible(page, 'the poster');
  await page.emulateMedia({ media: 'print' });
  for (const gone of ['.top', 'nav.side', '.poster-actions']) {
    assert.equal(await page.locator(gone).isVisible(), false, `${gone} is not printed`);
  }
  assert.ok(await page.locator('.poster').isVisible());
  await page.emulateMedia({ media: 'screen' });
  const shown = await page.getByRole('link', { name: say.see }).getAttribute('href');
  const no = shown.split('/').at(-1);
  await page.goto(at(`/orders/${no}`));
  const qr = await page.locator('.key-values code').filter({ hasText: '/qr/' }).innerText();
  await sandbox.pay(buyer, { qr_code: qr });
  await page.locator('.page-line .badge.good').waitFor();
});

test('the code for the counter is shown for the business and a store, printed alone, and kept as a picture',
  async t => {
  const { id, login, at } = await shop();
  const page = await open(t, DESK);
  await signIn(page, login);
  const data = { store_id: 'S1', store_name: '东门店' };
  const added = await page.request.post(`${base}/api/v1/sellers/${id}/stores`, { data });
  assert.ok(added.ok(), await added.text());
  await page.goto(at('/codes'));
  await page.getByRole('tab', { name: '台卡' }).click();
  await page.waitForURL(/part=counter/);
  const picture = page.locator('.counter-poster img');
  const drawn = async () => {
    await picture.evaluate(image => image.decode());
    assert.ok(await picture.evaluate(image => image.naturalWidth > 0), 'the code is drawn');
    return picture.getAttribute('src');
  };
  const plain = await drawn();
  assert.match(await page.locator('.counter-poster').innerText(), /咖啡与面包[^]*请用通宝扫码付款/);
  await page.locator('select[name="store"]').selectOption('S1');
  await page.locator('.counter-poster .poster-store').filter({ hasText: '东门店' }).waitFor();
  const ofStore = await drawn();
  assert.notEqual(ofStore, plain, 'a store has its own code');
  await page.getByRole('radio', { name: 'EMV' }).check();
  await shows(page, /EMVCo/);
  assert.notEqual(await drawn(), ofStore, 'the form of others is another picture');
  await shoot(page, 'merchant-counter', SIZES);
  await accessible(page, 'the counter code');
  const [kept] = await Promise.all([page.waitForEvent('download'), button(page, '下载 SVG').click()]);
  assert.equal(kept.suggestedFilename(), `counter-${id}-S1-emv.svg`);
  assert.match(readFileSync(await kept.path(), 'utf8'), /^<(\?xml|svg)/);
  await page.emulateMedia({ media: 'print' });
  for (const gone of ['.top', 'nav.side', '.tabs', '.counter-choices', '.poster-actions']) {
    assert.equal(await page.locator(gone).first().isVisible(), false, `${gone} is not printed`);
  }
  assert.ok(await page.locator('.counter-poster').isVisible());
});

test('the code for the counter is one page of the paper that was chosen', async t => {
  const { login, at } = await shop();
  const page = await open(t, DESK);
  await signIn(page, login);
  await page.goto(at('/codes?part=counter'));
  await page.locator('.counter-poster img').evaluate(image => image.decode());
  // Points, as paper is measured in PDF.
  for (const [paper, width, height] of [['a5', 420, 595], ['a4', 595, 842]]) {
    await page.locator(`input[type="radio"][value="${paper}"]`).check();
    await page.locator(`.counter-poster.${paper}`).waitFor();
    const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
    const pages = pdf.match(/\/Type\s*\/Page\b/g);
    assert.equal(pages?.length, 1, `${paper} has one page`);
    const sizes = [...pdf.matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)]
      .map(([, wide, high]) => [Math.round(wide), Math.round(high)]);
    assert.deepEqual(sizes, [[width, height]], paper);
  }
});

test('a key that is drawn in the browser signs what the gateway takes, and never leaves it', async t => {
  const say = SAY['zh-CN'];
  const { app, login, at } = await shop();
  const folder = mkdtempSync(path.join(tmpdir(), 'tongbao-keys-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const page = await open(t, DESK);
  const sent = [];
  page.on('request', request => sent.push(request.postData() ?? ''));
  await signIn(page, login);
  await page.goto(at('/apps'));
  await button(page, say.addKey).click();
  await dialog(page).getByRole('button', { name: say.draw, exact: true }).click();
  assert.ok(await dialog(page).getByRole('button', { name: say.register }).isDisabled(), 'the file comes first');
  await shoot(page, 'merchant-key', SIZES);
  await accessible(page, 'a new key');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog(page).getByRole('button', { name: say.java }).click(),
  ]);
  const kept = path.join(folder, 'key.txt');
  await download.saveAs(kept);
  const secret = readFileSync(kept, 'utf8');
  await fill(page, 'own_password', LOGIN_PASSWORD);
  await dialog(page).getByRole('button', { name: say.register }).click();
  await shows(page, say.registered);
  await page.locator('.badge').getByText(say.second, { exact: true }).waitFor();
  assert.ok(!sent.some(body => body.includes(secret.slice(0, 60)) || body.includes(secret.slice(-60))));
  assert.doesNotMatch(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage])), /MII[EI]/);

  const key = path.join(folder, 'key.pem');
  const lines = secret.match(/.{1,64}/g).join('\n');
  writeFileSync(key, `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`);
  const platform = path.join(folder, 'platform.txt');
  writeFileSync(platform, app.platform_public_key);
  const entry = { app_id: app.app_id, private_key_pkcs8: key, platform_public_key: platform };
  const gateway = new Gateway(entry, { gateway: `${base}/gateway.do` });
  const made = await gateway.call('alipay.trade.precreate',
    { out_trade_no: randomBytes(8).toString('hex'), total_amount: '1.00', subject: '茶' });
  assert.equal(made.code, '10000', JSON.stringify(made));

  await button(page, say.promote).click();
  await dialog(page).getByRole('button', { name: say.promote }).click();
  await shows(page, say.promoted);

  await page.goto(at('/doctor'));
  const wrong = new URLSearchParams(gateway.signed('alipay.trade.query', { out_trade_no: '1' }));
  wrong.set('version', '1.1');
  await page.locator('textarea[name="request"]').fill(wrong.toString());
  await button(page, say.diagnose).click();
  await page.locator('.note.bad').waitFor();
  await shoot(page, 'merchant-doctor', SIZES);
  await accessible(page, 'the doctor');
});

test('a payer pays what a till waits for, and the till follows', async t => {
  const say = SAY['zh-CN'];
  const { id, login, at } = await shop();
  const { login: buyer } = await sandbox.buyer();
  const page = await open(t, DESK);
  await signIn(page, login);
  await amount(page, at, ASKED_FOR);
  await scan(page, await sandbox.payCode(buyer));
  await outcome(page, say.waiting);
  const [{ trade_no }] = await ordersOf(page, id);
  await sandbox.pay(buyer, { trade_no });
  await outcome(page, say.paid);
});
