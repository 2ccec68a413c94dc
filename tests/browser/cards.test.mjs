// Bank cards in a real browser: the wallet's cards, money in and out with its fee shown before, and the cashier with a
// card whose bank is quick, slow, silent or refuses. Pictures at 390 and 1280 px go to target/screenshots/.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newNumber, PAY_PASSWORD, Sandbox, startMerchant, startServer } from '../sdk/node/server.mjs';
import { open, shoot, startBrowser, STEP_LIMIT_MS, stopBrowser } from './chromium.mjs';
import { Gateway } from './gateway.mjs';

const PROMPT = '6222021234567894';
const OF_ANOTHER_BANK = '6228481234567894';
const CREDIT = '6253301234567892';
const SLOW = '6222020000010006';
const REFUSES = '6222020000060001';
const CUT_OFF = '6222020000030004';
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

const text = page => page.locator('body').innerText();
const press = async (page, name) => {
  await page.getByRole('button', { name }).first().click();
  await page.waitForLoadState('load');
};

async function signIn(page, login) {
  await page.locator('input[name="login"]').fill(login);
  await page.locator('input[name="pay_password"]').fill(PAY_PASSWORD);
  await page.locator('form[method="post"] button[type="submit"]').first().click();
  await page.waitForLoadState('load');
}

/** Waits for words on a page that looks again by itself; where they do not come, it tells what stands there. */
const shows = (page, words) => page.getByText(words).first().waitFor().catch(async error => {
  throw new Error(`${error.message}\n${page.url()} shows:\n${await text(page)}`);
});

async function bind(login, card_number) {
  const asked = await sandbox.send('/bank/cards', { login, card_number, holder: '王小明', mobile: '13812345678' });
  const code = /\d{6}/.exec(asked.bank_message)[0];
  return (await sandbox.send('/bank/cards/confirm', { login, card_id: asked.card_id, code })).card_id;
}

/** The cashier of a fresh order, the buyer signed in; gives the order's number. */
async function cashier(page, login, amount = '30.00') {
  const number = newNumber();
  await page.goto(gateway.pageLink('alipay.trade.page.pay', { out_trade_no: number, total_amount: amount,
    subject: '碧螺春', product_code: 'FAST_INSTANT_TRADE_PAY' }, { notify_url: merchant.url }));
  await signIn(page, login);
  return number;
}
/** The bank orders of a buyer once the bank has spoken of all of them. */
async function decided(login) {
  for (const limit = Date.now() + STEP_LIMIT_MS; ; await sleep(50)) {
    const { bank_orders } = await sandbox.send(`/bank/orders?login=${login}`);
    const open_ = bank_orders.some(one => ['asked', 'unknown', 'given_up', 'returning'].includes(one.state));
    if (!open_ || Date.now() > limit) {
      return bank_orders.map(one => [one.kind, one.state]);
    }
  }
}
const choose = (page, card) => page.locator(`input[name="pocket"][value="${card}"]`).check();
const pockets = page => page.locator('input[name="pocket"]').evaluateAll(all => all.map(one =>
  [one.value, one.checked, one.disabled]));

