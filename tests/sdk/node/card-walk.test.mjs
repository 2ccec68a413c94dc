// The whole way of a person with a bank card, over HTTP alone: registers, proves who it is, binds a card, fills the
// balance, pays a shop of the official Node SDK by card and by balance, has both back, sends money on, and takes the
// rest out. Every amount is compared to the fen.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newNumber, PAY_PASSWORD, sdkFor, Sandbox, startMerchant, startServer } from './fixture.mjs';

const NAME = '王小明';
const LOGIN_PASSWORD = 'plum-blossom-7';
const HEARD_LIMIT_MS = 15_000;
let server;
let sandbox;
let merchant;
let sdk;
let app;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  merchant = await startMerchant();
  app = server.ready.apps.find(one => one.mode === 'key');
  sdk = sdkFor(app, server.ready);
});

after(async () => {
  await merchant?.close();
  await server?.stop();
});

const digits = count => Array.from({ length: count }, () => randomInt(10)).join('');

/** An identity number with a right checksum that nobody had before. */
function idNumber() {
  const body = `11010119900307${digits(3)}`;
  const factors = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = factors.reduce((all, factor, place) => all + factor * Number(body[place]), 0);
  return body + '10X98765432'[sum % 11];
}

/** A card's number with a right check digit, of a bank that has no limits of its own. */
function cardNumber(start = '622200') {
  for (;;) {
    const body = start + digits(9);
    const sum = [...body].reverse().reduce((all, digit, place) => {
      const twice = Number(digit) * 2;
      return all + (place % 2 ? Number(digit) : twice > 9 ? twice - 9 : twice);
    }, 0);
    const number = body + ((10 - sum % 10) % 10);
    if (!/(0[1-9]|10)$/.test(number)) { // those are test cards with manners of their own
      return number;
    }
  }
}

