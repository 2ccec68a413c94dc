// The cashier in a real browser: pay by page link and by QR code, wrong passwords, two languages, pay-code page.
// Screenshots of every page at 390 and 1280 px go to target/screenshots/.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findings, open, shoot, startBrowser, stopBrowser, STEP_LIMIT_MS } from './chromium.mjs';
import { newNumber, PAY_PASSWORD, Sandbox, startMerchant, startServer } from '../sdk/node/server.mjs';
import { Gateway } from './gateway.mjs';

const PAGE = 'alipay.trade.page.pay';
const WAP = 'alipay.trade.wap.pay';

let server;
let sandbox;
let merchant;
let gateway;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  merchant = await startMerchant();
  gateway = new Gateway(server.ready.apps.find(app => app.mode === 'key'), server.ready);
  await startBrowser();
});

after(async () => {
  await stopBrowser();
  await merchant?.close();
  await server?.stop();
});

const loginField = page => page.locator('input[name="login"]:visible');
const passwordField = page => page.locator('input[name="pay_password"]:visible');
const visibleText = page => page.locator('body').innerText();

/** Presses the submit button of the form that holds `field`, or the first one of the page. */
async function submit(page, field) {
  const own = page.locator('form').filter({ has: field ?? page.locator('button[type="submit"]') });
  await own.locator('button[type="submit"], input[type="submit"]').first().click();
  await page.waitForLoadState('load');
}

/** Fills what the page asks for and goes on, until it asks for nothing more. One step or several: both will do. */
async function signInAndPay(page, login, password = PAY_PASSWORD, { onStep = async () => {}, once = false } = {}) {
  for (let step = 0; step < 5; step += 1) {
    const wantsLogin = await loginField(page).count() > 0;
    const wantsPassword = await passwordField(page).count() > 0;
    if (!wantsLogin && !wantsPassword && !(step > 0 && step < 4 && await confirmable(page))) {
      return;
    }
    if (wantsLogin) {
      await loginField(page).first().fill(login);
    }
    if (wantsPassword) {
      await passwordField(page).first().fill(password);
    }
    await onStep(step);
    await submit(page, wantsPassword ? page.locator('input[name="pay_password"]')
      : wantsLogin ? page.locator('input[name="login"]') : undefined);
    if (once && wantsPassword) {
      return;
    }
  }
}

/** A step that only asks "pay this?": a POST form on the cashier, which is neither the success page nor the shop. */
async function confirmable(page) {
  return await page.locator('form[method="post" i] button[type="submit"]:visible').count() > 0
    && !/成功|已支付|Paid|success/i.test(await visibleText(page));
}

const status = async number => (await gateway.call('alipay.trade.query', { out_trade_no: number })).trade_status;
const pageOrder = (more = {}) => ({ out_trade_no: newNumber(), total_amount: '66.60', subject: '手冲咖啡两杯',
  product_code: 'FAST_INSTANT_TRADE_PAY', ...more });

test('a buyer opens a page link, signs in, pays and lands on the signed return page', async t => {
  const buyer = await sandbox.buyer('100.00');
  const biz = pageOrder();
  const page = await open(t, { width: 1280, height: 800 });
  const first = await page.goto(gateway.pageLink(PAGE, biz,
    { return_url: merchant.returnUrl, notify_url: merchant.url }));
  const policy = first.headers()['content-security-policy'] ?? '';
  assert.ok(policy && !/script-src[^;]*'unsafe-inline'/.test(policy), `content-security-policy: ${policy}`);
  const text = await visibleText(page);
  assert.match(text, /66\.60/);
  assert.match(text, /手冲咖啡两杯/);
  await shoot(page, 'cashier-page');
  await signInAndPay(page, buyer.login, PAY_PASSWORD, { onStep: step => shoot(page, `cashier-page-step${step}`) });
  if (!page.url().startsWith(merchant.returnUrl)) { // a success page that leads on by itself or by a link
    await shoot(page, 'cashier-paid');
    const link = page.locator(`a[href^="${new URL(merchant.returnUrl).origin}"]`);
    await Promise.race([page.waitForURL(url => url.href.startsWith(merchant.returnUrl)),
      link.first().click({ timeout: STEP_LIMIT_MS }).catch(() => {})]);
    await page.waitForURL(url => url.href.startsWith(merchant.returnUrl));
  }
  await shoot(page, 'return-page');
  const { shop, ...params } = Object.fromEntries(new URL(page.url()).searchParams);
  assert.equal(shop, '1', 'the query of return_url is kept');
  assert.ok(gateway.verifies(params), `the platform did not sign what came back: ${JSON.stringify(params)}`);
  assert.deepEqual([params.out_trade_no, params.total_amount, params.app_id, params.seller_id, params.trade_status],
    [biz.out_trade_no, '66.60', gateway.entry.app_id, gateway.entry.seller_id, undefined]);
  assert.equal(params.method, `${PAGE}.return`);
  assert.equal(await status(biz.out_trade_no), 'TRADE_SUCCESS');
  const told = await merchant.wait(biz.out_trade_no);
  assert.ok(gateway.verifies(told));

  // The same link again: paid, and no second charge.
  await page.goto(gateway.pageLink(PAGE, biz, { return_url: merchant.returnUrl }));
  await shoot(page, 'cashier-already-paid');
  assert.equal(await status(biz.out_trade_no), 'TRADE_SUCCESS');
});

