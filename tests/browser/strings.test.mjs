// Two hundred texts that would run a script if a page took them for markup, as names of merchants, subjects, bodies and
// stores, on the pages of every role: nothing runs, and what was written is what stands there.
import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { newNumber } from '../sdk/node/server.mjs';
import { LOGIN_PASSWORD, PAY_PASSWORD, person } from './passkey.mjs';
import { at, base, begin, end, fill, open, sandbox, signIn, text } from './wallet.mjs';

/** What they call. A page that runs one of them says so on its console, which fails the test. */
const CALL = 'ran()';
const MARKUP = [
  `<script>${CALL}</script>`, `<img src=x onerror=${CALL}>`, `<svg onload=${CALL}>`, `<svg/onload=${CALL}>`,
  `<iframe src=javascript:${CALL}>`, `<a href=javascript:${CALL}>x</a>`, `<body onload=${CALL}>`,
  `<details open ontoggle=${CALL}>`, `<video><source onerror=${CALL}>`, `<input autofocus onfocus=${CALL}>`,
  `<select autofocus onfocus=${CALL}>`, `<marquee onstart=${CALL}>`, `<object data=javascript:${CALL}>`,
  `<embed src=javascript:${CALL}>`, `<math href=javascript:${CALL}>x`, `<style>@import"javascript:${CALL}"`,
  `<base href=javascript:${CALL}//>`, `<form action=javascript:${CALL}>`, `<p style=x:expression(${CALL})>`,
  `javascript:${CALL}`,
];
const AROUND = [
  one => one, one => `">${one}`, one => `'>${one}`, one => `</title>${one}`, one => `</textarea>${one}`,
  one => `-->${one}`, one => `</script>${one}`, one => `]]>${one}`, one => `{{${one}}}`, one => `\${${one}}`,
];
const TEXTS = AROUND.flatMap(around => MARKUP.map(around));
/** A subject takes none of these three signs. */
const asSubject = one => one.replaceAll(/[/=&]/g, ' ');

before(begin);

after(end);

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Sells under a name, a subject and a body that are such a text; with nobody to pay, the order waits. */
async function sell(name, payer, owner) {
  const login = `evil${randomBytes(6).toString('hex')}@example.com`;
  const { user_id: seller } = await sandbox.send('/party', { kind: 'merchant', login, name });
  const public_key = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const { app_id } = await sandbox.send('/app', { seller_id: seller, public_key });
  await sandbox.send(`/merchants/${login}/staff`, { login: owner, role: 'owner' });
  const params = {
    app_id, method: 'alipay.trade.precreate', format: 'JSON', charset: 'utf-8', sign_type: 'RSA2', version: '1.0',
    timestamp: new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 19).replace('T', ' '),
    biz_content: JSON.stringify({ out_trade_no: newNumber(), total_amount: '0.01', subject: asSubject(name), body: name }),
  };
  const signed = Object.keys(params).sort().map(key => `${key}=${params[key]}`).join('&');
  const sign = createSign('RSA-SHA256').update(signed).sign(keys.privateKey, 'base64');
  const answer = await fetch(`${base}/gateway.do`, { method: 'POST', body: new URLSearchParams({ ...params, sign }) });
  const { alipay_trade_precreate_response: told } = await answer.json();
  assert.equal(told.code, '10000', JSON.stringify(told));
  const html = await (await fetch(told.qr_code)).text();
  assert.ok(!html.includes(name) || !name.includes('<'), `the cashier writes ${name} as it is`);
  if (payer === null) {
    return { qr: told.qr_code };
  }
  const { trade_no } = await sandbox.send('/pay', { login: payer, pay_password: PAY_PASSWORD, qr_code: told.qr_code });
  return { login, seller, trade_no };
}

/** Some of the texts stand there, and nothing that runs was made of them. */
async function harmless(page, where) {
  await page.locator('main').getByText('ran()').first().waitFor().catch(async error => {
    throw new Error(`${where} shows none of the texts: ${error.message}\n${await text(page)}`);
  });
  const found = await page.evaluate(() => [...document.querySelectorAll('*')].filter(element =>
    [...element.attributes].some(one => /^on/.test(one.name) || /^\s*javascript:/i.test(one.value))
    || element.localName === 'script' && element.textContent.includes('ran()')).map(element => element.outerHTML));
  assert.deepEqual(found, [], where);
}

/** A page that tells when a text ran. */
async function watched(t) {
  const page = await open(t, { locale: 'en-US', width: 1440, height: 900 });
  await page.addInitScript(() => {
    globalThis.ran = () => console.error('a text ran');
  });
  return page;
}

test('two hundred texts that look like scripts stay texts, whoever looks at them', async t => {
  assert.equal(new Set(TEXTS).size, 200);
  const payer = await person(base, sandbox);
  const owner = await person(base, sandbox);
  const sold = [];
  for (const name of TEXTS) {
    sold.push(await sell(name, payer, owner));
  }
  const [shop] = sold;
  for (const [place, name] of TEXTS.entries()) {
    await sandbox.send('/stores', { login: shop.login, store_id: `S${place}`, store_name: name });
  }

  await t.test('in the wallet and on the cashier', async t => {
    const page = await watched(t);
    await signIn(page, payer);
    for (const screen of ['/', '/bills', `/bills?q=${encodeURIComponent(asSubject(TEXTS.at(-2)))}`]) {
      await page.goto(at(screen));
      await page.locator('.row.bill').first().waitFor();
      await harmless(page, `the wallet at ${screen}`);
    }
    for (const name of MARKUP) {
      const { qr } = await sell(name, null, owner);
      await page.goto(qr);
      await harmless(page, 'the cashier');
    }
  });

  await t.test('at the desk of a merchant', async t => {
    const page = await watched(t);
    await page.goto(`${base}/app/merchant/`);
    await enter(page, owner);
    await harmless(page, 'the choice of a merchant');
    for (const screen of ['/orders', `/orders/${shop.trade_no}`, '/stores']) {
      await page.goto(`${base}/app/merchant/#/${shop.seller}${screen}`);
      await settled(page);
      await harmless(page, `the desk at ${screen}`);
    }
  });

  await t.test('at the console and on the page for developers', async t => {
    const page = await watched(t);
    await page.goto(`${base}/app/console/`);
    await enter(page, owner);
    for (const screen of [`/orders/${shop.trade_no}`, `/search?q=${shop.trade_no}`]) {
      await page.goto(`${base}/app/console/#${screen}`);
      await settled(page);
      await harmless(page, `the console at ${screen}`);
    }
    await page.goto(`${base}/app/sandbox/#/requests`);
    await page.locator('main h1').waitFor();
    await settled(page);
  });
});

/** Signs in at a desk. */
async function enter(page, login) {
  await page.waitForURL(/#\/sign-in/);
  await fill(page, 'login', login);
  await fill(page, 'password', LOGIN_PASSWORD);
  await page.locator('form button[type="submit"]').click();
  await page.locator('.frame h1').waitFor();
  await settled(page);
}

/** Waits until nothing is being loaded. */
async function settled(page) {
  await page.locator('main h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('.loading, [aria-busy="true"]') === null);
}
