// @vitest-environment node
// The mock's merchants answer in the shapes of api/openapi.json, and refuse as the platform does.
import { beforeEach, describe, expect, test } from 'vitest';
import { SELLERS } from './sellers.mjs';
import { OTHER_SELLER, SELLER } from './shop-world.mjs';
import { api, wrongs } from './shapes.mjs';
import { livedIn, newWorld } from './world.mjs';

const bare = path => path.replace(/\{\w+\}/g, '{}');
const described = new Map(Object.entries(api.paths).map(([path, calls]) => [bare(path), calls]));
const OF = '/sellers/{seller}';

let world;
const asked = new Set();

beforeEach(() => {
  world = livedIn(newWorld());
});

/** Asks the mock, and compares what it says with what is described. */
async function call(method, path, { parts = {}, body, key, query = '' } = {}) {
  asked.add(`${method} ${path}`);
  const [, , , act] = SELLERS.find(([verb, template]) => verb === method && template === path);
  const at = { path: { seller: SELLER, ...parts }, query: new URLSearchParams(query), body, key, root: 'http://mock/' };
  const told = await act(world, at);
  const known = described.get(bare(`/api/v1${path}`))?.[method.toLowerCase()];
  expect(known, `${method} ${path} is described`).toBeDefined();
  const good = Object.entries(known.responses).find(([status]) => status.startsWith('2'))?.[1];
  const schema = good?.content?.['application/json']?.schema;
  if (schema) {
    expect(wrongs(schema, JSON.parse(JSON.stringify(told))), `${method} ${path}`).toEqual([]);
  }
  return told;
}

const refused = async (code, doing) => expect(doing).rejects.toMatchObject({ code });
const charge = (pay_code, key, amount = '8.80') =>
  call('POST', `${OF}/till`, { body: { pay_code, amount, subject: '茶' }, key });