test('a second buyer pays a QR order on the phone', async t => {
  const buyer = await sandbox.buyer('100.00');
  const biz = { out_trade_no: newNumber(), total_amount: '12.30', subject: '豆浆油条' };
  const made = await gateway.call('alipay.trade.precreate', biz);
  assert.equal(made.code, '10000');
  const page = await open(t);
  await page.goto(made.qr_code);
  assert.match(await visibleText(page), /12\.30/);
  await shoot(page, 'qr-cashier');
  await signInAndPay(page, buyer.login, PAY_PASSWORD, { onStep: step => shoot(page, `qr-cashier-step${step}`) });
  await shoot(page, 'qr-paid');
  assert.match(await visibleText(page), /成功|已支付/);
  assert.match(await visibleText(page), /12\.30/);
  assert.equal(await status(biz.out_trade_no), 'TRADE_SUCCESS');
});

test('a wrong payment password is told, and the third one locks', async t => {
  const buyer = await sandbox.buyer('100.00');
  const biz = pageOrder();
  const page = await open(t);
  const seen = [];
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    await page.goto(gateway.pageLink(PAGE, biz));
    // The fourth time the password is right, and it is too late.
    await signInAndPay(page, buyer.login, attempt < 4 ? '100001' : PAY_PASSWORD, { once: true });
    seen.push(await visibleText(page));
    await shoot(page, attempt < 3 ? 'wrong-password' : 'locked');
  }
  assert.match(seen[0], /密码/, 'the page says that the password was wrong');
  assert.match(seen[3], /锁|冻结|小时/, 'the page says that the account is locked');
  assert.notEqual(await status(biz.out_trade_no), 'TRADE_SUCCESS');
});

test('the cashier speaks English to an English browser and Chinese to a Chinese one', async t => {
  const texts = {};
  for (const locale of ['en-US', 'zh-CN']) {
    const page = await open(t, { locale });
    await page.goto(gateway.pageLink(WAP, pageOrder({ product_code: 'QUICK_WAP_WAY', subject: 'two coffees' })));
    texts[locale] = await visibleText(page);
    assert.match(await page.locator('html').getAttribute('lang'), new RegExp(`^${locale.slice(0, 2)}`));
    await shoot(page, `wap-${locale}`);
  }
  // A payee's name and a link to the other language may be Chinese; words of the page may not.
  assert.doesNotMatch(texts['en-US'], /收款|付款|支付|密码|登录|金额/, 'no Chinese words left in English');
  assert.match(texts['zh-CN'], /\p{Script=Han}{2,}/u);
});

test('a changed link shows an error page without a form to pay', async t => {
  const page = await open(t);
  const answer = await page.goto(gateway.pageLink(PAGE, pageOrder()).replace('66.60', '00.01'));
  assert.equal(answer.status(), 200);
  assert.equal(await passwordField(page).count(), 0);
  await shoot(page, 'error-page');
});

