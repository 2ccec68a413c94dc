// Money, moments and names are written for whoever reads them, in both languages, on every face: with the time of the
// books, which is China's, also on a device in New York; and never as programs write them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newNumber } from '../sdk/node/server.mjs';
import { signInAt } from './desk.mjs';
import { PAY_PASSWORD, person, signIn as signInByForm } from './passkey.mjs';
import { at, base, begin, button, end, enter, fill, gateway, open, sandbox, shows, signIn, text } from './wallet.mjs';

const DESK = { width: 1440, height: 900, timezoneId: 'America/New_York' };
const AMOUNT = '1234.50';
const SHOWN = /¥\s?1,234\.50/;

before(begin);

after(end);

const SAY = {
  'zh-CN': { lang: /^zh/, hello: /\*.*明/, next: '下一步', check: '核对收款人', other: /[A-Z][a-z]{2} \d{1,2}, \d{4}/ },
  'en-US': { lang: /^en/, hello: /\*.*明/, next: 'Next', check: 'Check the payee', other: /\d{4}年\d{1,2}月/ },
};

/** A moment as people of a language read it: to the second, or without year and seconds. */
const moments = (at, locale) => [
  { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' },
].map(style => new Intl.DateTimeFormat(locale, { timeZone: 'Asia/Shanghai', hourCycle: 'h23', ...style })
  .format(new Date(at)));

/** A page that is read: its language, money with its sign and groups, and nothing as programs write it. */
async function readable(page, name, { lang, other }, { money = true, moment } = {}) {
  if (money) {
    await page.waitForFunction(one => new RegExp(one).test(document.body.innerText), SHOWN.source)
      .catch(async error => {
      throw new Error(`${name}: ${error.message}\n${await text(page)}`);
    });
  }
  // The screen before may stand there a moment longer.
  if (moment) {
    await page.waitForFunction(all => all.some(one => document.body.innerText.includes(one)), moment)
      .catch(async error => {
      throw new Error(`${name} does not say ${moment.join(' or ')}: ${error.message}\n${await text(page)}`);
    });
  }
  assert.match(await page.locator('html').getAttribute('lang'), lang, name);
  const told = await text(page);
  assert.doesNotMatch(told, /(?<![\d,])1234\.50?(?!\d)/, `${name} groups what is more than a thousand`);
  assert.doesNotMatch(told, /\d{4}-\d\d-\d\dT\d\d:/, `${name} writes moments for people`);
  assert.doesNotMatch(told, other, `${name} writes days in its own language`);
  assert.doesNotMatch(told, /王小明|\b(null|undefined|NaN|Invalid Date)\b/, name);
}

for (const [locale, say] of Object.entries(SAY)) {
  test(`money, moments and names are written for whoever reads them (${locale})`, async t => {
    const payer = await person(base, sandbox);
    // Known well enough to pay more than a thousand.
    for (const [kind, provider] of [['bank_card', 'two'], ['education', 'three'], ['utility', 'four']]) {
      await sandbox.send('/evidence', { login: payer, kind, provider });
    }
    await sandbox.send('/topup', { login: payer, amount: '5000.00', key: newNumber() });
    const owner = await person(base, sandbox);
    const { apps } = await sandbox.send('/demo');
    const { seller_login, seller_id } = apps.find(app => app.app_id === gateway.entry.app_id);
    await sandbox.send(`/merchants/${seller_login}/staff`, { login: owner, role: 'owner' });
    const made = await gateway.call('alipay.trade.precreate', { out_trade_no: newNumber(), total_amount: AMOUNT,
      subject: 'Oolong' });
    assert.equal(made.code, '10000', JSON.stringify(made));

    const cashier = await open(t, { locale, ...DESK });
    await cashier.goto(made.qr_code);
    await readable(cashier, 'the cashier', say);
    await signInByForm(cashier, payer);
    await readable(cashier, 'the cashier, signed in', say);
    const { trade_no } = await sandbox.send('/pay',
      { login: payer, pay_password: PAY_PASSWORD, qr_code: made.qr_code });
    await cashier.goto(made.qr_code);
    await readable(cashier, 'what came of it', say);

    const wallet = await open(t, { locale, ...DESK });
    await signIn(wallet, payer);
    const { bills } = await (await wallet.request.get(`${base}/api/v1/me/bills`)).json();
    const bill = bills.find(one => one.amount === AMOUNT);
    const seller = await open(t, { locale, ...DESK });
    await signIn(seller, owner);
    const { order } = await (await seller.request.get(`${base}/api/v1/sellers/${seller_id}/orders/${trade_no}`)).json();
    const moment = [bill.at, order.opened_at].flatMap(one => moments(one, locale));
    await wallet.locator('.row.bill').first().waitFor();
    assert.match(await wallet.locator('h1').first().innerText(), say.hello, 'home greets by the name, masked');
    await readable(wallet, 'home', say);
    await wallet.goto(at('/bills'));
    await wallet.locator('.row.bill').first().waitFor();
    await readable(wallet, 'bills', say);
    await wallet.goto(at(`/bills/${bill.no}`));
    await wallet.locator('.timeline').waitFor();
    await readable(wallet, 'a bill', say, { moment });
    for (const screen of ['/bills/months', '/notices']) {
      await wallet.goto(at(screen));
      await readable(wallet, screen, say);
    }
    await wallet.goto(at('/transfer'));
    await fill(wallet, 'to', owner);
    await fill(wallet, 'amount', AMOUNT);
    await button(wallet, say.next).click();
    await shows(wallet, say.check);
    await readable(wallet, 'a transfer', say);
    assert.match(await wallet.locator('.payee').innerText(), /\*.*明$/, 'a payee is named, masked');

    const desk = await open(t, { locale, ...DESK });
    await signInAt(desk, 'merchant', owner);
    for (const [screen, more] of [['/today', {}], ['/orders', { moment }], [`/orders/${trade_no}`, { moment }]]) {
      await desk.goto(`${base}/app/merchant/#/${seller_id}${screen}`);
      await readable(desk, `the desk at ${screen}`, say, more);
    }
    const operator = await open(t, { locale, ...DESK });
    await signInAt(operator, 'console', owner);
    for (const [screen, more] of [['/orders', { moment }], [`/orders/${trade_no}`, { moment }]]) {
      await operator.goto(`${base}/app/console/#${screen}`);
      await readable(operator, `the console at ${screen}`, say, more);
    }
    const { user_id } = await (await wallet.request.get(`${base}/api/v1/me`)).json();
    await operator.goto(`${base}/app/console/#/parties/${user_id}`);
    await readable(operator, 'a party', say);
    const developer = await open(t, { locale, ...DESK });
    await developer.goto(`${base}/app/sandbox/#/requests`);
    await developer.locator('main h1').waitFor();
    assert.match(await developer.locator('html').getAttribute('lang'), say.lang);
    assert.doesNotMatch(await text(developer), /\d{4}-\d\d-\d\dT\d\d:/);
  });
}
