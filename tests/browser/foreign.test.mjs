// What a page of somebody else asks for in the name of whoever is signed in changes nothing: by every route that
// writes, of the API, of the buyer's pages and of the sandbox, and in each form that a browser sends without asking
// first.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { newNumber } from '../sdk/node/server.mjs';
import { PAY_PASSWORD, person, signIn as signInByForm } from './passkey.mjs';
import { base, begin, CARD, end, gateway, open, precreate, sandbox, signIn, statusOf } from './wallet.mjs';

const EVIL = 'http://evil.example';
/** What says that somebody else's page asks. */
const FOREIGN = [
  { origin: EVIL }, { origin: 'http://127.0.0.1:1' }, { origin: 'http://localhost' },
  { origin: 'null', 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
];
/** What a browser sends to anybody without asking first. */
const PLAIN = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'];

/** Where the routes of the buyer's pages and of the sandbox are written. The sandbox asks nobody who they are: what
 *  keeps others out is that no page but its own may ask. */
const SOURCE = fileURLToPath(new URL('../../crates/portal/src', import.meta.url));
/** Those whose paths are put together there. */
const PUT_TOGETHER = ['/passkey/options', '/oauth2/user/sign-in/passkey',
  ...['user', 'merchant'].flatMap(kind => [`/oauth2/${kind}/sign-in`, `/oauth2/${kind}/agree`]),
  ...['cashier', 'qr'].flatMap(way => ['sign-in', 'sign-in/passkey', 'pay', 'pay/passkey', 'pay/passkey/options',
    'revoke'].map(act => `/${way}/{token}/${act}`))];

/** The paths of the buyer's pages and of the sandbox. Those of the API are in its description. */
function paths() {
  const files = readdirSync(SOURCE, { recursive: true }).filter(name => name.endsWith('.rs') && !/^api\b/.test(name));
  const written = files.flatMap(name => readFileSync(join(SOURCE, name), 'utf8').split('#[cfg(test)]')[0])
    .flatMap(text => [...text.matchAll(/\.route\(\s*"(\/[^"]*)"/g)].map(([, found]) => found));
  return [...new Set([...written, ...PUT_TOGETHER])];
}

let routes;
let described;

before(async () => {
  await begin();
  described = await (await fetch(`${base}/api/v1/openapi.json`)).json();
  routes = Object.entries(described.paths).flatMap(([path, of]) => Object.keys(of).filter(method => method !== 'get')
    .map(method => ({ method: method.toUpperCase(), path })));
});

after(end);

/** Somebody with money, a card, a shop of its own with a store and an order that was paid, who may do all that a
 *  console lets anybody do in a world without staff; and how all that stands. */
async function everybody(t) {
  const login = await person(base, sandbox);
  const asked = await sandbox.send('/bank/cards', { login, card_number: CARD, holder: '王小明', mobile: '13812345678' });
  await sandbox.send('/bank/cards/confirm', { login, card_id: asked.card_id,
    code: /\d{6}/.exec(asked.bank_message)[0] });
  const shop = `foreign${newNumber()}@example.com`;
  const { user_id: seller_id } = await sandbox.send('/party', { kind: 'merchant', login: shop, name: '茶馆' });
  const { app_id } = await sandbox.send('/app', { seller_id });
  await sandbox.send(`/merchants/${shop}/staff`, { login, role: 'owner' });
  await sandbox.send('/stores', { login: shop, store_id: 'S1', store_name: '东门店' });
  const page = await open(t);
  await signIn(page, login);
  const look = async path => {
    const answer = await page.request.get(`${base}/api/v1${path}`);
    assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  };
  const till = await page.request.post(`${base}/api/v1/sellers/${seller_id}/codes`,
    { data: { amount: '1.00', subject: '茶' }, headers: { 'idempotency-key': randomUUID() } });
  assert.ok(till.ok(), await till.text());
  const { trade_no } = (await look(`/sellers/${seller_id}/orders`)).orders[0];
  const places = { seller_id, app_id, trade_no, store_id: 'S1', number: '1', login: shop, no: asked.card_id, id: '1',
    user_id: seller_id, notify_id: '1', kind: 'license' };
  const stands = async () => ({
    me: await look('/me'), cards: await look('/me/cards'), bills: await look('/me/bills'),
    sessions: (await look('/sessions')), agreements: await look('/me/agreements'), passkeys: await look('/passkeys'),
    notices: await look('/me/notices'),
    orders: await look(`/sellers/${seller_id}/orders`), staff: await look(`/sellers/${seller_id}/staff`),
    stores: await look(`/sellers/${seller_id}/stores`), apps: await look(`/sellers/${seller_id}/apps`),
    risk: await look('/ops/risk'), operators: await look('/ops/operators'),
    contracts: await look(`/ops/contracts?user_id=${seller_id}`),
    faults: (await sandbox.send('/faults')), clock: Boolean((await sandbox.send('/clock')).frozen),
  });
  return { page, places, stands, login };
}

const filled = (path, places) => path.replace(/\{(\w+)\}/g, (_, name) => {
  assert.ok(places[name], `what stands for {${name}} in ${path}?`);
  return encodeURIComponent(places[name]);
});

/** How all stands, without what looking at it changes. */
const plainly = told => JSON.parse(JSON.stringify(told,
  (key, value) => (/seen|last_used|now|_at$/.test(key) ? undefined : value)));

/** A page of somebody else that is open on this device: to a browser it is the same site, with another port. */
async function strangersPage(t, page) {
  const http = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end('<!doctype html><link rel="icon" href="data:,"><p>own</p>');
  }).listen(0, '127.0.0.1');
  await new Promise(done => http.once('listening', done));
  t.after(() => {
    http.closeAllConnections();
    http.close();
  });
  const theirs = await page.context().newPage();
  await theirs.goto(`http://127.0.0.1:${http.address().port}/`);
  return theirs;
}

/** What comes of a form that sends itself into a frame of its page. */
async function submitted(page, attributes, fields) {
  const [answer] = await Promise.all([page.waitForResponse(response => response.url() === attributes.action),
    page.evaluate(({ attributes, fields }) => {
      const form = document.createElement('form');
      for (const [name, value] of Object.entries({ ...attributes, target: 'x' })) {
        form.setAttribute(name, value);
      }
      for (const [name, value] of Object.entries(fields)) {
        form.append(Object.assign(document.createElement('input'), { name, value }));
      }
      document.body.replaceChildren(form, Object.assign(document.createElement('iframe'), { name: 'x' }));
      form.submit();
    }, { attributes, fields })]);
  return answer;
}

test('no call of the API is taken from the page of somebody else, whatever form it has', async t => {
  const { page, places, stands } = await everybody(t);
  const cookie = (await page.context().cookies()).map(one => `${one.name}=${one.value}`).join('; ');
  assert.ok(cookie, 'somebody is signed in');
  assert.ok(routes.length > 70, `${routes.length} routes`);
  const before = plainly(await stands());
  for (const { method, path } of routes) {
    const address = base + filled(path, places);
    const call = async (headers, type) => {
      const answer = await fetch(address, { method, redirect: 'manual',
        headers: { cookie, 'idempotency-key': randomUUID(), 'content-type': type, ...headers },
        body: type === 'application/json' ? '{}' : '{"a":"="}' });
      return { status: answer.status, told: await answer.text() };
    };
    for (const headers of FOREIGN) {
      for (const type of ['application/json', ...PLAIN]) {
        const { status, told } = await call(headers, type);
        assert.deepEqual([status, JSON.parse(told).code], [403, 'foreign_site'],
          `${method} ${path} ${JSON.stringify(headers)} ${type}: ${told}`);
      }
    }
    // Without a word of where it comes from it is a program, which says that it sends JSON. Not all take a body.
    if (described.paths[path][method.toLowerCase()].requestBody && !/documents/.test(path)) {
      for (const type of PLAIN) {
        const { status, told } = await call({}, type);
        assert.ok(status >= 400 && status < 500, `${method} ${path} ${type}: ${status} ${told}`);
      }
    }
  }
  assert.deepEqual(plainly(await stands()), before);
  // The same session does all that from its own page.
  const own = await fetch(`${base}/api/v1/sellers/${places.seller_id}/stores`, { method: 'POST',
    headers: { cookie, origin: base, 'content-type': 'application/json' },
    body: JSON.stringify({ store_id: 'S2', store_name: '西门店' }) });
  assert.ok(own.ok, await own.text());
});

test('in a browser a page of somebody else reaches nothing, although the session goes with its calls', async t => {
  const { page, places, stands } = await everybody(t);
  const before = plainly(await stands());
  const theirs = await strangersPage(t, page);
  const answered = [];
  theirs.on('response', response => answered.push([response.request().method(), new URL(response.url()).pathname,
    response.status()]));
  const [mine] = await Promise.all([theirs.waitForResponse(`${base}/api/v1/me`), theirs.evaluate(address =>
    fetch(address, { mode: 'no-cors', credentials: 'include' }).then(() => undefined), `${base}/api/v1/me`)]);
  assert.equal(mine.status(), 200, 'the session goes with its calls, or this proves nothing');
  const calls = routes.map(({ method, path }) => ({ method, path: filled(path, places) }));
  await theirs.evaluate(async ({ base, calls }) => {
    for (const { method, path } of calls) {
      const body = new Blob(['{}'], { type: 'text/plain' });
      const asks = method === 'POST'
        ? [{ mode: 'no-cors', body }, { mode: 'no-cors', body: new URLSearchParams({ a: 'b' }) },
          { mode: 'cors', body: '{}', headers: { 'content-type': 'application/json', 'idempotency-key': 'k' } }]
        : [{ mode: 'cors' }];
      for (const ask of asks) {
        await fetch(base + path, { method, credentials: 'include', ...ask }).catch(() => undefined);
      }
    }
  }, { base, calls });
  await theirs.waitForTimeout(200);
  const taken = answered.filter(([method, , status]) => !['GET', 'OPTIONS'].includes(method) && status !== 403);
  assert.deepEqual(taken, [], 'a call of somebody else was taken');
  assert.ok(answered.filter(([method]) => method === 'POST').length
    >= 2 * calls.filter(one => one.method === 'POST').length,
    `${answered.length} answers`);
  assert.deepEqual(plainly(await stands()), before);

  // The old way: a form that sends itself, its text made to look like JSON.
  for (const [path, value] of [[`/api/v1/sellers/${places.seller_id}/stores`, { store_id: 'S9', store_name: 'x' }],
    ['/api/v1/me/stop-payment', {}], ['/sandbox/topup', { login: places.login, amount: '9.00', key: newNumber() }],
    ['/sandbox/faults', { fault: 'notify-delay:2' }]]) {
    for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await submitted(theirs, { action: base + path, method: 'post', enctype },
        { [JSON.stringify({ ...value, a: 1 }).replace(/}$/, ',"z":"')]: '"}' });
      assert.equal(answer.status(), 403, `${path} ${enctype}`);
    }
  }
  assert.deepEqual(plainly(await stands()), before);
});

