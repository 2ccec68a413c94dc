// What a buyer signs and sees of it, in a real browser: the page to sign on, paying and signing at the cashier, the
// wallet's list, an agreement with its debits, and the end of each. Pictures at 390 and 1280 px go to
// target/screenshots/.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newNumber, PAY_PASSWORD, Sandbox, startMerchant, startServer } from '../sdk/node/server.mjs';
import { chinaDay, dayAfter } from '../sdk/node/agreement-page.mjs';
import { open, shoot, startBrowser, stopBrowser } from './chromium.mjs';
import { Gateway } from './gateway.mjs';

const SIGN = 'alipay.user.agreement.page.sign';

let server;
let sandbox;
let merchant;
let gateway;
let today;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  merchant = await startMerchant();
  gateway = new Gateway(server.ready.apps.find(app => app.mode === 'key'), server.ready);
  today = chinaDay((await sandbox.send('/clock')).now_us);
  await startBrowser();
});

after(async () => {
  await stopBrowser();
  await merchant?.close();
  await server?.stop();
});

const text = page => page.locator('body').innerText();
const terms = (more = {}) => ({
  personal_product_code: 'CYCLE_PAY_AUTH_P', product_code: 'CYCLE_PAY_AUTH', sign_scene: 'INDUSTRY|DIGITAL_MEDIA',
  external_agreement_no: newNumber(), access_params: { channel: 'ALIPAYAPP' },
  period_rule_params: { period_type: 'DAY', period: 30, execute_time: dayAfter(today, 1), single_amount: '30.00',
    total_amount: '360.00', total_payments: 12 },
  sign_validity_period: '12m', ...more });
const press = async (page, name) => {
  await page.getByRole('button', { name }).first().click();
  await page.waitForLoadState('load');
};
const follow = async (page, name) => {
  await page.getByRole('link', { name }).first().click();
  await page.waitForLoadState('load');
};

async function signIn(page, login) {
  await page.locator('input[name="login"]').fill(login);
  await page.locator('input[name="pay_password"]').fill(PAY_PASSWORD);
  await page.locator('form[method="post"] button[type="submit"]').first().click();
  await page.waitForLoadState('load');
}

for (const [locale, say] of [
  ['zh-CN', { end: '解约', ended: /协议已解约/, gone: /没有生效的扣款协议/, back: '返回签约与授权',
    links: '签约与授权', next: /下次扣款/, takeBack: /取消授权/, revoked: /授权已取消/, none: /没有授权任何应用/, sign: '签约' }],
  ['en-US', { end: 'End this agreement', ended: /agreement has ended/, gone: /No agreement is in force/,
    back: 'Back to agreements and authorisations', links: 'Agreements and authorisations', next: /Next payment/,
    takeBack: /Take back/, revoked: /was taken back/, none: /No app is authorised/, sign: 'Sign' }],
]) {
  test(`a buyer signs, sees what was signed and allowed, and ends it (${locale})`, async t => {
    const buyer = await sandbox.buyer('500.00');
    const page = await open(t, { locale });
    await page.goto(gateway.pageLink(SIGN, terms(), { notify_url: merchant.url }));
    assert.match(await text(page), /30\.00/);
    await shoot(page, `agreement-sign-${locale}`);
    await page.locator('input[name="login"]').fill(buyer.login);
    await page.locator('input[name="pay_password"]').fill(PAY_PASSWORD);
    await press(page, say.sign);
    await shoot(page, `agreement-signed-${locale}`);
    const signed = await merchant.find(
      one => one.notify_type === 'dut_user_sign' && one.alipay_user_id === buyer.userId, 'the signature');
    const paid = await gateway.call('alipay.trade.pay', { out_trade_no: newNumber(), total_amount: '28.00',
      subject: '十二月会员', product_code: 'CYCLE_PAY_AUTH', agreement_params: { agreement_no: signed.agreement_no } });
    assert.equal(paid.code, '10000', JSON.stringify(paid));
    await sandbox.send('/authorize', { as: 'user', login: buyer.login, app_id: gateway.entry.app_id });

    const list = new URL('/wallet/permissions', server.ready.gateway).href;
    await page.goto(list);
    await shoot(page, `wallet-sign-in-${locale}`);
    await signIn(page, buyer.login);
    assert.equal(page.url(), list, 'back where the buyer wanted to go');
    assert.match(await text(page), say.next);
    await shoot(page, `permissions-${locale}`);
    await follow(page, /INDUSTRY/);
    const shown = await text(page);
    for (const words of ['30.00', '360.00', dayAfter(today, 31), '28.00', '十二月会员', signed.agreement_no]) {
      assert.ok(shown.includes(words), `${words} stands in\n${shown}`);
    }
    await shoot(page, `agreement-${locale}`);
    await follow(page, say.end);
    await shoot(page, `agreement-end-${locale}`);
    await press(page, say.end);
    assert.match(await text(page), say.ended);
    await shoot(page, `agreement-ended-${locale}`);
    const ended = await merchant.find(
      one => one.notify_type === 'dut_user_unsign' && one.agreement_no === signed.agreement_no, 'the end');
    assert.ok(gateway.verifies(ended) && ended.status === 'UNSIGN');

    await follow(page, say.back);
    assert.match(await text(page), say.gone);
    await page.locator('a[href*="/wallet/grants/user/"]').click();
    await page.waitForLoadState('load');
    assert.match(await text(page), say.takeBack);
    await shoot(page, `grant-end-${locale}`);
    await press(page, say.takeBack);
    assert.match(await text(page), say.revoked);
    await page.goto(list);
    assert.match(await text(page), say.none);
    await page.goto(new URL('/wallet', list).href);
    await shoot(page, `wallet-${locale}`);
    await follow(page, say.links);
    assert.equal(page.url(), list);
    if (locale === 'en-US') {
      assert.doesNotMatch(await text(page), /\p{Script=Han}{3,}/u, 'no Chinese words left in English');
    }
  });

  test(`the cashier shows what is signed by paying (${locale})`, async t => {
    const buyer = await sandbox.buyer('500.00');
    const page = await open(t, { locale });
    const { product_code: _, ...sign } = terms();
    const order = { out_trade_no: newNumber(), total_amount: '9.90', subject: '首月会员',
      product_code: 'FAST_INSTANT_TRADE_PAY', agreement_sign_params: { ...sign, sign_notify_url: merchant.url } };
    await page.goto(gateway.pageLink('alipay.trade.page.pay', order, { notify_url: merchant.url }));
    await shoot(page, `cashier-signs-${locale}`);
    assert.match(await text(page), /360\.00/, 'before anybody signs in');
    await signIn(page, buyer.login);
    await shoot(page, `cashier-signs-pay-${locale}`);
    assert.match(await text(page), /360\.00/, 'and beside the button that pays');
    await page.locator('form[method="post"] button[type="submit"]').first().click();
    await page.waitForLoadState('load');
    await shoot(page, `cashier-signs-paid-${locale}`);
    const signed = await merchant.find(
      one => one.notify_type === 'dut_user_sign' && one.alipay_user_id === buyer.userId, 'the signature');
    assert.equal(signed.external_agreement_no, sign.external_agreement_no);
    assert.ok(await merchant.wait(order.out_trade_no));
  });
}
