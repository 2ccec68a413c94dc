// What a passkey confirms beside a payment from the balance, in a real browser with Chromium's own virtual
// authenticator: a payment by card and one that waits in the wallet, money that is sent, filled up and taken out, an
// agreement and a pre-authorisation. Phone size in Chinese, desktop size in English; pictures at 390 and 1280 px go to
// target/screenshots/.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chinaDay, dayAfter } from '../sdk/node/agreement-page.mjs';
import { newNumber, Sandbox, startServer } from '../sdk/node/server.mjs';
import { open, shoot, startBrowser, stopBrowser } from './chromium.mjs';
import { Gateway } from './gateway.mjs';
import { add, authenticator, passkeyForm, person, press } from './passkey.mjs';

let server;
let sandbox;
let gateway;
let home;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  gateway = new Gateway(server.ready.apps.find(app => app.mode === 'key'), server.ready);
  home = `http://localhost:${new URL(server.ready.gateway).port}`; // browsers know passkeys of names, not of numbers
  await startBrowser();
});

after(async () => {
  await stopBrowser();
  await server?.stop();
});

const text = page => page.locator('body').innerText();
const shows = (page, words) => page.getByText(words).first().waitFor().catch(async error => {
  throw new Error(`${error.message}\n${page.url()} shows:\n${await text(page)}`);
});
/** The balance that the wallet shows, beside the page under test. */
async function balance(page) {
  const tab = await page.context().newPage();
  await tab.goto(`${home}/wallet`);
  const shown = await tab.locator('.purse .amount').innerText();
  await tab.close();
  return /[\d,]+\.\d\d/.exec(shown)[0];
}
const status = async number => (await gateway.call('alipay.trade.query', { out_trade_no: number })).trade_status;

async function bind(login, card_number) {
  const asked = await sandbox.send('/bank/cards', { login, card_number, holder: '王小明', mobile: '13812345678' });
  const code = /\d{6}/.exec(asked.bank_message)[0];
  return (await sandbox.send('/bank/cards/confirm', { login, card_id: asked.card_id, code })).card_id;
}

/** Opens a link of the platform under the name that passkeys are bound to. */
async function visit(page, link) {
  await page.goto(link);
  if (page.url().includes('127.0.0.1')) {
    await page.goto(page.url().replace('127.0.0.1', 'localhost'));
  }
}

/** The cashier's page of a fresh order, signed in by the passkey. */
async function cashier(page, amount) {
  const number = newNumber();
  await visit(page, gateway.pageLink('alipay.trade.page.pay', { out_trade_no: number, total_amount: amount,
    subject: '碧螺春', product_code: 'FAST_INSTANT_TRADE_PAY' }));
  await press(page);
  await page.locator('input[name="pocket"]').first().waitFor();
  return number;
}

/** The owner says no, and then yes. */
async function refuseThenPress(page, device, words) {
  await device.refuse(true);
  await press(page);
  await shows(page, words);
  await device.refuse(false);
  await press(page);
}