/** What writes of a path, as the platform tells its own page that asks with a method that no path has. */
async function writesOf(filledPath) {
  const answer = await fetch(base + filledPath, { method: 'PROPFIND', headers: { origin: base } });
  assert.equal(answer.status, 405, `there is no ${filledPath}`);
  return answer.headers.get('allow').split(',').filter(method => !['GET', 'HEAD'].includes(method));
}

test('no form of the buyer’s pages and no call of the sandbox comes from somebody else', async () => {
  const counts = { sandbox: 0, pages: 0 };
  for (const one of paths()) {
    const there = one.replace(/\{\*?\w+\}/g, 'x');
    for (const method of await writesOf(there)) {
      counts[there.startsWith('/sandbox') ? 'sandbox' : 'pages']++;
      for (const headers of FOREIGN) {
        for (const type of ['application/json', ...PLAIN]) {
          const answer = await fetch(base + there, { method, redirect: 'manual', body: '{}',
            headers: { 'content-type': type, ...headers } });
          const told = await answer.text();
          assert.deepEqual([answer.status, told], [403, 'this form was sent by another site'],
            `${method} ${there} ${type}`);
        }
      }
    }
  }
  assert.ok(counts.sandbox >= 70 && counts.pages >= 45, `too few were found: ${JSON.stringify(counts)}`);
});

