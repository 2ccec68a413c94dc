// The wallet without a connection: what was seen last stands there and says so, nothing is paid, and with the
// connection comes what is so.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PAY_PASSWORD, person } from './passkey.mjs';
import {
  at, balance, base, begin, button, end, enter, fill, open, outcome, precreate, sandbox, sheet, shows, signIn, statusOf,
} from './wallet.mjs';

/** What the browser says of calls while it is cut off. */
const CUT_OFF = /ERR_INTERNET_DISCONNECTED/;

before(begin);

after(end);

test('cut off, the wallet shows what was seen last and pays nothing; then all is fresh', async t => {
  const login = await person(base, sandbox);
  const { qr } = await precreate('12.80');
  await sandbox.send('/pay', { login, pay_password: PAY_PASSWORD, qr_code: qr });
  const [begun, other] = [await precreate('7.00', '豆浆'), await precreate('8.00', '油条')];
  const elsewhere = await precreate('5.00', '冰粉');
  const page = await open(t, { forgives: CUT_OFF });
  const banner = page.locator('.offline').filter({ hasText: '当前没有网络连接。显示的是上次看到的内容，可能不是最新。' });
  await signIn(page, login);
  await balance(page, '87.20');
  assert.equal(await banner.count(), 0);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.waitForFunction(() => /87\.20[^]*桂花乌龙/.test(localStorage.getItem('tongbao-wallet-1')));
  const files = await page.evaluate(async () => {
    const kept = await Promise.all((await caches.keys()).map(name => caches.open(name)));
    return (await Promise.all(kept.map(one => one.keys()))).flat().map(request => new URL(request.url).pathname);
  });
  assert.ok(files.length > 0);
  assert.deepEqual(files.filter(name => !name.startsWith('/app/wallet/')), [],
    'the worker keeps files of the wallet alone');

  await page.goto(at(`/pay?qr_code=${encodeURIComponent(begun.qr)}`));
  await button(page, '确认付款 ¥7.00').waitFor();
  await page.context().setOffline(true);
  await banner.waitFor();
  await button(page, '确认付款 ¥7.00').click();
  await enter(page);
  await outcome(page, '结果尚不明确');
  await page.goto(at('/'));
  await page.reload();
  await banner.waitFor();
  await balance(page, '87.20');
  await page.locator('.row.bill').filter({ hasText: '桂花乌龙' }).filter({ hasText: '−¥12.80' }).waitFor();
  await page.goto(at('/bills'));
  await page.locator('.row.bill').filter({ hasText: '桂花乌龙' }).waitFor();

  const noAnswer = () => page.getByRole('alert').filter({ hasText: '没有收到答复' }).first().waitFor();
  await page.goto(at(`/pay?qr_code=${encodeURIComponent(other.qr)}`));
  await noAnswer();
  assert.equal(await button(page, /^确认付款/).count(), 0);
  await page.goto(at('/pay-code'));
  await shows(page, /没有网络时无法显示/);
  assert.equal(await page.locator('.codes img').count(), 0, 'there is no code to pay with');
  await page.goto(at('/transfer'));
  await fill(page, 'to', '13900000000000');
  await fill(page, 'amount', '5');
  await button(page, '下一步').click();
  await noAnswer();
  assert.equal(await sheet(page).count(), 0);
  await shows(page, /当前没有网络连接/);

  // Meanwhile something is paid on another device.
  await sandbox.send('/pay', { login, pay_password: PAY_PASSWORD, qr_code: elsewhere.qr });
  assert.notEqual(await statusOf(begun.no), 'TRADE_SUCCESS');
  await page.goto(at('/'));
  await balance(page, '87.20');
  await page.context().setOffline(false);
  await banner.waitFor({ state: 'detached' });
  await balance(page, '82.20');
  await page.locator('.row.bill').filter({ hasText: '冰粉' }).waitFor();
  await page.goto(at(`/pay?qr_code=${encodeURIComponent(other.qr)}`));
  await button(page, '确认付款 ¥8.00').click();
  await enter(page);
  await outcome(page, '付款成功');
  await page.goto(at('/'));
  await balance(page, '74.20');
});
