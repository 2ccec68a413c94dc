// The demo shop of examples/shop in a real browser: three ways to pay, refunds, and what must sell nothing.
// Screenshots of its pages at 390 and 1440 px go to target/screenshots/.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PAY_PASSWORD, Sandbox, startServer } from '../sdk/node/server.mjs';
import { open, shoot, startBrowser, stopBrowser, STEP_LIMIT_MS } from './chromium.mjs';
import { Gateway } from './gateway.mjs';

const program = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../examples/shop/shop.mjs');
const SIZES = [[390, 844], [1440, 900]];
const DESKTOP = { width: 1440, height: 900 };

let server;
let sandbox;
let gateway;
let folder;
let shop;
const shops = [];

/** A shop of its own process; `file` is its order book. */
async function startShop(file, more = {}) {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env,
    TONGBAO_READY: path.join(folder, 'ready.json'), PORT: '0', SHOP_FILE: path.join(folder, file), ...more } });
  let said = '';
  child.stderr.on('data', chunk => { said += chunk; });
  const end = new Promise(done => child.once('exit', done));
  const lines = createInterface({ input: child.stdout });
  const url = await Promise.race([new Promise(done => lines.once('line', done)), end.then(() => undefined)]);
  assert.ok(url, `the shop did not start (npm ci in examples/shop?): ${said}`);
  const stop = async (signal = 'SIGTERM') => {
    child.kill(signal);
    await end;
  };
  shops.push(stop);
  return { url, stop };
}

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  gateway = new Gateway(server.ready.apps.find(app => app.mode === 'key'), server.ready);
  folder = mkdtempSync(path.join(tmpdir(), 'tongbao-shop-'));
  writeFileSync(path.join(folder, 'ready.json'), JSON.stringify(server.ready), { mode: 0o600 });
  shop = await startShop('orders.json');
  await startBrowser();
});

after(async () => {
  await stopBrowser();
  await Promise.all(shops.map(stop => stop()));
  await server?.stop();
  if (folder) {
    rmSync(folder, { recursive: true, force: true });
  }
});

// ---- what people do ----------------------------------------------------------------------------------------------

const badge = page => page.locator('.now [role="status"]');
const story = page => page.locator('.story');
const orderNo = page => page.locator('#order').getAttribute('data-no');
const standing = (page, words) => badge(page).filter({ hasText: new RegExp(`^${words}$`) }).waitFor();
const query = no => gateway.call('alipay.trade.query', { out_trade_no: no });