for (const [locale, say] of [
  ['zh-CN', { next: '下一步', bind: '确认绑定', card: /工商银行 储蓄卡 \(7894\)/, topUp: '充值', withdraw: '提现', confirm: '确认',
    done: /已完成/, fee: /10\.00/, leaves: /10,?010\.00/, unbind: '解除绑定', none: /还没有绑定银行卡/, code: /银行短信/ }],
  ['en-US', { next: 'Continue', bind: 'Bind', card: /ICBC debit card \(7894\)/, topUp: 'Top up', withdraw: 'Withdraw',
    confirm: 'Confirm', done: /Done/, fee: /10\.00/, leaves: /10,?010\.00/, unbind: 'Give this card up',
    none: /No card is bound/, code: /bank's message/ }],
]) {
  test(`a card is bound, fills the balance, takes money out with its fee, and is given up (${locale})`, async t => {
    const buyer = await sandbox.buyer('40000.00');
    const page = await open(t, { locale });
    const list = new URL('/wallet/cards', server.ready.gateway).href;
    await page.goto(list);
    await signIn(page, buyer.login);
    assert.equal(page.url(), list, 'back where the buyer wanted to go');
    assert.match(await text(page), say.none);
    await page.locator('input[name="card_number"]').fill('6222 0212 3456 7895');
    await page.locator('input[name="holder"]').fill('王小明');
    await page.locator('input[name="mobile"]').fill('13812345678');
    await press(page, say.next);
    await page.getByRole('alert').waitFor();
    await page.locator('input[name="card_number"]').fill('6222 0212 3456 7894');
    await press(page, say.next);
    await shoot(page, `card-code-${locale}`);
    const shown = await text(page);
    assert.match(shown, say.code);
    await page.locator('input[name="code"]').fill(/Your code: (\d{6})/.exec(shown)[1]);
    await press(page, say.bind);
    assert.match(await text(page), say.card);
    await page.getByRole('link', { name: say.card }).first().click();
    await page.waitForLoadState('load');
    await shoot(page, `card-${locale}`);

    await page.locator('form:has(input[value="topup"]) input[name="amount"]').fill('30.00');
    await press(page, say.topUp);
    await shoot(page, `card-top-up-${locale}`);
    await page.locator('input[name="pay_password"]').fill(PAY_PASSWORD);
    await press(page, say.confirm);
    await shows(page, say.done);

    // 20,000.00 are free; of the next 10,000.00 one per mille is taken.
    for (const [amount, words] of [['20000.00', /20,?000\.00/], ['10000.00', say.fee]]) {
      await page.goto(list);
      await page.getByRole('link', { name: say.card }).first().click();
      await page.waitForLoadState('load');
      await page.locator('form:has(input[value="withdraw"]) input[name="amount"]').fill(amount);
      await press(page, say.withdraw);
      assert.match(await text(page), words, 'before anything moves');
      if (amount === '10000.00') {
        assert.match(await text(page), say.leaves);
        await shoot(page, `card-withdraw-${locale}`);
      }
      await page.locator('input[name="pay_password"]').fill(PAY_PASSWORD);
      await press(page, say.confirm);
      await shows(page, say.done);
    }
    await shoot(page, `card-done-${locale}`);
    await page.goto(list);
    await shoot(page, `cards-${locale}`);
    if (locale === 'en-US') {
      assert.doesNotMatch(await text(page), /\p{Script=Han}{3,}/u, 'no Chinese words left in English');
    }
    await page.goto(new URL('/wallet', list).href);
    assert.match(await text(page), /10,?020\.00/, '40,000 + 30 - 20,000 - 10,000 - 10');
    await page.goto(list);
    await page.getByRole('link', { name: say.card }).first().click();
    await page.waitForLoadState('load');
    await press(page, say.unbind);
    assert.match(await text(page), say.none);
  });
}

for (const [locale, say] of [
  ['zh-CN', { pay: /确认支付/, waits: /银行还没有最终答复/, revoke: /撤销，换一种方式/, paid: /支付成功/,
    poor: /卡内余额不足/, slow: /银行处理较慢/, maintenance: /银行维护中/, down: /银行暂时无法连接/ }],
  ['en-US', { pay: /^Pay/, waits: /not given its last word/, revoke: /Revoke and pay/,
    paid: /Payment successful/, poor: /not enough money on the card/, slow: /slow just now/,
    maintenance: /under maintenance/,
    down: /cannot be reached/ }],
]) {
  test(`the cashier offers the balance and cards, and pays by card (${locale})`, async t => {
    const buyer = await sandbox.buyer('20.00');
    const page = await open(t, { locale });
    await cashier(page, buyer.login);
    assert.deepEqual(await pockets(page), [['balance', false, true]], 'the balance is too low');
    await page.getByRole('alert').waitFor();
    const credit = await bind(buyer.login, CREDIT);
    const debit = await bind(buyer.login, PROMPT);
    const number = await cashier(page, buyer.login);
    assert.deepEqual(await pockets(page), [[debit, true, false], [credit, false, false], ['balance', false, true]]);
    await shoot(page, `cashier-cards-${locale}`);
    await press(page, say.pay);
    await shows(page, say.paid);
    assert.ok(gateway.verifies(await merchant.wait(number, one => one.trade_status === 'TRADE_SUCCESS')));

    await cashier(page, buyer.login, '9.99');
    assert.equal((await pockets(page))[0][0], debit, 'first what was paid with last');
    await choose(page, 'balance');
    await press(page, say.pay);
    await shows(page, say.paid);
    await cashier(page, buyer.login, '9.99');
    assert.deepEqual((await pockets(page)).map(one => one[0]), ['balance', debit, credit]);
  });

  test(`a card that its bank refuses, and one that its bank does not decide (${locale})`, async t => {
    const buyer = await sandbox.buyer('100.00');
    const [refuses, slow] = [await bind(buyer.login, REFUSES), await bind(buyer.login, SLOW)];
    const page = await open(t, { locale });
    const number = await cashier(page, buyer.login);
    await choose(page, refuses);
    await press(page, say.pay);
    await shows(page, say.poor);
    await shoot(page, `cashier-refused-${locale}`);
    await choose(page, slow);
    await page.locator('input[name="pay_password"]').fill(PAY_PASSWORD);
    await press(page, say.pay);
    await shows(page, say.waits);
    await shoot(page, `cashier-waits-${locale}`);
    const waits = await gateway.call('alipay.trade.query', { out_trade_no: number });
    assert.equal(waits.trade_status, 'WAIT_BUYER_PAY', 'never told as failed');
    await press(page, say.revoke);
    await page.locator('input[name="pay_password"]').waitFor();
    await shoot(page, `cashier-revoked-${locale}`);
    await choose(page, 'balance');
    await page.locator('input[name="pay_password"]').fill(PAY_PASSWORD);
    await press(page, say.pay);
    await shows(page, say.paid);
    assert.deepEqual(await decided(buyer.login), [['pay', 'closed'], ['pay', 'failed']],
      'the bank was told never to do it');
    assert.equal((await gateway.call('alipay.trade.query', { out_trade_no: number })).trade_status, 'TRADE_SUCCESS');
  });

  test(`a bank that is slow stands behind, and one that is down last, with its reason (${locale})`, async t => {
    const buyer = await sandbox.buyer('1.00');
    const [first, other] = [await bind(buyer.login, OF_ANOTHER_BANK), await bind(buyer.login, PROMPT)];
    const page = await open(t, { locale });
    const seen = async health => {
      await sandbox.send('/bank/health', { bank: 'ICBC', ...(health && { health }) });
      await cashier(page, buyer.login);
      return (await pockets(page)).map(one => one[0]);
    };
    assert.deepEqual(await seen('up'), [other, first, 'balance']);
    assert.deepEqual(await seen('slow'), [first, other, 'balance']);
    assert.match(await text(page), say.slow);
    await shoot(page, `cashier-slow-${locale}`);
    for (const health of ['maintenance', 'down']) {
      assert.deepEqual(await seen(health), [first, 'balance', other]);
      assert.deepEqual((await pockets(page)).at(-1), [other, false, true], 'it cannot be chosen');
      assert.match(await text(page), say[health]);
    }
    await shoot(page, `cashier-down-${locale}`);
    assert.deepEqual(await seen(), [other, first, 'balance']);
  });
}

test('the pages need no script', async t => {
  const buyer = await sandbox.buyer('20.00');
  await bind(buyer.login, PROMPT);
  const page = await open(t);
  await page.route('**/*.js', route => route.fulfill({ contentType: 'text/javascript', body: '' }));
  await cashier(page, buyer.login);
  await press(page, /确认支付/);
  await shows(page, /支付成功/);

  const slow = await bind(buyer.login, CUT_OFF);
  await cashier(page, buyer.login);
  await choose(page, slow);
  await press(page, /确认支付/);
  await shows(page, /银行还没有最终答复/);
  await shows(page, /支付成功/);
});
