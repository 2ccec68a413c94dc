// Two hundred texts that would run a script if a page took them for markup, as names of merchants, subjects, bodies and
// stores, on the pages of every role: nothing runs, and what was written is what stands there.
import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { newNumber } from '../sdk/node/server.mjs';
import { LOGIN_PASSWORD, PAY_PASSWORD, person, signIn as signInByForm } from './passkey.mjs';
import { at, base, begin, end, fill, gateway, open, paste, sandbox, signIn, text } from './wallet.mjs';

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

/** Where merchants of this file are told what was paid: to nobody, so that the news waits. */
const NOBODY = 'http://127.0.0.1:9/notify';

/** Sells under a name, a subject and a body that are such a text; with nobody to pay, the order waits. */
async function sell(name, payer, owner) {
  const login = `evil${randomBytes(6).toString('hex')}@example.com`;
  const { user_id: seller } = await sandbox.send('/party', { kind: 'merchant', login, name });
  const public_key = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const { app_id } = await sandbox.send('/app', { seller_id: seller, public_key });
  await sandbox.send(`/merchants/${login}/staff`, { login: owner, role: 'owner' });
  const params = {
    app_id, method: 'alipay.trade.precreate', notify_url: NOBODY, format: 'JSON', charset: 'utf-8', sign_type: 'RSA2',
    version: '1.0',
    timestamp: new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 19).replace('T', ' '),
    biz_content: JSON.stringify({ out_trade_no: newNumber(), total_amount: '0.01', subject: asSubject(name),
      body: name }),
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
  return { login, seller, trade_no, name };
}

