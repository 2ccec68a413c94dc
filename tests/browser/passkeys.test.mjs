// Passkeys in a real browser, with Chromium's own virtual authenticator: added in the wallet, signed in with, paid
// with, removed; a prompt that is given up changes nothing. Pictures at 390 and 1280 px go to target/screenshots/.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newNumber, Sandbox, startServer } from '../sdk/node/server.mjs';
import { open, shoot, startBrowser, STEP_LIMIT_MS, stopBrowser } from './chromium.mjs';
import { Gateway } from './gateway.mjs';
import {
  add, authenticator, fill, LOGIN_PASSWORD, messages, PAY_PASSWORD, passkeyForm, person, press, signIn,
} from './passkey.mjs';

let server;
let sandbox;
let gateway;
let home;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  gateway = new Gateway(server.ready.apps.find(app => app.mode === 'key'), server.ready);
  const numbered = new URL(server.ready.gateway);
  home = `http://localhost:${numbered.port}`; // browsers know passkeys of names, not of numbers
  await startBrowser();
});

after(async () => {
  await stopBrowser();
  await server?.stop();
});

/** Waits until a message of this kind was sent: they go out in the background. */
async function told(phone, kind) {
  for (const limit = Date.now() + STEP_LIMIT_MS; Date.now() < limit; await sleep(50)) {
    if ((await messages(sandbox, phone)).some(message => message.kind === kind)) {
      return;
    }
  }
  assert.fail(`no message ${kind} was sent`);
}

const text = page => page.locator('body').innerText();
const shows = (page, words) => page.getByText(words).first().waitFor().catch(async error => {
  throw new Error(`${error.message}\n${page.url()} shows:\n${await text(page)}`);
});

/** The cashier's page of a fresh order, under the name that passkeys are bound to. */
async function cashier(page, amount = '30.00') {
  const number = newNumber();
  await page.goto(gateway.pageLink('alipay.trade.page.pay', { out_trade_no: number, total_amount: amount,
    subject: '碧螺春', product_code: 'FAST_INSTANT_TRADE_PAY' }));
  await page.goto(page.url().replace('127.0.0.1', 'localhost'));
  return number;
}

const status = async number => (await gateway.call('alipay.trade.query', { out_trade_no: number })).trade_status;

for (const [locale, say] of [
  ['zh-CN', { none: /还没有通行密钥/, wrong: /登录密码不正确/, cancelled: /没有使用通行密钥/, out: '退出登录',
    paid: /支付成功/, gone: /通行密钥无效/ }],
  ['en-US', { none: /There are no passkeys yet/, wrong: /login password is not right/, cancelled: /No passkey was used/,
    out: 'Sign out', paid: /Payment successful/, gone: /passkey is not valid here/ }],
]) {
  test(`a passkey is added, signs in, pays an order and is removed (${locale})`, async t => {
    const phone = await person(home, sandbox);
    const page = await open(t, { locale });
    const device = await authenticator(page);
    await page.goto(`${home}/wallet/passkeys`);
    await signIn(page, phone);
    assert.equal(page.url(), `${home}/wallet/passkeys`, 'back where the person wanted to go');
    assert.match(await text(page), say.none);
    await shoot(page, `passkeys-none-${locale}`);

    await fill(page, 'phone');
    await passkeyForm(page).locator('input[name="login_password"]').fill('plum-blossom-8');
    await press(page);
    await shows(page, say.wrong);
    assert.equal(await device.count(), 0, 'the browser is not even asked');
    await device.refuse(true);
    await passkeyForm(page).locator('input[name="login_password"]').fill(LOGIN_PASSWORD);
    await press(page);
    await shows(page, say.cancelled);
    await page.reload();
    assert.match(await text(page), say.none);
    await device.refuse(false);
    await fill(page, 'phone');
    await press(page);
    await page.locator('.slip').getByText('phone').waitFor();
    assert.equal(await device.count(), 1);
    await told(phone, 'passkey_added');
    await shoot(page, `passkeys-${locale}`);
    if (locale === 'en-US') {
      assert.doesNotMatch(await text(page), /\p{Script=Han}{3,}/u, 'no Chinese words left in English');
    }

    await page.goto(`${home}/wallet`);
    await page.getByRole('button', { name: say.out }).click();
    await page.locator('input[name="login"]').waitFor();
    await shoot(page, `wallet-sign-in-passkey-${locale}`);
    await device.refuse(true);
    await press(page);
    await shows(page, say.cancelled);
    await device.refuse(false);
    await press(page);
    await page.locator('.purse').waitFor();
    assert.match(await text(page), /100\.00/);

    const number = await cashier(page);
    await press(page);
    await page.waitForURL(url => !url.pathname.endsWith('/sign-in/passkey'));
    await page.locator('input[name="pocket"]').first().waitFor();
    assert.equal(await status(number), 'WAIT_BUYER_PAY', 'signing in pays nothing');
    await shoot(page, `cashier-passkey-${locale}`);
    await device.refuse(true);
    await press(page);
    await shows(page, say.cancelled);
    assert.equal(await status(number), 'WAIT_BUYER_PAY', 'a prompt that is given up pays nothing');
    await device.refuse(false);
    await press(page);
    await shows(page, say.paid);
    assert.equal(await status(number), 'TRADE_SUCCESS');

    await page.goto(`${home}/wallet/passkeys`);
    await page.locator('.slip input[name="pay_password"]').fill(PAY_PASSWORD);
    await page.locator('.slip button').click();
    // The page itself was signed in by the key.
    await page.locator('input[name="login"]').waitFor();
    await told(phone, 'passkey_removed');
    await press(page);
    await shows(page, say.gone);
  });
}

test('what was signed for one order pays no other one', async t => {
  const phone = await person(home, sandbox);
  const page = await open(t);
  await authenticator(page);
  await add(page, home, phone, 'phone');
  await cashier(page, '1.00');
  await press(page);
  await page.locator('input[name="pocket"]').first().waitFor();
  const options = await passkeyForm(page).evaluate(async form => {
    const body = new URLSearchParams(new FormData(form));
    return (await fetch(form.dataset.options, { method: 'POST', body })).text();
  });
  const large = await cashier(page, '50.00');
  await press(page);
  await page.locator('input[name="pocket"]').first().waitFor();
  await page.route('**/pay/passkey/options', route => route.fulfill({ contentType: 'application/json',
    body: options }));
  await press(page);
  await shows(page, /通行密钥无效/);
  assert.equal(await status(large), 'WAIT_BUYER_PAY');
  await page.unroute('**/pay/passkey/options');
  await press(page);
  await shows(page, /支付成功/);
});

test('without a script, or under another name, the pages offer passwords only', async t => {
  const phone = await person(home, sandbox);
  const page = await open(t);
  const device = await authenticator(page);
  const numbered = home.replace('localhost', '127.0.0.1');
  await page.goto(`${numbered}/wallet/passkeys`);
  assert.ok(await passkeyForm(page).isHidden(), 'passkeys are of the name, not of the number');
  await signIn(page, phone);
  assert.ok(await passkeyForm(page).isHidden());
  assert.equal(await page.locator('[data-passkey-none] a').getAttribute('href'), `${home}/wallet/passkeys`);
  await page.route('**/*.js', route => route.fulfill({ contentType: 'text/javascript', body: '' }));
  await page.goto(`${home}/wallet`);
  assert.ok(await passkeyForm(page).isHidden());
  await signIn(page, phone);
  await page.locator('.purse').waitFor();
  assert.equal(await device.count(), 0);
});
