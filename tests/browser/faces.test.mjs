// One payment past all faces: a newcomer opens an account and pays the demo shop by its code, the shop and the
// merchant's desk give money back, an operator reads how it went and changes a rule with a second person: in Chinese on
// a phone and in English on a desk, every face without a serious finding of accessibility. Pictures at 390 and 1440 px
// go to target/screenshots/.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';
import { accessible, shoot } from './chromium.mjs';
import { signInAt } from './desk.mjs';
import { becomeKnown, NEWCOMER, signUp, topUp } from './newcomer.mjs';
import { person } from './passkey.mjs';
import { Shops } from './shops.mjs';
import {
  at, balance, base, begin, button, end, enter, fill, gateway, link, open, outcome, paste, ready, sandbox, shows,
} from './wallet.mjs';

const SIZES = [[390, 844], [1440, 900]];
const VIEWS = { 'zh-CN': { width: 390, height: 844 }, 'en-US': { width: 1440, height: 900 } };

let shops;
let shop;

before(async () => {
  await begin();
  shops = new Shops(ready);
  shop = await shops.start('orders.json');
});

after(async () => {
  await shops?.end();
  await end();
});

const SAY = {
  'zh-CN': { ...NEWCOMER['zh-CN'], read: '识别', pay: /^确认付款/, paid: '付款成功', bill: '查看账单', inShop: '已付款',
    askBack: '申请退款', askBackNow: '提交申请', askedBack: '等待商家处理',
    partly: '部分退款', whole: '已全额退款', refund: '退款', refundGo: /^退款 ¥12\.50/, refunded: /已退款 ¥12\.50/, write: '编写提议',
    propose: '提议', approve: '批准', own: /您不能批准自己的提议/, story: ['商户下单', '订单已付款', '付款转入'],
    back: /退款[^]*5\.50[^]*退款[^]*12\.50/ },
  'en-US': { ...NEWCOMER['en-US'], read: 'Read it', pay: /^Pay ¥/, paid: 'Paid', bill: 'See the bill', inShop: 'Paid',
    askBack: 'Ask for a refund', askBackNow: 'Send it', askedBack: 'Waits for the merchant',
    partly: 'Refunded in part', whole: 'Refunded', refund: 'Refund', refundGo: /^Refund ¥12\.50/,
    refunded: /¥12\.50 was refunded/, write: 'Write a proposal', propose: 'Propose', approve: 'Approve',
    own: /This is your own proposal/, story: ['The seller opened the order', 'The order was paid', 'Payment in'],
    back: /[Rr]efund[^]*5\.50[^]*[Rr]efund[^]*12\.50/ },
};

/** Waits for how the shop says that an order stands. */
const standing = (page, words) =>
  page.locator('.now [role="status"]').filter({ hasText: new RegExp(`^${words}$`) }).waitFor();

for (const locale of ['zh-CN', 'en-US']) {
  const say = SAY[locale];
  const view = { locale, ...VIEWS[locale] };

  test(`a payment past all faces (${locale})`, async t => {
    // The newcomer.
    const wallet = await open(t, view);
    await signUp(wallet, say, `139${String(randomInt(1e8)).padStart(8, '0')}`);
    await becomeKnown(wallet, say);
    await topUp(wallet, say, '88.50');
    const visit = await open(t, view);
    await visit.goto(shop.url);
    await visit.locator('li:has(.of-coffee) button[value="qr"]').click();
    await visit.waitForURL(/\/orders\/S/);
    const code = await visit.locator('.now a[target="_blank"]').getAttribute('href');
    await paste(wallet, code, say);
    await button(wallet, say.pay).click();
    await enter(wallet);
    await outcome(wallet, say.paid);
    await accessible(wallet, 'what came of it');
    await standing(visit, say.inShop);
    await accessible(visit, 'the shop’s order');
    await link(wallet, say.bill).click();
    await shows(wallet, '18.00');
    await accessible(wallet, 'the bill');
    // The buyer asks the merchant for its money, too, where it paid.
    await button(wallet, say.askBack).click();
    await fill(wallet, 'reason', '不够热');
    await button(wallet, say.askBackNow).click();
    await shows(wallet, say.askedBack);
    await shows(wallet, '不够热');

    // The visitor asks for some of it back, and the shop gives it.
    await visit.locator('#amount').fill('5.50');
    await visit.locator('#reason').fill('凉了');
    await visit.locator('#refund button').click();
    await standing(visit, say.partly);
    const no = await visit.locator('#order').getAttribute('data-no');
    const { trade_no } = await gateway.call('alipay.trade.query', { out_trade_no: no });

    // The merchant gives back the rest, at its desk.
    const demo = await sandbox.send('/demo');
    const merchant = demo.apps.find(app => app.app_id === ready.apps.find(one => one.mode === 'key').app_id);
    const owner = await person(base, sandbox);
    await sandbox.send(`/merchants/${merchant.seller_login}/staff`, { login: owner, role: 'owner' });
    const desk = await open(t, view);
    await signInAt(desk, 'merchant', owner);
    await desk.goto(`${base}/app/merchant/#/${merchant.seller_id}/orders/${trade_no}`);
    await shows(desk, '不够热');
    await button(desk, say.refund).click();
    const dialog = desk.locator('dialog.dialog[open]');
    await dialog.locator('input[name="amount"]').fill('12.50');
    await dialog.getByRole('button', { name: say.refundGo }).click();
    await shows(desk, say.refunded);
    await shoot(desk, `faces-desk-${locale}`, SIZES);
    await accessible(desk, 'the desk’s order');
    await wallet.goto(at('/'));
    await balance(wallet, '88.50');

    // The operator reads how it went.
    const console_ = await open(t, view);
    await signInAt(console_, 'console', await person(base, sandbox));
    await console_.goto(`${base}/app/console/#/search`);
    await fill(console_, 'q', no);
    await console_.locator('form.search button[type="submit"]').click();
    await console_.locator('.row-link').first().click();
    await console_.locator('.story .timeline').waitFor();
    const told = await console_.locator('.story .timeline').innerText();
    for (const words of say.story) {
      assert.ok(told.includes(words), `${words} is missing:\n${told}`);
    }
    assert.match(told, say.back);
    await shoot(console_, `faces-timeline-${locale}`, SIZES);
    await accessible(console_, 'the timeline');

    // And changes a rule, with a second person.
    const rule = { id: `F-${locale}`, condition: 'amount_minor > 9900000', verdict: 'review', reason_zh: '需要核实',
      reason_en: 'being checked' };
    await console_.goto(`${base}/app/console/#/risk`);
    await link(console_, say.write).click();
    await console_.locator('textarea[name="rules"]').fill(JSON.stringify([rule]));
    await button(console_, say.propose).click();
    await shows(console_, say.own);
    await accessible(console_, 'the own proposal');
    assert.equal(await button(console_, say.approve).count(), 0, 'nobody approves the own proposal');
    const second = await open(t, view);
    await signInAt(second, 'console', await person(base, sandbox));
    await second.goto(`${base}/app/console/#/risk`);
    await second.locator('.changes').getByText(rule.id).waitFor();
    await accessible(second, 'the proposal of another');
    await button(second, say.approve).click();
    await second.locator('dialog[open]').getByRole('button', { name: say.approve }).click();
    await second.locator('.changes').waitFor({ state: 'detached' });
    const { in_force } = await sandbox.send('/risk');
    assert.deepEqual(in_force.rules.map(one => one.id), [rule.id]);
    assert.notEqual(in_force.proposed_by, in_force.approved_by);
  });
}