/** Nothing that runs was made of the texts, of which some stand there. A screen that shows none says so. */
async function harmless(page, where, isShown = true) {
  if (isShown) {
    await page.locator('main').getByText('ran()').first().waitFor().catch(async error => {
      throw new Error(`${where} shows none of the texts: ${error.message}\n${await text(page)}`);
    });
  }
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

  const refund = async (page, { seller, trade_no, name }) => {
    const answer = await page.request.post(`${base}/api/v1/sellers/${seller}/orders/${trade_no}/refunds`,
      { headers: { 'idempotency-key': newNumber() },
        data: { amount: '0.01', refundable: '0.01', reason: name.slice(0, 200) } });
    assert.ok(answer.ok(), await answer.text());
  };
  /** One of each way to write a script, from every corner of the two hundred. */
  const some = sold.filter((_, place) => place % (MARKUP.length / 2 + 1) === 0);

  await t.test('in the wallet', async t => {
    const page = await watched(t);
    await signIn(page, payer);
    for (const screen of ['/', '/bills', `/bills?q=${encodeURIComponent(asSubject(TEXTS.at(-2)))}`]) {
      await page.goto(at(screen));
      await page.locator('.row.bill').first().waitFor();
      await harmless(page, `the wallet at ${screen}`);
    }
    const { bills } = await (await page.request.get(`${base}/api/v1/me/bills?limit=100`)).json();
    for (const [place, bill] of bills.entries()) {
      if (place % 5 === 0) {
        await page.goto(at(`/bills/${bill.no}`));
        await page.locator('.timeline').waitFor();
        await harmless(page, 'a bill');
      }
    }
    for (const name of MARKUP) {
      const { qr } = await sell(name, null, owner);
      await page.goto(at(`/pay?qr_code=${encodeURIComponent(qr)}`));
      await harmless(page, 'an order that waits');
    }
    await page.goto(at('/notices'));
    await page.locator('.row.bill').first().waitFor();
    await harmless(page, 'notices');
    for (const screen of [...MARKUP.map(one => `/transfer?c=${encodeURIComponent(one)}`),
      ...MARKUP.map(one => `/shop?c=${encodeURIComponent(one)}`), '/bills/months', '/limits', '/agreements']) {
      await page.goto(at(screen));
      await page.locator('h1').first().waitFor();
      await harmless(page, `the wallet at ${screen}`, false);
    }
  });

  await t.test('at the counter, in a transfer and in its remark', async t => {
    const [page, counter] = [await watched(t), await watched(t)];
    await counter.goto(`${base}/app/merchant/`);
    await enter(counter, owner);
    await signIn(page, payer);
    for (const { seller } of some) {
      const { text: code } = await (await counter.request.get(`${base}/api/v1/sellers/${seller}/counter-code`)).json();
      await paste(page, code, { read: 'Read it' });
      await harmless(page, 'the shop of a counter code');
    }
    for (const remark of MARKUP.slice(0, 5)) {
      const sent = await sandbox.send('/transfers',
        { login: payer, pay_password: PAY_PASSWORD, payee: owner, amount: '0.10',
          remark, out_biz_no: newNumber(), accept_unknown: true });
      assert.ok(sent, 'a transfer');
    }
    for (const login of [payer, owner]) {
      const wallet = await watched(t);
      await signIn(wallet, login);
      await wallet.goto(at('/bills'));
      await wallet.locator('.row.bill').first().click();
      await wallet.locator('.timeline').waitFor();
      await harmless(wallet, 'a transfer');
    }
  });

  await t.test('on the cashier and on the pages that need no script', async t => {
    const page = await watched(t);
    for (const name of MARKUP) {
      const { qr } = await sell(name, null, owner);
      await page.goto(qr);
      await harmless(page, 'the cashier');
      await signInByForm(page, payer);
      await harmless(page, 'the cashier, signed in');
      await page.locator('form').filter({ has: page.locator('input[name="pocket"]') }).locator('button[type="submit"]')
        .first().click();
      await page.waitForLoadState('load');
      await page.goto(qr);
      await harmless(page, 'what came of it');
      assert.equal(await page.locator('input[name="pocket"]').count(), 0, 'it is paid');
    }
    await page.goto(`${base}/wallet`);
    await signInByForm(page, payer);
    await harmless(page, 'the buyer’s page');
    for (const place of await page.locator('main a[href*="trade"]')
      .evaluateAll(all => all.slice(0, 20).map(one => one.href))) {
      await page.goto(place);
      await harmless(page, 'an order of the buyer’s page');
    }
  });

  await t.test('at the desk of a merchant', async t => {
    const page = await watched(t);
    await page.goto(`${base}/app/merchant/`);
    await enter(page, owner);
    await harmless(page, 'the choice of a merchant');
    for (const one of some) {
      await refund(page, one);
      for (const screen of ['/orders', `/orders/${one.trade_no}`]) {
        await page.goto(`${base}/app/merchant/#/${one.seller}${screen}`);
        await settled(page);
        await harmless(page, `the desk at ${screen}`);
      }
    }
    await page.goto(`${base}/app/merchant/#/${shop.seller}/stores`);
    await settled(page);
    await harmless(page, 'the desk’s stores');
    await page.goto(`${base}/app/merchant/#/${shop.seller}/codes?part=counter`);
    await page.locator('select[name="store"]').selectOption('S1');
    await page.locator('.poster-store').getByText('ran()').waitFor();
    await harmless(page, 'the code of a counter', false);
    for (const screen of ['/today', '/till', '/staff', '/bills', '/bills?part=settlements', '/apps', '/notifications',
      '/doctor', '/activity', '/codes']) {
      await page.goto(`${base}/app/merchant/#/${shop.seller}${screen}`);
      await settled(page);
      await harmless(page, `the desk at ${screen}`, false);
    }
    await page.locator('input[name="amount"]').fill('1');
    await page.locator('input[name="subject"]').fill(asSubject(TEXTS[1]));
    await page.locator('form button[type="submit"]').first().click();
    await page.locator('.poster img').waitFor();
    await harmless(page, 'a poster');
    await page.goto(`${base}/app/merchant/#/${shop.seller}/doctor`);
    await page.locator('textarea[name="request"]').fill(new URLSearchParams({ app_id: TEXTS[0], method: TEXTS[1],
      sign: TEXTS[2], biz_content: TEXTS[3] }).toString());
    await page.locator('form button[type="submit"]').first().click();
    await page.locator('main').locator('.note, .wrong').first().waitFor();
    await harmless(page, 'the doctor', false);
  });

  await t.test('at the console', async t => {
    const page = await watched(t);
    await page.goto(`${base}/app/console/`);
    await enter(page, owner);
    const me = await (await page.request.get(`${base}/api/v1/ops/me`)).json();
    for (const one of some) {
      for (const screen of [`/orders/${one.trade_no}`, `/search?q=${one.trade_no}`, `/parties/${one.seller}`]) {
        await page.goto(`${base}/app/console/#${screen}`);
        await settled(page);
        await harmless(page, `the console at ${screen}`);
      }
    }
    for (const screen of ['/orders', `/parties/${me.user_id}`]) {
      await page.goto(`${base}/app/console/#${screen}`);
      await settled(page);
      await harmless(page, `the console at ${screen}`, screen === '/orders');
    }
    for (const screen of ['/', '/ledger', '/ledger/accounts', '/ledger/transit', '/ledger/trial-balance', '/risk',
      '/cases', '/screening', '/applications', '/contracts', '/recon', '/suspense', '/days', '/configuration',
      '/world', '/operators', '/trail', ...MARKUP.map(one => `/search?q=${encodeURIComponent(one)}`)]) {
      await page.goto(`${base}/app/console/#${screen}`);
      await settled(page);
      await harmless(page, `the console at ${screen}`, false);
    }
    const condition = { id: 'X', condition: 'amount_minor > 9900000', verdict: 'review', reason_zh: TEXTS[0],
      reason_en: TEXTS[1] };
    await page.goto(`${base}/app/console/#/risk/edit`);
    await page.locator('textarea[name="rules"]').fill(JSON.stringify([condition]));
    await page.locator('.changes').waitFor();
    await harmless(page, 'rules that are written', false);
  });

  await t.test('on the pages for developers', async t => {
    const page = await watched(t);
    // What people say is masked there; what programs say is not, and a wrong request may say anything.
    for (const name of MARKUP) {
      const body = new URLSearchParams({ app_id: gateway.entry.app_id, method: name, version: name, sign_type: 'RSA2',
        sign: name, timestamp: name, charset: 'utf-8',
        biz_content: JSON.stringify({ out_trade_no: name, [name]: name }) });
      await (await fetch(gateway.url, { method: 'POST', body })).text();
    }
    await page.goto(`${base}/app/sandbox/#/requests`);
    await page.locator('main h1').waitFor();
    await settled(page);
    await harmless(page, 'requests');
    const { requests } = await sandbox.send('/requests');
    for (const { number } of requests.slice(0, 2 * MARKUP.length)) {
      await page.goto(`${base}/app/sandbox/#/requests/${number}`);
      await settled(page);
      await harmless(page, 'a request', false);
    }
    await page.goto(`${base}/app/sandbox/#/inbox`);
    await settled(page);
    await harmless(page, 'the inbox', false);
    for (const screen of ['/', '/buyers', '/inbox', '/desks', '/faults', '/clock', '/world']) {
      await page.goto(`${base}/app/sandbox/#${screen}`);
      await settled(page);
      await harmless(page, `the sandbox at ${screen}`, false);
    }
    for (const path of ['/sandbox', '/sandbox/faults', '/sandbox/methods', '/sandbox/recon', '/sandbox/profiles',
      '/sandbox/close', '/sandbox/doctor']) {
      await page.goto(base + path);
      await harmless(page, path, false);
    }
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