async function order(page, good, way, at = shop) {
  await page.goto(at.url);
  await page.locator(`li:has(.of-${good}) button[value="${way}"]`).click();
  await page.waitForURL(way === 'page' ? /\/cashier\// : /\/orders\/S/);
}

/** The buyer signs in on a page of the platform and does what it asks for. */
async function signIn(page, login) {
  await page.locator('input[name="login"]').fill(login);
  await page.locator('input[name="pay_password"]').fill(PAY_PASSWORD);
  await page.locator('form:has(input[name="login"]) button[type="submit"]').first().click();
  await page.waitForLoadState('load');
}

async function payAtCashier(page, login) {
  await signIn(page, login);
  const password = page.locator('input[name="pay_password"]:visible');
  if (await password.count() > 0) {
    await password.fill(PAY_PASSWORD);
  }
  await page.locator('form[method="post" i] button[type="submit"]:visible').first().click();
  await page.waitForLoadState('load');
}

async function giveBack(page, amount, reason) {
  await page.locator('#amount').fill(amount);
  await page.locator('#reason').fill(reason);
  await page.locator('#refund button').click();
  await page.waitForLoadState('load');
}

/** An order that waits for its code to be scanned, as another program would see it. */
async function placeByHand(at, way = 'qr', good = 'tea') {
  const cookie = (await fetch(at.url)).headers.getSetCookie()[0].split(';')[0];
  const headers = { cookie, origin: at.url, 'accept-language': 'en' };
  const placed = await fetch(`${at.url}/orders`, { method: 'POST', redirect: 'manual', headers,
    body: new URLSearchParams({ good, way, form: randomUUID() }) });
  const place = placed.headers.get('location');
  const read = async () => (await fetch(at.url + place, { headers })).text();
  const act = (name, fields = {}) => fetch(`${at.url}${place}/${name}`, { method: 'POST', redirect: 'manual', headers,
    body: new URLSearchParams(fields) });
  return { no: place.split('/')[2], read, act };
}

const qrOf = text => /href="([^"]+\/qr\/[^"]+)"/.exec(text)[1];

async function until(what, look, limitMs = STEP_LIMIT_MS) {
  for (const limit = Date.now() + limitMs; Date.now() < limit; await sleep(50)) {
    const found = await look();
    if (found) {
      return found;
    }
  }
  throw new assert.AssertionError({ message: `never: ${what}` });
}

const times = (text, words) => text.split(words).length - 1;

// ---- three ways to pay -------------------------------------------------------------------------------------------

test('a visitor pays on the cashier, and takes it back in part and then whole', async t => {
  const buyer = await sandbox.buyer('100.00');
  const page = await open(t, DESKTOP);
  await page.goto(shop.url);
  await shoot(page, 'shop-goods', SIZES);
  await order(page, 'coffee', 'page');
  assert.ok(page.url().startsWith(new URL(server.ready.gateway).origin), `on the cashier: ${page.url()}`);
  await payAtCashier(page, buyer.login);
  if (!page.url().startsWith(shop.url)) {
    await Promise.race([page.waitForURL(url => url.href.startsWith(shop.url)),
      page.locator(`a[href^="${shop.url}"]`).first().click().catch(() => {})]);
  }
  await page.waitForURL(`${shop.url}/orders/*`);
  await standing(page, '已付款');
  await shoot(page, 'shop-paid', SIZES);
  const no = await orderNo(page);
  assert.equal((await query(no)).total_amount, '18.00');
  assert.match(await page.locator('.pickup').innerText(), /^A\d{3}$/);
  // The notification and the question of the return page both say "paid": it is handed out once all the same.
  await until('the notification is there', async () => (await notices(no)).length > 0);
  await page.reload();
  assert.equal(times(await story(page).innerText(), '交货一次'), 1);

  for (const [amount, reason, words] of [['18.01', '凉', /超过/], ['0', '凉', /大于零/], ['1.234', '凉', /两位小数/]]) {
    await giveBack(page, amount, reason);
    assert.match(await page.locator('.problem').innerText(), words);
    assert.equal(await page.locator('#amount').inputValue(), amount, 'what was typed is kept');
  }
  await shoot(page, 'shop-refund-wrong', SIZES);
  await giveBack(page, '5.50', '凉了 <b>&"');
  await standing(page, '部分退款');
  assert.match(await page.locator('.lines').innerText(), /5\.50 凉了 <b>&"/);
  await shoot(page, 'shop-partly', SIZES);
  assert.equal(await page.locator('#amount').inputValue(), '12.50', 'the rest is offered');
  await giveBack(page, '12.50', '不想要了');
  await standing(page, '已全额退款');
  await shoot(page, 'shop-refunded', SIZES);
  assert.equal((await query(no)).trade_status, 'TRADE_CLOSED');
  await page.goto(`${shop.url}/orders`);
  await shoot(page, 'shop-orders', SIZES);
  assert.match(await page.locator('.orders').innerText(), /手冲咖啡[^]*已全额退款/);
});

test('a buyer scans the code in another window, and the English page follows by itself', async t => {
  const buyer = await sandbox.buyer('100.00');
  const page = await open(t, { locale: 'en-GB' });
  await page.goto(shop.url);
  await shoot(page, 'shop-goods-en', SIZES);
  await order(page, 'tea', 'qr');
  await standing(page, 'To be paid');
  await shoot(page, 'shop-qr-en', SIZES);
  const label = await page.locator('svg[role="img"]').getAttribute('aria-label');
  assert.match(label, /QR code/);
  const buyersPage = await open(t);
  await buyersPage.goto(await page.locator('.now a[target="_blank"]').getAttribute('href'));
  assert.match(await buyersPage.locator('body').innerText(), /12\.80/);
  await payAtCashier(buyersPage, buyer.login);
  await standing(page, 'Paid'); // nobody touched this page
  assert.match(await page.locator('.now').innerText(), /Pick-up number\s+A\d{3}/);
  assert.match(await story(page).innerText(), /handed out once/);
  assert.doesNotMatch(await page.locator('main').innerText(), /\p{Script=Han}/u, 'no Chinese words left in English');
  await shoot(page, 'shop-qr-paid-en', SIZES);
});

test('the till reads a pay code that was typed, as a scanner does, and not a used one', async t => {
  const buyer = await sandbox.buyer('100.00');
  const wallet = await open(t);
  await wallet.goto(new URL('/wallet/paycode', server.ready.gateway).href);
  await signIn(wallet, buyer.login);
  const shown = await wallet.locator('body').innerText();
  const digits = shown.replace(/(?<=\d)[ \u00a0\u2009]+(?=\d)/g, '').match(/28\d{16}/);
  assert.ok(digits, 'the wallet shows a pay code');

  const page = await open(t, { ...DESKTOP, colorScheme: 'dark' });
  await order(page, 'cookies', 'code');
  await standing(page, '待付款');
  await shoot(page, 'shop-till-dark', SIZES);
  await page.locator('#auth-code:focus').waitFor();
  await page.keyboard.type('12345');
  await page.keyboard.press('Enter');
  await page.locator('.problem', { hasText: '这不是付款码' }).waitFor();
  await page.keyboard.type(digits[0].replace(/(\d{4})/g, '$1 ')); // the field has the focus; spaces do not matter
  await page.keyboard.press('Enter');
  await standing(page, '已付款');
  await shoot(page, 'shop-till-paid-dark', SIZES);

  await order(page, 'cookies', 'code');
  await page.locator('#auth-code:focus').waitFor();
  await page.keyboard.type(digits[0]);
  await page.keyboard.press('Enter');
  await page.locator('.problem', { hasText: '付款码无效、过期或已用过' }).waitFor();
  await shoot(page, 'shop-till-refused-dark', SIZES);
  await standing(page, '待付款');
  await page.getByRole('button', { name: '取消订单' }).click();
  await standing(page, '已关闭');
  await shoot(page, 'shop-closed-dark', SIZES);
});

test('a phone gets the page for phones', async t => {
  const buyer = await sandbox.buyer('100.00');
  const page = await open(t, { locale: 'en-GB', isMobile: true, hasTouch: true,
    userAgent: 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36' });
  await order(page, 'coffee', 'page');
  await page.goto(`${shop.url}/orders`);
  await page.locator('.orders a').first().click();
  await standing(page, 'To be paid');
  await shoot(page, 'shop-wap-en', SIZES);
  assert.match(await page.locator('dl').innerText(), /Mobile page payment/);
  await page.locator('.now .main').click();
  await payAtCashier(page, buyer.login);
  const no = await until('the order is paid', async () => {
    const all = JSON.parse(readFileSync(path.join(folder, 'orders.json'), 'utf8')).orders;
    return all.find(one => one.way === 'wap' && one.state === 'paid')?.no;
  });
  assert.equal((await query(no)).trade_status, 'TRADE_SUCCESS');
});

test('both languages: by the browser first, then by the switch', async t => {
  const page = await open(t, { locale: 'en-GB' });
  await page.goto(`${shop.url}/orders`);
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  await page.getByRole('link', { name: '中文' }).click();
  await page.waitForURL(`${shop.url}/orders`);
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  assert.match(await page.locator('h1').innerText(), /我的订单/);
  await shoot(page, 'shop-no-orders', SIZES);
  const away = await fetch(`${shop.url}/language?to=en&back=//evil.example`, { redirect: 'manual' });
  assert.equal(away.headers.get('location'), '/');
});

// ---- what must not happen ----------------------------------------------------------------------------------------

const notices = async no => (await sandbox.send('/notifications')).notifications.filter(one => one.out_trade_no === no);
const resend = what => sandbox.send('/notifications/resend', what);

test('a forged notification, another amount and another order sell nothing; the right one sells once', async () => {
  const buyer = await sandbox.buyer('100.00');
  const paid = await placeByHand(shop);
  await sandbox.pay(buyer.login, { qr_code: qrOf(await paid.read()) });
  await until('sold', async () => (await paid.read()).includes('Pick-up number'));
  const [notice] = await until('a notice', async () => {
    const found = await notices(paid.no);
    return found.length > 0 && found;
  });
  const waits = await placeByHand(shop);
  const about = (members, more = {}) => resend({ notify_id: notice.notify_id,
    members: { out_trade_no: waits.no, ...members }, ...more });
  for (const forge of ['unsigned', 'other_key', 'changed_after_signing']) {
    assert.equal((await about({}, { forge })).ended.delivered, false, forge);
  }
  for (const members of [{ total_amount: '0.01' }, { total_amount: '12.81' }, { seller_id: '2088000000000000' },
    { app_id: '2021000000000000' }, { out_trade_no: 'SNOTHERE' }]) {
    assert.equal((await about(members)).ended.delivered, false, JSON.stringify(members));
  }
  const text = await waits.read();
  assert.match(text, /To be paid/);
  assert.doesNotMatch(text, /Pick-up number/);
  assert.equal(times(text, 'another amount'), 2, 'the story tells of both');
  // The same three times is taken three times, and handed out once.
  for (let again = 0; again < 3; again += 1) {
    assert.equal((await resend({ notify_id: notice.notify_id })).ended.delivered, true);
  }
  assert.equal(times(await paid.read(), 'handed out once'), 1);
});

test('a charge whose answer is lost is asked about, not charged again', async () => {
  // The SDK's HTTP client sends once more by itself when the connection breaks: both times the answer is lost.
  for (const [fault, next] of [['lost-answer', 2], ['error-after', 1]]) {
    const buyer = await sandbox.buyer('100.00');
    const till = await placeByHand(shop, 'code');
    await sandbox.send('/faults', { fault, method: 'alipay.trade.pay', next });
    await till.act('scan', { auth_code: await sandbox.payCode(buyer.login) });
    const text = await until('sold', async () => {
      const now = await till.read();
      return now.includes('Pick-up number') && now;
    });
    assert.match(text, /unknown, so it asked/);
    assert.equal(times(text, 'handed out once'), 1);
  }
});

test('a refund whose answer is lost is sent again under its number, and arrives once', async () => {
  const buyer = await sandbox.buyer('100.00');
  const till = await placeByHand(shop, 'code');
  await till.act('scan', { auth_code: await sandbox.payCode(buyer.login) });
  await sandbox.send('/faults', { fault: 'lost-answer', method: 'alipay.trade.refund', next: 2 });
  const form = { form: 'the-same-form-twice', amount: '2.80', reason: 'cold' };
  await Promise.all([till.act('refund', form), till.act('refund', form)]);
  const text = await until('given back', async () => {
    const now = await till.read();
    return now.includes('Refunded in part') && now;
  });
  assert.equal(times(text, 'The refund arrived'), 1);
  assert.match(text, /Refunded<\/dt><dd>¥2\.80</, 'one refund, however often its form was sent');
  const over = await till.act('refund', { form: 'another-form-of-it', amount: '10.01', reason: 'more' });
  assert.equal(over.status, 422);
});

test('an order that nobody pays is closed, and its code with it; what comes too late is given back', async () => {
  const fast = await startShop('fast.json', { SHOP_PAY_SECONDS: '3' });
  const buyer = await sandbox.buyer('100.00');
  const left = await placeByHand(fast);
  const code = qrOf(await left.read());
  await until('closed', async () => (await left.read()).includes('This order is closed'));
  await assert.rejects(sandbox.pay(buyer.login, { qr_code: code }), 'a code of a closed order');

  // Too late: the platform has a payment for an order that the shop's book calls closed.
  const late = await placeByHand(fast, 'code');
  await until('closed', async () => (await late.read()).includes('This order is closed'));
  const paid = await gateway.call('alipay.trade.pay', { out_trade_no: late.no, total_amount: '12.80',
    subject: 'Osmanthus oolong', scene: 'bar_code', auth_code: await sandbox.payCode(buyer.login) },
  { notify_url: `${fast.url}/notify` });
  assert.equal(paid.code, '10000', JSON.stringify(paid));
  await until('given back', async () => (await late.read()).includes('Closed, paid back'));
  assert.doesNotMatch(await late.read(), /Pick-up number/);
  assert.equal((await query(late.no)).trade_status, 'TRADE_CLOSED');
});

test('what was sold is still sold after the shop was killed', async () => {
  const buyer = await sandbox.buyer('100.00');
  let one = await startShop('killed.json');
  const sold = await placeByHand(one, 'code');
  await sold.act('scan', { auth_code: await sandbox.payCode(buyer.login) });
  await one.stop('SIGKILL');
  const kept = JSON.parse(readFileSync(path.join(folder, 'killed.json'), 'utf8'));
  assert.deepEqual(kept.orders.map(order => [order.no, order.state, order.pickup]), [[sold.no, 'paid', 1]]);
  // Paid while the shop was down, and told to an address that is gone: the shop asks after its start.
  one = await startShop('killed.json');
  const waits = await placeByHand(one, 'qr');
  const code = qrOf(await waits.read());
  await one.stop('SIGKILL');
  await sandbox.pay(buyer.login, { qr_code: code });
  await startShop('killed.json');
  await until('asked and sold', () => {
    const now = JSON.parse(readFileSync(path.join(folder, 'killed.json'), 'utf8'));
    return now.orders.find(order => order.no === waits.no).pickup === 2;
  });
});

test('an order is its visitor’s alone, and forms come from the shop alone', async () => {
  const mine = await placeByHand(shop);
  const stranger = await fetch(`${shop.url}/orders/${mine.no}`);
  assert.equal(stranger.status, 404);
  assert.equal((await fetch(`${shop.url}/orders/${mine.no}/live`)).status, 404);
  const policy = stranger.headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  for (const origin of [new URL(server.ready.gateway).origin, 'http://evil.example', undefined]) {
    const body = new URLSearchParams({ good: 'tea', way: 'code', form: 'a-form-of-a-stranger' });
    const forged = await fetch(`${shop.url}/orders`, { method: 'POST', redirect: 'manual', body,
      headers: origin ? { origin } : {} });
    assert.equal(forged.status, 400, `from ${origin}`);
  }
  assert.equal((await fetch(`${shop.url}/notify`, { method: 'POST', body: 'x'.repeat(100_000) })).status, 400);
});
