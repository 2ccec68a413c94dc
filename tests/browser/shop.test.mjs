// The demo shop of examples/shop in a real browser: three ways to pay, refunds, and what must sell nothing.
// Screenshots of its pages at 390 and 1440 px go to target/screenshots/.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Book, standing as standingOf } from '../../examples/shop/book.mjs';
import { Payments } from '../../examples/shop/payments.mjs';
import { PAY_PASSWORD, Sandbox, startServer } from '../sdk/node/server.mjs';
import { accessible, open, shoot, startBrowser, stopBrowser, STEP_LIMIT_MS } from './chromium.mjs';
import { Gateway } from './gateway.mjs';
import { program, Shops } from './shops.mjs';

const SIZES = [[390, 844], [1440, 900]];
const DESKTOP = { width: 1440, height: 900 };

let server;
let sandbox;
let gateway;
let folder;
let shop;
let shops;

/** A shop of its own process; `file` is its order book. */
const startShop = (file, more) => shops.start(file, more);

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  gateway = new Gateway(server.ready.apps.find(app => app.mode === 'key'), server.ready);
  shops = new Shops(server.ready);
  folder = shops.folder;
  shop = await startShop('orders.json');
  await startBrowser();
});

after(async () => {
  await stopBrowser();
  await shops?.end();
  await server?.stop();
});

// ---- what people do ----------------------------------------------------------------------------------------------

const badge = page => page.locator('.now [role="status"]');
/** Takes a page of the shop, which everybody can use. */
async function look(page, name) {
  await shoot(page, name, SIZES);
  await accessible(page, name);
}

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

/** An order of this shop, paid by the till of another program: it comes from outside, as what comes too late does. */
async function payElsewhere(no, at, buyer, amount = '12.80', subject = 'Osmanthus oolong') {
  const paid = await gateway.call('alipay.trade.pay', { out_trade_no: no, total_amount: amount, subject,
    scene: 'bar_code', auth_code: await sandbox.payCode(buyer.login) }, { notify_url: `${at.url}/notify` });
  assert.equal(paid.code, '10000', JSON.stringify(paid));
}

const clearFaults = () => fetch(`${sandbox.base}/faults`, { method: 'DELETE' });

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
  await look(page, 'shop-goods');
  await order(page, 'coffee', 'page');
  assert.ok(page.url().startsWith(new URL(server.ready.gateway).origin), `on the cashier: ${page.url()}`);
  await payAtCashier(page, buyer.login);
  if (!page.url().startsWith(shop.url)) {
    await Promise.race([page.waitForURL(url => url.href.startsWith(shop.url)),
      page.locator(`a[href^="${shop.url}"]`).first().click().catch(() => {})]);
  }
  await page.waitForURL(`${shop.url}/orders/*`);
  await standing(page, '已付款');
  await look(page, 'shop-paid');
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
  await look(page, 'shop-refund-wrong');
  await giveBack(page, '5.50', '凉了 <b>&"');
  await standing(page, '部分退款');
  assert.match(await page.locator('.lines').innerText(), /5\.50 凉了 <b>&"/);
  await look(page, 'shop-partly');
  assert.equal(await page.locator('#amount').inputValue(), '12.50', 'the rest is offered');
  await giveBack(page, '12.50', '不想要了');
  await standing(page, '已全额退款');
  await look(page, 'shop-refunded');
  assert.equal((await query(no)).trade_status, 'TRADE_CLOSED');
  await page.goto(`${shop.url}/orders`);
  await look(page, 'shop-orders');
  assert.match(await page.locator('.orders').innerText(), /手冲咖啡[^]*已全额退款/);
});

