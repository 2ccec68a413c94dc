// Pre-authorisations in the wallet: one that waits leads to the page to agree on, one that is held is listed, and one
// of a merchant that was closed is ended there. Pictures at 390 and 1280 px go to target/screenshots/.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newNumber, PAY_PASSWORD, Sandbox, startServer } from '../sdk/node/server.mjs';
import { open, shoot, startBrowser, stopBrowser } from './chromium.mjs';
import { Gateway } from './gateway.mjs';

let server;
let sandbox;
let gateway;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  gateway = new Gateway(server.ready.apps.find(app => app.mode === 'key'), server.ready);
  await startBrowser();
});

after(async () => {
  await stopBrowser();
  await server?.stop();
});

const text = page => page.locator('body').innerText();
const setSeller = status => sandbox.send('/party/status', { user_id: gateway.entry.seller_id, status });

async function freeze(login, amount, title) {
  const { auth_code } = await sandbox.send('/paycode', { login });
  const frozen = await gateway.call('alipay.fund.auth.order.freeze', { out_order_no: newNumber(),
    out_request_no: newNumber(), order_title: title, amount, auth_code, product_code: 'PRE_AUTH' });
  assert.match(frozen.code, /^1000[03]$/, JSON.stringify(frozen));
}

async function signIn(page, login) {
  await page.locator('input[name="login"]').fill(login);
  await page.locator('input[name="pay_password"]').fill(PAY_PASSWORD);
  await page.locator('form[method="post"] button[type="submit"]').first().click();
  await page.waitForLoadState('load');
}

for (const [locale, say] of [
  ['zh-CN', { look: '查看并同意', agree: '同意并冻结', done: /预授权已生效/, waits: /待同意/, end: '结束预授权', ended: /剩余金额已解冻/ }],
  ['en-US', { look: 'See and agree', agree: 'Agree', done: /set aside for the payee/, waits: /Waits for you/,
    end: 'End this pre-authorisation', ended: /The rest is free again/ }],
]) {
  test(`a buyer agrees to a freeze from the wallet, and ends one of a closed merchant (${locale})`, async t => {
    const buyer = await sandbox.buyer('3000.00');
    await freeze(buyer.login, '1500.00', '湖边酒店押金');
    await freeze(buyer.login, '300.00', '相机租借');
    const page = await open(t, { locale });
    const wallet = new URL('/wallet', server.ready.gateway).href;
    await page.goto(wallet);
    await signIn(page, buyer.login);
    for (let tries = 0; tries < 50 && !(await text(page)).includes('300.00'); tries += 1) await page.reload();
    assert.match(await text(page), say.waits);
    await shoot(page, `wallet-freezes-${locale}`);
    await page.getByRole('link', { name: say.look }).click();
    await page.waitForLoadState('load');
    assert.match(await text(page), /1,?500\.00/);
    await signIn(page, buyer.login);
    assert.match(await text(page), say.done);
    await page.goto(wallet);
    assert.doesNotMatch(await text(page), say.waits);
    assert.equal(await page.getByRole('link', { name: say.end }).count(), 0, 'the merchant is there');
    await setSeller('closed');
    t.after(() => setSeller('normal'));
    await page.goto(wallet);
    await shoot(page, `wallet-freezes-closed-${locale}`);
    for (let left = 2; left > 0; left -= 1) {
      assert.equal(await page.getByRole('link', { name: say.end }).count(), left);
      await page.getByRole('link', { name: say.end }).first().click();
      await page.waitForLoadState('load');
      if (left === 2) await shoot(page, `freeze-end-${locale}`);
      await page.getByRole('button', { name: say.end }).click();
      await page.waitForLoadState('load');
      assert.match(await text(page), say.ended);
      await page.goto(wallet);
    }
    assert.match(await text(page), /3,?000\.00/, 'all of it is there again');
    await setSeller('normal');
  });
}