for (const [locale, width, say] of [
  ['zh-CN', 390, { cancelled: /没有使用通行密钥/, paid: /支付成功/, arrived: /已到账/, next: '下一步', done: /已完成/, signed: /已签约/,
    frozen: /预授权已生效/, gone: /通行密钥无效/ }],
  ['en-US', 1280, { cancelled: /No passkey was used/, paid: /Payment successful/, arrived: /Arrived/, next: 'Next',
    done: /Done/, signed: /Signed/, frozen: /set aside for the payee/, gone: /passkey is not valid here/ }],
]) {
  const visitor = async t => {
    const phone = await person(home, sandbox);
    const page = await open(t, { locale, width });
    const device = await authenticator(page);
    await add(page, home, phone, 'phone');
    return { phone, page, device };
  };

  test(`a card pays at the cashier by passkey (${locale})`, async t => {
    const { phone, page, device } = await visitor(t);
    const card = await bind(phone, '6222021234567894');
    const number = await cashier(page, '30.00');
    await page.locator(`input[name="pocket"][value="${card}"]`).check();
    await shoot(page, `passkey-card-${locale}`);
    await refuseThenPress(page, device, say.cancelled);
    await shows(page, say.paid);
    assert.equal(await status(number), 'TRADE_SUCCESS');
    assert.equal(await balance(page), '100.00', 'the card paid, not the balance');
    // What was asked for with the balance chosen is paid from the balance.
    await cashier(page, '10.00');
    await page.locator('input[name="pocket"][value="balance"]').check();
    await press(page);
    await shows(page, say.paid);
    assert.equal(await balance(page), '90.00');
  });

  test(`money is sent by passkey, and by no challenge of another transfer (${locale})`, async t => {
    const { page, device } = await visitor(t);
    const payee = await sandbox.buyer('0.00');
    const offer = async amount => {
      await page.goto(`${home}/wallet/transfers`);
      await page.locator('input[name="payee"]').fill(payee.login);
      await page.locator('input[name="amount"]').fill(amount);
      await page.getByRole('button', { name: say.next }).click();
      await page.waitForURL(/\/wallet\/transfers\/\d+/);
    };
    await offer('1.00');
    const options = await passkeyForm(page).evaluate(async form => {
      const body = new URLSearchParams(new FormData(form));
      return (await fetch(form.dataset.options, { method: 'POST', body })).text();
    });
    await offer('20.00');
    await shoot(page, `passkey-transfer-${locale}`);
    const asked = '**/wallet/transfers/*/passkey/options';
    await page.route(asked, route => route.fulfill({ contentType: 'application/json', body: options }));
    await press(page);
    await shows(page, say.gone);
    await shoot(page, `passkey-transfer-wrong-${locale}`);
    assert.equal(await balance(page), '100.00');
    await page.unroute(asked);
    await refuseThenPress(page, device, say.cancelled);
    await shows(page, say.arrived);
    assert.equal(await balance(page), '80.00');
  });

  test(`money goes out to a card and in from it by passkey (${locale})`, async t => {
    const { phone, page, device } = await visitor(t);
    const card = await bind(phone, '6222021234567894');
    for (const [way, amount, left] of [['withdraw', '10.00', '90.00'], ['topup', '5.00', '95.00']]) {
      await page.goto(`${home}/wallet/cards/${card}`);
      const form = page.locator(`form:has(input[value="${way}"])`);
      await form.locator('input[name="amount"]').fill(amount);
      await form.locator('button').click();
      await page.waitForURL(/\/wallet\/bank-orders\/\d+/);
      await shoot(page, `passkey-${way}-${locale}`);
      await refuseThenPress(page, device, say.cancelled);
      await shows(page, say.done);
      assert.equal(await balance(page), left, way);
    }
  });

  test(`an agreement is signed by passkey (${locale})`, async t => {
    const { phone, page, device } = await visitor(t);
    const today = chinaDay((await sandbox.send('/clock')).now_us);
    const number = newNumber();
    await visit(page, gateway.pageLink('alipay.user.agreement.page.sign', {
      personal_product_code: 'CYCLE_PAY_AUTH_P', product_code: 'CYCLE_PAY_AUTH', sign_scene: 'INDUSTRY|DIGITAL_MEDIA',
      external_agreement_no: number, access_params: { channel: 'ALIPAYAPP' },
      period_rule_params: { period_type: 'DAY', period: 30, execute_time: dayAfter(today, 1),
        single_amount: '30.00' } }));
    await shoot(page, `passkey-agreement-${locale}`);
    await refuseThenPress(page, device, say.cancelled);
    await shows(page, say.signed);
    const found = await gateway.call('alipay.user.agreement.query', { personal_product_code: 'CYCLE_PAY_AUTH_P',
      sign_scene: 'INDUSTRY|DIGITAL_MEDIA', external_agreement_no: number, alipay_logon_id: phone });
    assert.equal(found.status, 'NORMAL', JSON.stringify(found));
  });

  test(`a pre-authorisation, and a payment that waits in the wallet, by passkey (${locale})`, async t => {
    const { page, device } = await visitor(t);
    const voucher = await gateway.call('alipay.fund.auth.order.voucher.create', { out_order_no: newNumber(),
      out_request_no: newNumber(), order_title: '相机租借', amount: '15.00', product_code: 'PRE_AUTH' });
    assert.equal(voucher.code, '10000', JSON.stringify(voucher));
    await visit(page, voucher.code_value);
    await shoot(page, `passkey-freeze-${locale}`);
    await refuseThenPress(page, device, say.cancelled);
    await shows(page, say.frozen);
    assert.equal(await balance(page), '85.00');

    const number = await cashier(page, '25.00');
    for (let tries = 0; tries < 50; tries += 1) {
      await page.goto(`${home}/wallet`);
      if ((await text(page)).includes('25.00')) break;
    }
    await shoot(page, `passkey-waiting-${locale}`);
    await press(page);
    await shows(page, say.paid);
    assert.equal(await status(number), 'TRADE_SUCCESS');
  });
}