test('a buyer scans the code in another window, and the English page follows by itself', async t => {
  const buyer = await sandbox.buyer('100.00');
  const page = await open(t, { locale: 'en-GB' });
  await page.goto(shop.url);
  await look(page, 'shop-goods-en');
  await order(page, 'tea', 'qr');
  await standing(page, 'To be paid');
  await look(page, 'shop-qr-en');
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
  await look(page, 'shop-qr-paid-en');
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
  await look(page, 'shop-till-dark');
  await page.locator('#auth-code:focus').waitFor();
  await page.keyboard.type('12345');
  await page.keyboard.press('Enter');
  await page.locator('.problem', { hasText: '这不是付款码' }).waitFor();
  await page.keyboard.type(digits[0].replace(/(\d{4})/g, '$1 ')); // the field has the focus; spaces do not matter
  await page.keyboard.press('Enter');
  await standing(page, '已付款');
  await look(page, 'shop-till-paid-dark');

  await order(page, 'cookies', 'code');
  await page.locator('#auth-code:focus').waitFor();
  await page.keyboard.type(digits[0]);
  await page.keyboard.press('Enter');
  await page.locator('.problem', { hasText: '付款码无效、过期或已用过' }).waitFor();
  await look(page, 'shop-till-refused-dark');
  await standing(page, '待付款');
  await page.getByRole('button', { name: '取消订单' }).click();
  await standing(page, '已关闭');
  await look(page, 'shop-closed-dark');
});