test('the pay-code page shows a bar code and a QR code that a till can charge', async t => {
  const buyer = await sandbox.buyer('100.00');
  const page = await open(t);
  await page.goto(new URL('/wallet/paycode', server.ready.gateway).href);
  await shoot(page, 'paycode-sign-in');
  await signInAndPay(page, buyer.login);
  if (!page.url().includes('/wallet/paycode')) {
    await page.goto(new URL('/wallet/paycode', server.ready.gateway).href);
  }
  await shoot(page, 'paycode');
  const pictures = await page.locator('svg:visible, img:visible, canvas:visible').evaluateAll(
    all => all.map(one => one.getBoundingClientRect()).filter(box => box.width >= 100 && box.height >= 30)
      .map(box => box.width / box.height));
  assert.ok(pictures.some(ratio => ratio > 1.5), `a wide bar code among ${pictures}`);
  assert.ok(pictures.some(ratio => ratio > 0.8 && ratio < 1.25), `a square QR code among ${pictures}`);
  const digits = (await visibleText(page)).replace(/(?<=\d)[ \u00a0\u2009]+(?=\d)/g, '').match(/28\d{16}/);
  assert.ok(digits, 'the 18 digits stand below the bar code');
  const paid = await gateway.call('alipay.trade.pay', { out_trade_no: newNumber(), total_amount: '1.00',
    subject: 'till', scene: 'bar_code', auth_code: digits[0] });
  assert.equal(paid.code, '10000', JSON.stringify(paid));
  assert.equal(paid.buyer_user_id, buyer.userId);
});

test('a payment form from elsewhere is refused', async () => {
  const buyer = await sandbox.buyer('100.00');
  const biz = pageOrder();
  const visited = await fetch(gateway.pageLink(PAGE, biz)); // follows to the cashier; its cookies are not kept
  const forged = await fetch(visited.url, {
    method: 'POST', redirect: 'manual', headers: { origin: 'http://evil.example' },
    body: new URLSearchParams({ login: buyer.login, pay_password: PAY_PASSWORD }) });
  await forged.text();
  assert.notEqual(await status(biz.out_trade_no), 'TRADE_SUCCESS', `status ${forged.status}`);
});

/** A desktop's page of a fresh order that nobody signed in to, and how somebody pays that order on a phone. */
async function shown(t, more = {}, biz = pageOrder()) {
  const page = await open(t, { width: 1440, height: 900, ...more });
  await page.goto(gateway.pageLink(PAGE, biz, { return_url: merchant.returnUrl }));
  const [buyer, order_url] = [await sandbox.buyer('100.00'), page.url()];
  const pay = () => sandbox.send('/pay', { login: buyer.login, pay_password: PAY_PASSWORD, order_url });
  return { page, biz, pay };
}

/** Nothing that keeps people out, in the wallet's colours by day and by night. */
async function fits(page, name) {
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme });
    await shoot(page, `${name}-${colorScheme}`, [[390, 844], [1440, 900]]);
    const violations = await findings(page);
    assert.deepEqual(violations.map(one => [one.id, one.nodes.map(node => node.html)]), [], `${name} ${colorScheme}`);
  }
}

for (const [locale, say] of [
  ['zh-CN', { scan: '付款二维码', left: /剩余付款时间 \d+:\d\d/, paid: '支付成功', back: '返回商户', pause: '暂停' }],
  ['en-US', { scan: 'QR code to pay with', left: /\d+:\d\d left to pay/, paid: 'Payment successful',
    back: 'Return to the shop', pause: 'Pause' }],
]) {
  test(`a desktop's page goes on by itself when its code was paid on a phone (${locale})`, async t => {
    const { page, biz, pay } = await shown(t, { locale }, pageOrder({ timeout_express: '15m' }));
    await page.getByRole('img', { name: say.scan }).waitFor();
    await page.getByText(say.left).waitFor();
    await fits(page, `cashier-scan-${locale}`);
    await pay();
    await page.getByRole('heading', { name: say.paid }).waitFor();
    const pause = page.getByRole('button', { name: say.pause });
    await pause.click();
    await fits(page, `cashier-scanned-${locale}`);
    await sleep(6_000);
    assert.match(page.url(), /\/result\?seen=/, 'whoever pauses stays');
    await page.getByRole('link', { name: say.back }).click();
    await page.waitForURL(url => url.href.startsWith(merchant.returnUrl));
    const { shop: _, ...params } = Object.fromEntries(new URL(page.url()).searchParams);
    assert.ok(gateway.verifies(params), JSON.stringify(params));
    assert.equal(params.out_trade_no, biz.out_trade_no);
  });
}