/** Calls /api/v1 as one device. */
function device() {
  let token;
  return async (path, body, method = body ? 'POST' : 'GET') => {
    const response = await fetch(server.ready.sandbox.replace(/\/sandbox$/, '/api/v1') + path, {
      method, body: body && JSON.stringify(body), headers: {
        'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) } });
    const found = await response.json();
    if (!response.ok) {
      throw Object.assign(new Error(`${response.status} ${JSON.stringify(found)}`), { status: response.status });
    }
    token = found.token ?? token;
    return found;
  };
}

/** A fresh person: a code to the phone, two passwords. */
async function person() {
  const phone = `139${digits(8)}`;
  const api = device();
  await api('/challenges', { to: phone, purpose: 'register' });
  const { messages } = await sandbox.send(`/messages?to=${phone}`);
  await api('/people', { to: phone, code: messages[0].code, login_password: LOGIN_PASSWORD,
    pay_password: PAY_PASSWORD, device: 'walk' });
  return { phone, api };
}

const exec = async (method, bizContent, more = {}) => {
  const answer = await sdk.exec(method, { bizContent, ...more }, { validateSign: true });
  assert.equal(answer.code, '10000', JSON.stringify(answer));
  return answer;
};
const refusal = promise => promise.then(() => assert.fail('not refused'), error => error.message);
const fen = text => Math.round(Number(text) * 100);
const yuan = units => (units / 100).toFixed(2);
const balanceOf = async api => (await api('/me')).balance;
const shopHas = async () => (await exec('alipay.fund.account.query',
  { alipay_user_id: app.seller_id, account_type: 'ACCTRANS_ACCOUNT' })).availableAmount;

/** The bank order when the bank has spoken. */
async function heard(login, order) {
  for (const limit = Date.now() + HEARD_LIMIT_MS; Date.now() < limit; await sleep(20)) {
    const now = await sandbox.send(`/bank/orders/${order.bank_order_no}?login=${login}`);
    if (!['asked', 'unknown', 'returning'].includes(now.state)) {
      return now;
    }
  }
  return assert.fail(`the bank did not speak of ${order.bank_order_no}`);
}

/** The first bank order of a kind, once the tables have it. */
async function listed(login, kind) {
  for (const limit = Date.now() + HEARD_LIMIT_MS; Date.now() < limit; await sleep(20)) {
    const { bank_orders } = await sandbox.send(`/bank/orders?login=${login}`);
    const found = bank_orders.find(one => one.kind === kind);
    if (found) {
      return found;
    }
  }
  return assert.fail(`no bank order of kind ${kind}`);
}

async function bind(login, holder, id_number, card_number = cardNumber()) {
  const asked = await sandbox.send('/bank/cards', { login, card_number, holder, id_number, mobile: '13812345678' });
  const code = /\d{6}/.exec(asked.bank_message)[0];
  assert.match(await refusal(sandbox.send('/bank/cards/confirm',
    { login, card_id: asked.card_id, code: code === '000000' ? '000001' : '000000' })), /bank_refused/);
  const bound = await sandbox.send('/bank/cards/confirm', { login, card_id: asked.card_id, code });
  assert.deepEqual([bound.state, bound.kind, bound.last_four], ['bound', 'debit', card_number.slice(-4)]);
  return bound.card_id;
}

/** Opens a shop's order and pays it; gives its number and what was told of it. */
async function buy(login, total_amount, more) {
  const out_trade_no = newNumber();
  const { qrCode } = await exec('alipay.trade.precreate', { out_trade_no, total_amount, subject: '红茶' },
    { notify_url: merchant.url });
  const paid = await sandbox.pay(login, { qr_code: qrCode, ...more });
  return { out_trade_no, paid };
}

const told = async (out_trade_no, status = 'TRADE_SUCCESS') => {
  const letter = await merchant.wait(out_trade_no, one => one.trade_status === status);
  assert.ok(sdk.checkNotifySign(letter), 'signed by the platform');
  return letter;
};

test('from nothing to a card, through a shop and back out', async t => {
  const { phone, api } = await person();
  const me = await api('/me');
  assert.deepEqual([me.login, me.class, me.balance], [phone, 'unverified', '0.00']);
  const id = idNumber();

  await t.test('nobody binds a card before saying who it is', async () => {
    assert.match(await refusal(sandbox.send('/bank/cards', {
      login: phone, card_number: cardNumber(), holder: NAME, mobile: '13812345678' })), /409 .*party_blocked/);
  });

  await t.test('a register alone makes class I', async () => {
    assert.equal((await api('/identity', { name: NAME, id_number: id })).class, 'class_1');
  });

  await t.test('only an own card is bound', async () => {
    const ask = { login: phone, card_number: cardNumber(), mobile: '13812345678' };
    assert.match(await refusal(sandbox.send('/bank/cards', { ...ask, holder: '李雷' })), /409 .*not_the_owner/);
    assert.match(await refusal(sandbox.send('/bank/cards', { ...ask, holder: NAME, id_number: idNumber() })),
      /409 .*not_the_owner/);
    assert.match(await refusal(sandbox.send('/bank/cards', { ...ask, holder: NAME, mobile: '13800000000' })),
      /409 .*bank_refused/);
  });
  const card_id = await bind(phone, NAME, id);
  const move = (way, amount, key = newNumber()) =>
    sandbox.send(`/bank/${way}`, { login: phone, pay_password: PAY_PASSWORD, card_id, amount, key });

  await t.test('class I pays 1,000.00 of the balance in its life, not a fen more', async () => {
    assert.equal((await heard(phone, await move('topup', '1000.01'))).state, 'done');
    assert.equal(await balanceOf(api), '1000.01');
    assert.match(await refusal(buy(phone, '1000.01')), /409 .*buyer_limit/);
    assert.equal((await api('/me')).class, 'class_1');
    const one = await sandbox.send('/evidence', { login: phone, kind: 'mobile_operator', provider: 'operator' });
    assert.equal(one.class, 'class_2');
    const { identity } = await api('/identity');
    assert.deepEqual(identity.evidence.map(one => [one.kind, one.provider]).sort(),
      [['bank_card', 'SANDBOX'], ['ministry', 'sandbox'], ['mobile_operator', 'operator']]);
  });

  await t.test('an order paid by card, and back to it', async () => {
    const before_ = await shopHas();
    const { out_trade_no, paid } = await buy(phone, '100.01', { card_id });
    assert.equal((await heard(phone, paid.bank_order)).state, 'done');
    const letter = await told(out_trade_no);
    assert.deepEqual([letter.total_amount, letter.receipt_amount, letter.buyer_pay_amount],
      ['100.01', '100.01', '100.01']);
    const found = await exec('alipay.trade.query', { out_trade_no, query_options: ['fund_bill_list'] });
    assert.deepEqual([found.tradeStatus, found.fundBillList.map(one => [one.fundChannel, one.amount, one.fundType])],
      ['TRADE_SUCCESS', [['BANKCARD', '100.01', 'DEBIT_CARD']]]);
    assert.equal(await balanceOf(api), '1000.01', 'the balance is not touched');
    // 0.6 % of 100.01 is 0.60006, in fen 0.60.
    assert.equal(yuan(fen(await shopHas()) - fen(before_)), '99.41');
    const back = await exec('alipay.trade.refund', { out_trade_no, refund_amount: '100.01' });
    assert.deepEqual([back.fundChange, back.refundFee], ['Y', '100.01']);
    assert.equal(await shopHas(), before_, 'with the last refund exactly the fee comes back');
    const home = await listed(phone, 'return');
    assert.deepEqual([home.amount, home.fee, home.card_id], ['100.01', '0.00', card_id]);
    assert.equal((await heard(phone, home)).state, 'done');
    assert.equal(await balanceOf(api), '1000.01');
  });

  await t.test('an order paid from the balance, and back to it', async () => {
    const before_ = await shopHas();
    const { out_trade_no, paid } = await buy(phone, '1000.01');
    assert.equal(paid.trade_status, 'TRADE_SUCCESS');
    assert.equal((await told(out_trade_no)).total_amount, '1000.01');
    assert.equal(await balanceOf(api), '0.00');
    assert.equal(yuan(fen(await shopHas()) - fen(before_)), '994.01');
    await exec('alipay.trade.refund', { out_trade_no, refund_amount: '1000.01' });
    assert.equal(await balanceOf(api), '1000.01');
    assert.equal(await shopHas(), before_);
  });

  await t.test('top-ups and payments of a card share its limits: 10,000.00 at once, 20,000.00 a day', async () => {
    assert.match(await refusal(move('topup', '10000.01')), /409 .*over_single_limit/);
    const key = newNumber();
    const first = await move('topup', '10000.00', key);
    assert.equal((await heard(phone, first)).state, 'done');
    assert.equal((await move('topup', '10000.00', key)).bank_order_no, first.bank_order_no);
    assert.match(await refusal(move('topup', '9999.99', key)), /409 .*key_taken/);
    // 1,000.01 + 100.01 + 10,000.00 were taken from the card today.
    assert.match(await refusal(move('topup', '8899.99')), /409 .*over_day_limit/);
    assert.equal((await heard(phone, await move('topup', '8899.98'))).state, 'done');
    assert.match(await refusal(move('topup', '0.01')), /409 .*over_day_limit/);
    assert.equal(await balanceOf(api), '19899.99');
  });

  await t.test('a payee who is not known is named first', async () => {
    const friend = await person();
    const friendly = { name: '韩梅梅', id_number: idNumber() };
    await friend.api('/identity', friendly);
    const ask = { login: phone, pay_password: PAY_PASSWORD, payee: friend.phone, amount: '99.99' };
    assert.match(await refusal(sandbox.send('/transfers', ask)), /409 .*payee_unknown/);
    assert.equal(await balanceOf(api), '19899.99');
    const sent = await sandbox.send('/transfers', { ...ask, accept_unknown: true });
    assert.equal(sent.status, 'SUCCESS');
    assert.equal((await sandbox.send('/transfers', { ...ask, amount: '0.01' })).status, 'SUCCESS');
    assert.deepEqual([await balanceOf(api), await balanceOf(friend.api)], ['19799.99', '100.00']);
  });

  await t.test('20,000.00 leave for the card without a fee, then 0.1 % and 0.10 at least', async () => {
    const rich = await sandbox.buyer('50000.00');
    await sandbox.send('/transfers', { login: rich.login, pay_password: PAY_PASSWORD, payee: phone,
      amount: '40000.00', accept_unknown: true });
    assert.equal(await balanceOf(api), '59799.99');
    assert.match(await refusal(move('withdraw', '50000.01')), /409 .*over_single_limit/);
    let left = fen('59799.99');
    for (const [amount, fee] of [['19999.00', '0.00'], ['1.00', '0.00'], ['0.01', '0.10'], ['104.99', '0.10'],
      ['105.00', '0.11'], ['10000.00', '10.00']]) {
      const out = await move('withdraw', amount);
      assert.deepEqual([out.amount, out.fee], [amount, fee]);
      left -= fen(amount) + fen(fee);
      assert.equal(await balanceOf(api), yuan(left), `${amount} with its fee has left at once`);
      assert.equal((await heard(phone, out)).state, 'done');
      assert.equal(await balanceOf(api), yuan(left));
    }
    // What is left pays amount and fee: x + 0.1 % of x.
    assert.equal(yuan(left), '29579.68');
    assert.match(await refusal(move('withdraw', '29550.14')), /409 .*balance_too_low/);
    const rest = await move('withdraw', '29550.13');
    assert.equal(rest.fee, '29.55');
    assert.equal((await heard(phone, rest)).state, 'done');
    assert.equal(await balanceOf(api), '0.00');
  });
});

test('a withdrawal that the bank refuses comes back with its fee and its free sum', async () => {
  const { phone, api } = await person();
  const id = idNumber();
  await api('/identity', { name: NAME, id_number: id });
  const card_id = await bind(phone, NAME, id, '6222020000060001'); // the bank says: no money, of anything
  const good = await bind(phone, NAME, id);
  const rich = await sandbox.buyer('20002.00');
  await sandbox.send('/transfers', { login: rich.login, pay_password: PAY_PASSWORD, payee: phone,
    amount: '20001.10', accept_unknown: true });
  const move = card => sandbox.send('/bank/withdraw',
    { login: phone, pay_password: PAY_PASSWORD, card_id: card, amount: '20001.00', key: newNumber() });
  for (const [card, state, left] of [[card_id, 'failed', '20001.10'], [good, 'done', '0.00']]) {
    const out = await move(card);
    assert.equal(out.fee, '0.10', 'the free sum of 20,000.00 is whole again');
    assert.equal((await heard(phone, out)).state, state);
    assert.equal(await balanceOf(api), left);
  }
});
