// @vitest-environment node
// The mock answers in the shapes of api/openapi.json, nothing missing and nothing more.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CALLS } from './calls.mjs';
import { counterEmv, counterText, counterToken } from './counter.mjs';
import { startMock } from './server.mjs';
import { api, wrongs } from './shapes.mjs';

const [PAY_PASSWORD, LOGIN_PASSWORD, LOGIN, CODE] = ['836205', 'plum-blossom-7', '13800138000', '246810'];
/** Longer than a bank of the mock takes. */
const BANK_MS = 3_300;

let mock;
let token;
const asked = new Set();

beforeAll(async () => {
  mock = await startMock(0);
  ({ token } = (await call('POST', '/sessions', {}, { login: LOGIN, password: LOGIN_PASSWORD })).told);
});

afterAll(async () => {
  mock.server.closeAllConnections();
  await new Promise(closed => mock.server.close(closed));
});

/** Asks the mock, and compares what it says with what is described. */
async function call(method, path, parts = {}, body = undefined, key = undefined) {
  asked.add(`${method} ${path}`);
  const [bare, query = ''] = path.split('?');
  const described = api.paths[`/api/v1${bare}`]?.[method.toLowerCase()];
  expect(described, `${method} ${bare} is described`).toBeDefined();
  const filled = bare.replace(/\{(\w+)\}/g, (_, name) => parts[name]) + (query && `?${query}`);
  const headers = { authorization: `Bearer ${token}`, ...(key ? { 'idempotency-key': key } : {}) };
  const answer = await fetch(`http://127.0.0.1:${mock.port}/api/v1${filled}`, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const told = await answer.json();
  const content = (described.responses[answer.status] ?? described.responses.default).content;
  const [kind, { schema }] = Object.entries(content)[0];
  expect(answer.headers.get('content-type'), `${method} ${filled}`).toBe(kind);
  expect(wrongs(schema, told), `${method} ${filled} says ${JSON.stringify(told)}`).toEqual([]);
  return { status: answer.status, told };
}

const proof = { pay_password: PAY_PASSWORD };
const refused = async (status, code, doing) =>
  expect(await doing).toMatchObject({ status, told: { status, code } });

test('what there is to look at', async () => {
  await call('GET', '/site');
  await call('GET', '/me');
  await call('GET', '/sessions');
  await call('GET', '/me/agreements');
  await call('GET', '/me/bills/months?count=3');
  const { told: page } = await call('GET', '/me/bills?limit=40');
  expect(page.bills).toHaveLength(40);
  await call('GET', `/me/bills?limit=5&before=${page.next}`);
  for (const { no } of page.bills) {
    await call('GET', '/me/bills/{no}', { no });
  }
  await refused(404, 'bill_not_found', call('GET', '/me/bills/{no}', { no: '1' }));
  const paid = page.bills.find(({ kind, state }) => kind === 'payment' && state === 'paid');
  const ask = key => call('POST', '/me/bills/{no}/refund-request', paid, { reason: '不新鲜' }, key);
  expect((await ask('asked')).told.request.state).toBe('open');
  await refused(409, 'already_asked', ask('again'));
  expect((await call('GET', '/me/bills/{no}', paid)).told.can_ask_refund).toBe(false);
  await refused(404, 'bank_order_not_found', call('GET', '/me/bank-orders/{no}', { no: '1' }));
  await refused(404, 'transfer_not_found', call('GET', '/me/transfers/{no}', { no: '1' }));
  const { told: code } = await call('GET', '/me/collect-code?amount=12.30');
  await call('POST', '/codes', {}, { text: code.text });
  await refused(404, 'code_unknown', call('POST', '/codes', {}, { text: 'nothing' }));
});

test('money between the balance and a card', async () => {
  const card = { number: '6222020000010006', holder: '张三', mobile: '13812345678' };
  const { status, told } = await call('POST', '/me/cards', {}, card);
  expect(status).toBe(201);
  const { no } = told.card;
  await call('POST', '/me/cards/{no}/confirm', { no }, { code: CODE, ...proof });
  await call('GET', '/me/cards');
  for (const path of ['/me/top-ups', '/me/withdrawals']) {
    const [first, again] = [
      await call('POST', path, {}, { card: no, amount: '50.00' }, path.slice(4)),
      await call('POST', path, {}, { card: no, amount: '50.00' }, path.slice(4)),
    ];
    expect([first.status, first.told.replayed, again.status, again.told.replayed]).toEqual([201, false, 200, true]);
    expect(again.told.no).toBe(first.told.no);
    await refused(409, 'key_reused', call('POST', path, {}, { card: no, amount: '51.00' }, path.slice(4)));
    const at = { no: first.told.no };
    await call('POST', '/me/bank-orders/{no}/confirm/options', at);
    await refused(403, 'wrong_password', call('POST', '/me/bank-orders/{no}/confirm', at, { pay_password: '111111' }));
    await call('POST', '/me/bank-orders/{no}/confirm', at, proof);
    await call('GET', '/me/bank-orders/{no}', at);
  }
  const { told: draft } = await call('POST', '/me/top-ups', {}, { card: no, amount: '1.00' }, 'draft');
  await call('POST', '/me/bank-orders/{no}/close', { no: draft.no });
  await call('DELETE', '/me/cards/{no}', { no }, proof);
});

test('in which order the own pockets pay', async () => {
  const { told } = await call('GET', '/me/pockets');
  expect([told.is_set, told.pockets[0].pocket]).toEqual([false, 'balance']);
  const turned = told.pockets.map(one => one.pocket).toReversed();
  const set = await call('PUT', '/me/pockets', {}, { pockets: turned });
  expect(set.told.pockets.map(one => one.pocket)).toEqual(turned);
  const { told: code } = await call('POST', '/codes', {}, { text: 'https://mock/qr/in-order' });
  expect(code.order.pockets.map(one => one.card?.no ?? 'balance')).toEqual(turned);
  await refused(400, 'no_pockets', call('PUT', '/me/pockets', {}, { pockets: [] }));
  await refused(400, 'pocket_twice', call('PUT', '/me/pockets', {}, { pockets: ['balance', 'balance'] }));
  await refused(404, 'card_not_found', call('PUT', '/me/pockets', {}, { pockets: ['1'] }));
  expect((await call('DELETE', '/me/pockets')).told.is_set).toBe(false);
});

test('a transfer', async () => {
  const wish = { to: '13900000002', amount: '10.00', arrival: '2h' };
  const { status, told } = await call('POST', '/me/transfers', {}, wish, 'transfer');
  expect(status).toBe(201);
  await call('POST', '/me/transfers/{no}/confirm/options', told);
  await call('POST', '/me/transfers/{no}/confirm', told, proof);
  await call('GET', '/me/transfers/{no}', told);
  await call('POST', '/me/transfers/{no}/cancel', told);
  await call('GET', '/me/bills/{no}', told);
});

test('an order by card, revoked, and from the balance', { timeout: 20_000 }, async () => {
  const { told: code } = await call('POST', '/codes', {}, { text: 'https://mock/qr/abc' });
  const at = { trade_no: code.order.trade_no };
  await refused(404, 'order_not_found', call('GET', '/me/payments/{trade_no}', at));
  await refused(404, 'order_not_found', call('POST', '/me/orders', {}, { trade_no: '1' }));
  const pocket = code.order.pockets.find(one => one.kind === 'card').card.no;
  const wish = { ...code.order.pay_with, amount: code.order.amount, last_try: null };
  const { told: asked } = await call('POST', '/me/payments', {}, { ...wish, pocket, ...proof });
  expect(asked).toMatchObject({ state: 'under_way', last_try_state: 'under_way' });
  await call('POST', '/me/orders', {}, at);
  const revoked = await call('POST', '/me/payments/{trade_no}/revoke', at, { bank_order: asked.last_try });
  expect(revoked.told).toMatchObject({ state: 'open', last_try_state: 'closing' });
  await refused(409, 'moved_on', call('POST', '/me/payments', {}, { ...wish, pocket: 'balance', ...proof }));
  await sleep(BANK_MS);
  expect((await call('GET', '/me/payments/{trade_no}', at)).told.last_try_state).toBe('returning');
  await call('POST', '/me/payments/options', {}, { ...code.order.pay_with, pocket: 'balance' });
  const again = { ...wish, last_try: asked.last_try, pocket: 'balance', ...proof };
  expect((await call('POST', '/me/payments', {}, again)).told.state).toBe('paid');
  await call('GET', '/me/bills/{no}', { no: at.trade_no });
  await sleep(BANK_MS);
  expect((await call('POST', '/me/orders', {}, at)).told).toMatchObject({ state: 'paid', last_try_state: 'returned' });
});

test('the code of a counter, its limit of a day, and what is told of it', async () => {
  const token = counterToken({ name: '咖啡与面包', store_name: '一号店' });
  for (const text of [counterText('http://mock/', token), counterEmv(token)]) {
    const { told } = await call('POST', '/codes', {}, { text });
    expect(told).toMatchObject({ kind: 'shop', shop: { token, name: '咖啡与面包', left: '500.00' } });
  }
  await refused(404, 'code_unknown', call('POST', '/codes', {}, { text: counterText('http://mock/', `${token}x`) }));
  const wish = { token, amount: '480.00' };
  const order = (body, key) => call('POST', '/me/shop-orders', {}, body, key);
  const { status, told } = await order(wish, 'shop');
  expect([status, told.pay_with]).toEqual([201, { trade_no: told.trade_no }]);
  expect((await order(wish, 'shop')).told.trade_no).toBe(told.trade_no);
  await refused(409, 'key_reused', order({ ...wish, amount: '1.00' }, 'shop'));
  await refused(409, 'static_limit', order({ ...wish, amount: '500.01' }, 'more'));
  const pays = { trade_no: told.trade_no, amount: told.amount, last_try: null, pocket: 'balance', ...proof };
  expect((await call('POST', '/me/payments', {}, pays)).told.state).toBe('paid');
  const { told: second } = await order({ ...wish, amount: '30.00' }, 'second');
  const again = { ...pays, trade_no: second.trade_no, amount: '30.00' };
  await refused(409, 'static_limit', call('POST', '/me/payments', {}, again));
  const { told: limits } = await call('GET', '/me/limits');
  expect(limits.limits.find(one => one.kind === 'static_code')).toMatchObject({ used: '480.00', left: '20.00' });
  const { told: page } = await call('GET', '/me/notices?limit=5');
  expect(page.notices[0]).toMatchObject({ kind: 'payment_done', opens: { screen: 'bill', no: told.trade_no } });
  const { told: next } = await call('GET', `/me/notices?limit=100&before=${page.next}`);
  expect(next.notices.map(one => one.id)).not.toContain(page.notices[4].id);
  await refused(400, 'bad_limit', call('GET', '/me/notices?limit=0'));
});

test('codes to pay, passkeys, stops, passwords and the end', async () => {
  await refused(403, 'pay_password_needed', call('POST', '/me/pay-codes', {}, {}));
  expect((await call('POST', '/me/pay-codes', {}, proof)).status).toBe(201);
  await call('POST', '/me/stop-payment');
  await call('DELETE', '/me/stop-payment', {}, proof);
  await call('POST', '/passkeys/options', {}, { login_password: LOGIN_PASSWORD, ...proof });
  await call('POST', '/passkeys', {}, { challenge_id: 'x', credential: { id: 'key' }, name: 'phone' });
  await call('GET', '/passkeys');
  await call('DELETE', '/passkeys/{id}', { id: 'key' }, proof);
  await call('POST', '/sessions/passkey/options', {}, {});
  await call('POST', '/sessions/passkey', {}, { challenge_id: 'x', credential: { id: 'key' } });
  await call('POST', '/identity', {}, { name: '张三', id_number: '11010519491231002X' });
  const [{ no }] = (await call('GET', '/me/agreements')).told.agreements;
  await call('DELETE', '/me/agreements/{no}', { no });
  await call('POST', '/challenges', {}, { to: LOGIN, purpose: 'pay_password' });
  await call('POST', '/pay-password', {}, { to: LOGIN, code: CODE, password: '590317' });
  await call('DELETE', '/sessions/{id}', { id: 'others' });
  await call('POST', '/login-password', {}, { to: LOGIN, code: CODE, password: 'apple-tree-8' });
  await refused(401, 'not_signed_in', call('GET', '/me'));
  const newcomer = { to: LOGIN, code: CODE, login_password: LOGIN_PASSWORD, ...proof };
  await call('POST', '/people', {}, newcomer);
});

test('every call of the mock was compared', () => {
  const all = CALLS.map(([method, path]) => `${method} ${path}`);
  expect(all.filter(one => ![...asked].some(done => done.split('?')[0] === one))).toEqual([]);
});