test('a phone gets the page for phones', async t => {
  const buyer = await sandbox.buyer('100.00');
  const page = await open(t, { locale: 'en-GB', isMobile: true, hasTouch: true,
    userAgent: 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36' });
  await order(page, 'coffee', 'page');
  await page.goto(`${shop.url}/orders`);
  await page.locator('.orders a').first().click();
  await standing(page, 'To be paid');
  await look(page, 'shop-wap-en');
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
  await look(page, 'shop-no-orders');
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

test('a charge that never arrived is told after a while, and another code may be tried', async () => {
  const buyer = await sandbox.buyer('100.00');
  const till = await placeByHand(shop, 'code');
  await sandbox.send('/faults', { fault: 'error-before', method: 'alipay.trade.pay', next: 1 });
  await till.act('scan', { auth_code: await sandbox.payCode(buyer.login) });
  assert.match(await till.read(), /Asking for the result/);
  await till.act('scan', { auth_code: await sandbox.payCode(buyer.login) });
  assert.equal((await query(till.no)).sub_code, 'ACQ.TRADE_NOT_EXIST', 'no second charge while the first is unknown');
  const text = await until('lost', async () => {
    const now = await till.read();
    return now.includes('Please scan again') && now;
  }, 30_000);
  assert.match(text, /the platform knows nothing of it; try again/);
  await till.act('scan', { auth_code: await sandbox.payCode(buyer.login) });
  assert.equal(times(await till.read(), 'handed out once'), 1);
});

test('a buyer who has to type the password is waited for, and not charged again', async t => {
  const buyer = await sandbox.buyer('100.00');
  const limit = amount => sandbox.send('/rules', { merchant_fee_ppm: 6_000, password_free_limit: amount });
  t.after(() => limit('1000.00'));
  await limit('10.00');
  const till = await placeByHand(shop, 'code');
  await till.act('scan', { auth_code: await sandbox.payCode(buyer.login) });
  const waits = await till.read();
  assert.match(waits, /Buyer confirms/);
  assert.match(waits, /the buyer has to type the password/);
  assert.doesNotMatch(waits, /name="auth_code"/, 'no field for another code');
  const { trade_no } = await query(till.no);
  await till.act('scan', { auth_code: await sandbox.payCode(buyer.login) });
  assert.equal((await query(till.no)).trade_no, trade_no);
  assert.equal((await sandbox.pay(buyer.login, { trade_no })).trade_status, 'TRADE_SUCCESS');
  const text = await until('sold', async () => {
    const now = await till.read();
    return now.includes('Pick-up number') && now;
  });
  assert.equal(times(text, 'handed out once'), 1);
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
  await payElsewhere(late.no, fast, buyer);
  await until('given back', async () => (await late.read()).includes('Closed, paid back'));
  assert.doesNotMatch(await late.read(), /Pick-up number/);
  assert.equal((await query(late.no)).trade_status, 'TRADE_CLOSED');
});

test('news of a late payment is not taken before its outcome is known', async t => {
  const buyer = await sandbox.buyer('100.00');
  const fast = await startShop('late.json', { SHOP_PAY_SECONDS: '2' });
  const late = await placeByHand(fast, 'code');
  await until('closed', async () => (await late.read()).includes('This order is closed'));
  t.after(clearFaults);
  // Nobody hears an answer to a query now. (One is lost in two: the SDK's HTTP client sends once more by itself.)
  await sandbox.send('/faults', { fault: 'lost-answer', method: 'alipay.trade.query', next: 1_000 });
  await payElsewhere(late.no, fast, buyer);
  const [notice] = await until('a notice', async () => {
    const found = await notices(late.no);
    return found.length > 0 && found;
  });
  assert.equal((await resend({ notify_id: notice.notify_id })).ended.delivered, false, 'not answered with success');
  await clearFaults();
  assert.equal((await resend({ notify_id: notice.notify_id })).ended.delivered, true);
  await until('given back', async () => (await late.read()).includes('Closed, paid back'));
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

test('a page follows its order without a live connection, also after a form that was wrong', async t => {
  const buyer = await sandbox.buyer('100.00');
  const page = await open(t, { locale: 'en-GB' });
  await page.route('**/live', route => route.fulfill({ status: 404 }));
  await order(page, 'tea', 'code');
  await page.locator('#auth-code').fill('12345');
  await page.keyboard.press('Enter');
  await page.locator('.problem', { hasText: 'That is no pay code' }).waitFor();
  assert.match(page.url(), /\/scan$/);
  await payElsewhere(await orderNo(page), shop, buyer);
  await standing(page, 'Paid');
});

test('more open pages than the shop tells at once are told so', async () => {
  const mine = await startShop('live.json');
  const page = await fetch(mine.url);
  const headers = { cookie: page.headers.getSetCookie()[0].split(';')[0], origin: mine.url };
  const placed = await fetch(`${mine.url}/orders`, { method: 'POST', redirect: 'manual', headers,
    body: new URLSearchParams({ good: 'tea', way: 'code', form: randomUUID() }) });
  const live = () => new Promise((done, failed) => {
    const request = get(`${mine.url}${placed.headers.get('location')}/live`, { headers, agent: false });
    request.once('response', response => done({ request, response })).once('error', failed);
  });
  const all = [];
  for (let count = 0; count < 200; count += 1) {
    all.push(await live());
  }
  assert.ok(all.every(one => one.response.statusCode === 200));
  const over = await live();
  assert.equal(over.response.statusCode, 503);
  [...all, over].forEach(one => one.request.destroy());
});

const freePort = () => new Promise(done => {
  const probe = createTcpServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});

test('behind a proxy its own forms come from its public address', async () => {
  const port = await freePort();
  const { url } = await startShop('proxy.json', { PORT: String(port), SHOP_URL: 'https://shop.example/' });
  assert.equal(url, 'https://shop.example');
  for (const [origin, status] of [['https://shop.example', 303], ['http://shop.example', 400],
    ['https://evil.example', 400]]) {
    const sent = await fetch(`http://127.0.0.1:${port}/orders`, { method: 'POST', redirect: 'manual',
      headers: { origin }, body: new URLSearchParams({ good: 'tea', way: 'code', form: randomUUID() }) });
    assert.equal(sent.status, status, origin);
  }
});

test('a taken port is told in a sentence', () => {
  const { port } = new URL(shop.url);
  const env = { ...process.env, TONGBAO_READY: path.join(folder, 'ready.json'), PORT: port,
    SHOP_FILE: path.join(folder, 'second.json') };
  const second = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: STEP_LIMIT_MS, env });
  assert.equal(second.status, 1);
  assert.match(second.stderr, new RegExp(`^127\\.0\\.0\\.1:${port} is taken by another program`));
  assert.doesNotMatch(second.stderr, /\n +at /);
});

test('a setting or a file that is wrong is told in a sentence, without what is in it', () => {
  const broken = path.join(folder, 'broken.json');
  writeFileSync(broken, '{"buyers": secret');
  for (const [more, words] of [
    [{ TONGBAO_READY: path.join(folder, 'none.json') }, /^\S+none\.json cannot be used; .*tongbao up --ready.*ENOENT/],
    [{ TONGBAO_READY: broken }, /cannot be used; .*: it is not JSON$/],
    [{ SHOP_FILE: broken }, /^the order book \S+broken\.json cannot be used: it is not JSON$/],
    [{ SHOP_PAY_SECONDS: 'soon' }, /^SHOP_PAY_SECONDS is not a whole number from 1 to 1296000$/],
    [{ SHOP_PAY_SECONDS: '0' }, /^SHOP_PAY_SECONDS is not/],
    [{ PORT: '70000' }, /^PORT is not a whole number from 0 to 65535$/],
    [{ SHOP_URL: 'shop.example' }, /^SHOP_URL is not an address/],
  ]) {
    const env = { ...process.env, TONGBAO_READY: path.join(folder, 'ready.json'), PORT: '0',
      SHOP_FILE: path.join(folder, 'settings.json'), ...more };
    const child = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: STEP_LIMIT_MS, env });
    assert.equal(child.status, 1, JSON.stringify(more));
    assert.match(child.stderr.trim(), words);
    assert.doesNotMatch(child.stderr, /\n +at |secret/);
  }
});

// ---- answers that the platform gives only when much goes wrong at once -------------------------------------------

const UNKNOWN = { code: '20000' };
const ABSENT = { code: '40004', subCode: 'ACQ.TRADE_NOT_EXIST' };

/** Payments before a platform whose answers are scripted by method: the last of each is given again and again. */
function scripted(file, script) {
  const calls = [];
  const platform = { appId: 'A', sellerId: 'S', signed: () => true, call: async (method, biz) => {
    const answers = script[method];
    assert.ok(answers?.length > 0, `${method} was not expected`);
    calls.push([method, biz]);
    return answers.length > 1 ? answers.shift() : answers[0];
  } };
  const book = new Book(path.join(folder, file), 'scripted');
  const payments = new Payments(platform, book, { base: 'http://shop', payMs: 60_000 });
  const round = async laterMs => {
    await sleep(1); // what was done about an order before is over only then
    await payments.round(Date.now() + laterMs);
  };
  return { calls, book, payments, round };
}

const placeScripted = payments => payments.place({ visitor: 'v', form: randomUUID(), way: 'code', language: 'en',
  good: { id: 'tea', fen: 1_280, name: { en: 'Osmanthus oolong' } } }).no;
const told = (no, more = {}) => ({ app_id: 'A', seller_id: 'S', out_trade_no: no, trade_no: 'T', total_amount: '12.80',
  trade_status: 'TRADE_SUCCESS', ...more });
const PAID = { code: '10000', tradeStatus: 'TRADE_SUCCESS', totalAmount: '12.80', tradeNo: 'T' };
const LATER = 3_600_000;

test('what a cancel paid back is not sold to the news of its payment, not even after a crash', async () => {
  const script = { 'alipay.trade.close': [ABSENT], 'alipay.trade.cancel': [UNKNOWN], 'alipay.trade.query': [UNKNOWN] };
  const first = scripted('closing.json', script);
  const no = placeScripted(first.payments);
  await first.payments.close(no); // the buyer paid between the two calls; the cancel paid it back, its answer is lost
  assert.equal(standingOf(first.book.find(no)), 'closing');
  assert.equal(await first.payments.notified(told(no)), false, 'nothing is known yet');

  script['alipay.trade.query'] = [{ code: '10000', tradeStatus: 'TRADE_CLOSED', sendPayDate: '2026-01-01 09:00:00' }];
  const second = scripted('closing.json', script);
  assert.equal(await second.payments.notified(told(no)), true);
  assert.equal(second.book.find(no).state, 'closed');
  assert.equal(standingOf(second.book.find(no)), 'late', 'the page does not say that nothing was charged');
});

test('a cancel that says it paid back is told as such, and closing is tried until it is answered', async () => {
  const { book, payments, calls, round } = scripted('cancel.json', { 'alipay.trade.close': [UNKNOWN, ABSENT],
    'alipay.trade.cancel': [{ code: '10000', action: 'refund' }] });
  const no = placeScripted(payments);
  await payments.close(no);
  await payments.scan(no, '280000000000000000');
  await round(10_000); // long before its time is over
  assert.deepEqual(calls.map(([method]) => method),
    ['alipay.trade.close', 'alipay.trade.close', 'alipay.trade.cancel'], 'and nothing is charged in between');
  assert.equal(standingOf(book.find(no)), 'late');
});

test('a cancel that is to be sent again has not closed the order', async () => {
  const { book, payments, round } = scripted('retry.json', { 'alipay.trade.close': [ABSENT],
    'alipay.trade.query': [ABSENT], 'alipay.trade.cancel': [{ code: '10000', retryFlag: 'Y' },
      { code: '10000', retryFlag: 'N', action: 'close' }] });
  const no = placeScripted(payments);
  await payments.close(no);
  assert.equal(standingOf(book.find(no)), 'closing');
  await round(LATER);
  assert.equal(standingOf(book.find(no)), 'closed');
});

test('an error of the platform itself is unknown, not a refusal', async () => {
  const error = { code: '40004', subCode: 'ACQ.SYSTEM_ERROR' };
  const { book, payments } = scripted('system.json', { 'alipay.trade.precreate': [{ code: '20000',
    subCode: 'aop.unknow-error' }], 'alipay.trade.pay': [error], 'alipay.trade.query': [UNKNOWN, PAID] });
  const no = placeScripted(payments);
  await payments.drawCode(no);
  assert.equal(book.find(no).refusal, 'unknown');
  await payments.scan(no, '280000000000000000');
  assert.equal(standingOf(book.find(no)), 'unknown', 'nobody is told to pay again');
  await payments.ask(no);
  assert.equal(standingOf(book.find(no)), 'paid');
});

test('what came too late goes back however often that is refused', async () => {
  const refused = { code: '40004', subCode: 'ACQ.SELLER_BALANCE_NOT_ENOUGH' };
  const { book, payments, round } = scripted('stuck.json', { 'alipay.trade.close': [{ code: '10000' }],
    'alipay.trade.query': [PAID], 'alipay.trade.fastpay.refund.query': [{ code: '10000' }],
    'alipay.trade.refund': [refused, refused, { code: '10000', fundChange: 'Y' }] });
  const no = placeScripted(payments);
  await payments.close(no);
  assert.equal(await payments.notified(told(no)), true);
  for (const time of [1, 2]) {
    await round(time * LATER);
    assert.equal(standingOf(book.find(no)), 'refunding', 'nothing went back yet');
  }
  assert.equal(book.find(no).history.filter(one => one.what === 'refund_refused').length, 1, 'noted once');
  await round(3 * LATER);
  assert.equal(standingOf(book.find(no)), 'late');
});

test('a refund is refused only by a judgement of the platform, and not when it was made before', async () => {
  const made = { code: '10000', refundStatus: 'REFUND_SUCCESS', refundAmount: '2.80' };
  const none = { code: '10000' };
  const no = { code: '40004', subCode: 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL' };
  for (const [name, answer, found, state] of [
    ['gateway-made', { code: '40002', subCode: 'isv.invalid-signature' }, made, 'done'],
    ['gateway', { code: '40006', subCode: 'isv.insufficient-isv-permissions' }, none, 'asked'],
    ['limited', { code: '40005', subCode: 'isv.app-call-limited' }, none, 'asked'],
    ['judged-made', no, made, 'done'],
    ['judged-unasked', no, UNKNOWN, 'asked'],
    ['judged', no, none, 'refused'],
    ['gone', ABSENT, ABSENT, 'refused'],
  ]) {
    // The first answer is lost, and nothing can be asked; the second attempt is answered so.
    const { book, payments, round } = scripted(`refund-${name}.json`, { 'alipay.trade.refund': [UNKNOWN, answer],
      'alipay.trade.fastpay.refund.query': [UNKNOWN, found] });
    const order = placeScripted(payments);
    await payments.notified(told(order));
    // Whatever reason a visitor types, even the shop's own word for what came too late, it is a visitor's refund.
    await payments.refund(order, { fen: 280, reason: 'late', number: 'R1' });
    assert.equal(book.find(order).refunds[0].state, 'asked');
    await round(LATER);
    assert.equal(book.find(order).refunds[0].state, state, name);
  }
});

test('a disk that takes half a change leaves the whole book before it', () => {
  const file = path.join(folder, 'full.json');
  const script = `
    const [book, file] = process.argv.slice(1);
    const { Book } = await import(book);
    const orders = new Book(file, 'w');
    orders.add({ no: 'small' });
    try {
      orders.add({ no: 'big', subject: 'x'.repeat(100_000) });
    } catch (error) {
      console.log(error.code, orders.find('big') === undefined);
    }`;
  // A write that reaches the limit is cut short, the next one fails: as with a disk that is full.
  const child = spawnSync('sh', ['-c', 'ulimit -f 8 && exec "$0" --input-type=module -e "$@"', process.execPath, script,
    new URL('../../examples/shop/book.mjs', import.meta.url).href, file], { encoding: 'utf8' });
  assert.equal(child.stdout, 'EFBIG true\n', child.stderr);
  assert.deepEqual(new Book(file, 'w').all().map(one => one.no), ['small']);
});