describe('merchants', () => {
  test('orders, refunds and days', async () => {
    await call('GET', '/sellers');
    await call('GET', `${OF}/dashboard`);
    const { orders } = await call('GET', `${OF}/orders`, { query: 'limit=100' });
    for (const { trade_no: no } of orders) {
      await call('GET', `${OF}/orders/{no}`, { parts: { no } });
    }
    const { trade_no: no, amount } = orders.find(one => one.state === 'paid' && one.refunded === '0.00');
    const wish = { amount: '1.00', refundable: amount };
    const refund = body => call('POST', `${OF}/orders/{no}/refunds`, { parts: { no }, body, key: 'r1' });
    const first = await refund(wish);
    expect(await refund(wish)).toMatchObject({ refund: first.refund, replayed: true });
    await refused('key_reused', refund({ ...wish, amount: '2.00' }));
    const again = call('POST', `${OF}/orders/{no}/refunds`, { parts: { no }, body: wish, key: 'r2' });
    await refused('changed', again);
    await call('GET', `${OF}/bills`);
    await call('GET', `${OF}/bills/{day}`, { parts: { day: '2026-01-01' } });
    await call('GET', `${OF}/settlements`);
  });

  test('a buyer who asks for its money', async () => {
    const { requests } = await call('GET', `${OF}/refund-requests`);
    const [{ order, request }] = requests;
    const parts = { no: order.trade_no };
    expect((await call('GET', `${OF}/orders/{no}`, { parts })).refund_request).toEqual(request);
    const refuse = asking =>
      call('POST', `${OF}/orders/{no}/refund-request/refusal`, { parts, body: { asking, reason: '已食用' } });
    await refused('request_changed', refuse(2));
    expect((await refuse(1)).request).toMatchObject({ state: 'refused', answer: '已食用' });
    expect((await call('GET', `${OF}/refund-requests`)).requests).toEqual([]);
  });

  test('the till and its codes', async () => {
    expect(await charge('281234567890123450', 't1')).toMatchObject({ outcome: 'paid' });
    await refused('balance_too_low', charge('281234567890123452', 't2'));
    const again = await charge('281234567890123450', 't2');
    expect(again, 'another code pays the same order').toMatchObject({ outcome: 'paid' });
    await refused('unknown', charge('281234567890123453', 't3'));
    expect(await charge('281234567890123453', 't3')).toMatchObject({ outcome: 'paid', replayed: true });
    const { order } = await charge('281234567890123451', 't4');
    expect(order.state).toBe('waiting');
    await call('POST', `${OF}/orders/{no}/cancel`, { parts: { no: order.trade_no } });
    await refused('bad_pay_code', charge('1', 't5'));
    for (const [end, state] of [['4', 'paid'], ['5', 'closed']]) {
      const told = { code: `already_${state}`, more: { state, trade_no: expect.stringMatching(/^\d{28}$/) } };
      await expect(charge(`28123456789012345${end}`, `t6${end}`)).rejects.toMatchObject(told);
    }
    await call('POST', `${OF}/codes`, { body: { amount: '1.00', subject: '茶' }, key: 'c1' });
  });

  test('the code of a counter', async () => {
    expect(await call('GET', `${OF}/counter-code`)).toMatchObject({ name: '咖啡与面包', store_id: null });
    const [{ store_id, store_name }] = (await call('GET', `${OF}/stores`)).stores;
    const query = `store_id=${store_id}`;
    expect(await call('GET', `${OF}/counter-code`, { query })).toMatchObject({ store_id, store_name });
    await refused('store_not_found', call('GET', `${OF}/counter-code`, { query: 'store_id=none' }));
  });

  test('apps, notifications and the doctor', async () => {
    const { apps } = await call('GET', `${OF}/apps`);
    const [{ app_id: app }, other] = apps;
    const body = { public_key: other.keys[0].public_key, login_password: world.me.loginPassword };
    const add = asked => call('POST', `${OF}/apps/{app}/keys`, { parts: { app }, body: asked });
    await refused('bad_request', add({ ...body, login_password: undefined }));
    await refused('wrong_login', add({ ...body, login_password: 'another-1' }));
    expect(await add({ public_key: apps[0].keys[0].public_key }), 'it has this key').toMatchObject({ app_id: app });
    await refused('two_active', call('POST', `${OF}/apps/{app}/keys`, { parts: { app }, body }));
    await call('POST', `${OF}/apps/{app}/keys/{number}/promote`, { parts: { app, number: '2' } });
    await call('POST', `${OF}/apps/{app}/keys/{number}/retire`, { parts: { app, number: '1' } });
    const last = call('POST', `${OF}/apps/{app}/keys/{number}/retire`, { parts: { app, number: '2' } });
    await refused('last_active', last);
    await call('POST', `${OF}/apps/{app}/keys`, { parts: { app }, body });
    const { notifications } = await call('GET', `${OF}/notifications`);
    await call('POST', `${OF}/notifications/{id}/again`, { parts: { id: notifications[0].notify_id } });
    for (const request of ['sign=wrong', 'sign=right']) {
      await call('POST', `${OF}/doctor`, { body: { request, key: null } });
    }
  });

  test('staff and stores', async () => {
    const { staff } = await call('GET', `${OF}/staff`);
    const wish = { login: '13811112222', role: 'till' };
    await refused('bad_request', call('POST', `${OF}/staff`, { body: wish }));
    await call('POST', `${OF}/staff`, { body: { ...wish, pay_password: world.me.payPassword } });
    await refused('last_owner', call('DELETE', `${OF}/staff/{user}`, { parts: { user: staff[0].user_id } }));
    await call('DELETE', `${OF}/staff/{user}`, { parts: { user: staff[1].user_id } });
    const { acts } = await call('GET', `${OF}/acts`);
    expect(acts.slice(0, 2).map(one => one.act)).toEqual(['staff.end', 'staff.set']);
    await call('GET', `${OF}/stores`);
    await call('POST', `${OF}/stores`, { body: { store_id: 'S9', store_name: '新店' } });
    await call('POST', `${OF}/stores/{store}/close`, { parts: { store: 'S9' } });
  });

  test('a role is told what it may see, and leaves', async () => {
    const parts = { seller: OTHER_SELLER };
    const { orders } = await call('GET', `${OF}/orders`, { parts, query: 'state=paid' });
    const order = await call('GET', `${OF}/orders/{no}`, { parts: { ...parts, no: orders[0].trade_no } });
    expect(order).toMatchObject({ fee: null, fee_returned: null, splits: [], postings: [], notices: [] });
    await refused('last_owner', call('DELETE', `${OF}/staff/me`));
    await call('DELETE', `${OF}/staff/me`, { parts });
    await refused('seller_not_found', call('DELETE', `${OF}/staff/me`, { parts }));
    expect((await call('GET', '/sellers')).sellers.map(one => one.seller_id)).toEqual([SELLER]);
  });

  test('every call of the mock was compared', () => {
    expect(SELLERS.map(([method, path]) => `${method} ${path}`).filter(one => !asked.has(one))).toEqual([]);
  });
});
