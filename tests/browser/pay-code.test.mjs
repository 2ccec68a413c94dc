// The pay code of the wallet: it is gone from the page while nobody looks, and another one each minute.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newNumber } from '../sdk/node/server.mjs';
import { accessible } from './chromium.mjs';
import { person } from './passkey.mjs';
import { at, base, begin, button, end, enter, gateway, open, sandbox, shows, signIn, text } from './wallet.mjs';

before(begin);

after(end);

const SAY = {
  'zh-CN': { hidden: '付款码已隐藏', show: '点击显示' },
  'en-US': { hidden: 'The pay code is hidden', show: 'Show it' },
};

/** The digits that stand there. */
const digits = async page => (await page.locator('.codes .digits').innerText()).replaceAll(' ', '');

/** Waits until another code stands there than this one. */
async function another(page, last) {
  await page.waitForFunction(one => {
    const now = document.querySelector('.codes .digits')?.textContent.replaceAll(' ', '');
    return now && now !== one;
  }, last);
  return digits(page);
}

/** What stands on the page, pictures and all, holds nothing to pay with. */
async function nothing(page, code) {
  await page.locator('.codes .digits').waitFor({ state: 'detached' });
  assert.equal(await page.locator('.codes img').count(), 0, 'no picture is left');
  const html = (await page.content()).replaceAll(/\s/g, '');
  assert.ok(!html.includes(code) && !html.includes(code.replace(/(\d{4})(?=\d)/g, '$1 ')), 'the code is gone');
}

/** Seconds of the page's clock, one by one: what a second leads to is done before the next one. */
async function seconds(page, count) {
  for (let second = 0; second < count; second += 1) {
    const left = await page.locator('.codes').innerText();
    await page.clock.runFor(1_000);
    await page.waitForFunction(one => document.querySelector('.codes .digits') === null
      || document.querySelector('.codes').innerText !== one, left);
  }
}

async function charge(code) {
  const { code: outcome } = await gateway.call('alipay.trade.pay', { out_trade_no: newNumber(), total_amount: '1.00',
    subject: '豆浆', scene: 'bar_code', auth_code: code });
  return outcome;
}

async function comes(t, locale) {
  const page = await open(t, { locale });
  await page.clock.install();
  await signIn(page, await person(base, sandbox));
  await page.goto(at('/pay-code'));
  await enter(page);
  await page.locator('img.barcode').waitFor();
  return page;
}

for (const [locale, say] of Object.entries(SAY)) {
  test(`a pay code is hidden when somebody looks elsewhere, and shown again on request (${locale})`, async t => {
    const page = await comes(t, locale);
    const first = await digits(page);
    await page.evaluate(() => globalThis.dispatchEvent(new Event('blur')));
    await shows(page, say.hidden);
    await nothing(page, first);
    await accessible(page, 'a hidden code');
    // A minute passes: nothing is fetched for nobody.
    const asked = [];
    page.on('request', request => /pay-codes/.test(request.url()) && asked.push(request.url()));
    await seconds(page, 70);
    await nothing(page, first);
    assert.deepEqual(asked, [], 'no code is made while nobody looks');
    await button(page, say.show).click();
    const second = await another(page, first);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await shows(page, say.hidden);
    await nothing(page, second);
    await page.evaluate(() => delete document.hidden);
    await button(page, say.show).click();
    assert.equal(await charge(await another(page, second)), '10000');
  });

  test(`another code stands there after a minute, and not before (${locale})`, async t => {
    const page = await comes(t, locale);
    let last = await digits(page);
    for (let round = 0; round < 2; round += 1) {
      await seconds(page, 55);
      assert.equal(await digits(page), last, await text(page));
      await seconds(page, 6);
      last = await another(page, last);
      assert.ok(await page.locator('img.barcode').evaluate(image => image.decode().then(() => image.naturalWidth > 0)));
    }
    assert.equal(await charge(last), '10000');
  });
}