test('after five seconds the result leads back to the shop, and nobody who came back is sent there again', async t => {
  const { page, pay } = await shown(t);
  await pay();
  await page.getByRole('heading', { name: '支付成功' }).waitFor();
  const began = Date.now();
  await page.waitForURL(url => url.href.startsWith(merchant.returnUrl));
  assert.ok(Date.now() - began > 3_000, 'there was time to read');
  await page.goBack();
  await sleep(7_000);
  assert.ok(!page.url().startsWith(merchant.returnUrl), page.url());
});

test('a page says when its order was closed, and that the connection is lost is no word about the payment', async t => {
  const { page, biz } = await shown(t, { forgives: /favicon|Failed to load resource|\/state/ });
  await page.route('**/state', route => route.abort());
  await page.getByText('连接中断').waitFor();
  assert.doesNotMatch(await visibleText(page), /失败|关闭/);
  await page.unroute('**/state');
  // The merchant closes what a buyer took up; an offer ends with its time.
  const buyer = await sandbox.buyer('100.00');
  const other = await open(t);
  await other.goto(page.url());
  await signInAndPay(other, buyer.login, PAY_PASSWORD, { once: true });
  await page.getByText('订单已由买家打开').waitFor();
  assert.equal((await gateway.call('alipay.trade.close', { out_trade_no: biz.out_trade_no })).code, '10000');
  await page.getByRole('heading', { name: '订单已关闭' }).waitFor();
  await fits(page, 'cashier-closed');
  assert.equal(await page.locator('[data-back]').count(), 0, 'nobody is led away from an order that was not paid');
});

test('without a script somebody who paid by the code says so', async t => {
  const { page, pay } = await shown(t, { javaScriptEnabled: false });
  assert.match(await visibleText(page), /请在此时间前付款 20\d\d-/, 'the moment in place of a countdown');
  await page.getByRole('link', { name: '我已付款' }).click();
  assert.match(await visibleText(page), /还没有收到付款/);
  await pay();
  await page.getByRole('link', { name: '再看一次' }).click();
  assert.match(await visibleText(page), /支付成功/);
  await sleep(6_000);
  assert.match(page.url(), /\/result\?seen=/, 'a link, and no countdown');
  await page.getByRole('link', { name: '返回商户' }).click();
  await page.waitForURL(url => url.href.startsWith(merchant.returnUrl));
});

test('a phone is offered the wallet first, which pays this very order', async t => {
  const page = await open(t);
  const biz = pageOrder({ product_code: 'QUICK_WAP_WAY' });
  await page.goto(gateway.pageLink(WAP, biz));
  const wallet = page.getByRole('link', { name: '打开钱包付款' });
  const [first, form] = [await wallet.boundingBox(), await loginField(page).boundingBox()];
  assert.ok(first.y < form.y, 'before the form');
  const link = new URL(await wallet.getAttribute('href'), page.url());
  assert.equal(link.pathname, '/app/wallet/');
  assert.equal(new URLSearchParams(link.hash.split('?')[1]).get('order_url'), page.url());
  await page.setViewportSize({ width: 1440, height: 900 });
  assert.equal(await wallet.isVisible(), false, 'a desktop shows the code');
});

test('every page of the cashier fits, and says what cannot be used', async t => {
  const buyer = await sandbox.buyer('1.00');
  const page = await open(t);
  await page.goto(gateway.pageLink(PAGE, pageOrder()));
  await signInAndPay(page, buyer.login, PAY_PASSWORD, { once: true });
  await page.getByText('余额不足').first().waitFor();
  assert.equal(await page.locator('input[name="pocket"]:disabled').count(), 1);
  assert.equal(await page.locator('input[name="plan"]').count(), 0, 'nothing is paid in instalments');
  await fits(page, 'cashier-poor');
});