test('a signed-in buyer’s cashier pays nothing that a page of somebody else asks for', async t => {
  const login = await person(base, sandbox);
  const order = await precreate('5.00');
  const page = await open(t);
  await page.goto(order.qr);
  await signInByForm(page, login);
  const form = page.locator('form').filter({ has: page.locator('input[name="pocket"]') });
  const action = new URL(await form.getAttribute('action'), page.url()).href;
  const fields = await form.evaluate(one => Object.fromEntries(new FormData(one)));
  const { csrf, ...guessed } = { ...fields, pay_password: PAY_PASSWORD };
  assert.ok(csrf, 'the form has a token');
  const theirs = await strangersPage(t, page);
  for (const more of [{}, { referrerpolicy: 'no-referrer' }]) {
    for (const sent of [{ ...guessed, csrf }, guessed]) {
      const answer = await submitted(theirs, { action, method: 'post', ...more }, sent);
      assert.equal(answer.status(), 403);
    }
  }
  // A browser that tells nothing of where a form comes from: then the form's own token decides.
  const cookie = (await page.context().cookies()).map(one => `${one.name}=${one.value}`).join('; ');
  for (const headers of [{ cookie }, { cookie, origin: 'null' }]) {
    for (const token of [{}, { csrf: '' }, { csrf: `${csrf.slice(0, -2)}xx` }]) {
      const body = new URLSearchParams({ ...guessed, ...token });
      await (await fetch(action, { method: 'POST', redirect: 'manual', headers, body })).text();
    }
  }
  assert.notEqual(await statusOf(order.no), 'TRADE_SUCCESS');
  // Nothing of it was wrong but where it came from.
  const password = form.locator('input[name="pay_password"]');
  await (await password.count() > 0 && password.fill(PAY_PASSWORD));
  await form.locator('button[type="submit"]').first().click();
  await page.waitForLoadState('load');
  assert.equal(await statusOf(order.no), 'TRADE_SUCCESS');
});
