// The wallet app in a browser, with a server of its own: what people do there, for the tests that say what comes of it.
import assert from 'node:assert/strict';
import { newNumber, Sandbox, startServer } from '../sdk/node/server.mjs';
import { open as openPage, startBrowser, stopBrowser } from './chromium.mjs';
import { Gateway } from './gateway.mjs';
import { LOGIN_PASSWORD, PAY_PASSWORD, person } from './passkey.mjs';

/** A card of a bank that does what it is asked for. */
export const CARD = '6222021234567894';

export let sandbox;
export let gateway;
/** The address of the platform. */
export let base;
/** What the server told when it was ready. */
export let ready;
let server;

/** Starts the server and the browser. */
export async function begin() {
  server = await startServer();
  ({ ready } = server);
  sandbox = new Sandbox(server.ready.sandbox);
  gateway = new Gateway(server.ready.apps.find(app => app.mode === 'key'), server.ready);
  base = server.ready.base_url;
  await startBrowser();
}

/** Stops both. */
export async function end() {
  await stopBrowser();
  await server?.stop();
}

/** A page of the wallet. What its policy refuses is an error on the console, and a dialog fails the test. */
export async function open(t, { locale, ...more } = {}) {
  const page = await openPage(t, { locale, ...more });
  const dialogs = [];
  page.on('dialog', dialog => {
    dialogs.push(dialog.message());
    return dialog.dismiss();
  });
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', event =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)));
  t.after(() => assert.deepEqual(dialogs, [], 'no dialog appears'));
  return page;
}

export const at = (screen, house = base) => `${house}/app/wallet/#${screen}`;
export const text = page => page.locator('body').innerText();
export const button = (page, name) => page.getByRole('button', { name, exact: typeof name === 'string' });
export const link = (page, name) => page.getByRole('link', { name, exact: typeof name === 'string' });
export const fill = (page, name, value) => page.locator(`input[name="${name}"]`).fill(value);
export const sheet = page => page.locator('dialog.sheet[open]');

/** Waits for words; where they do not come, it tells what stands there. */
export const shows = (page, words) => page.getByText(words).first().waitFor().catch(async error => {
  throw new Error(`${error.message}\n${page.url()} shows:\n${await text(page)}`);
});

/** Waits for what came of it. */
export const outcome = (page, words) => page.locator('.result h2').getByText(words, { exact: true }).waitFor()
  .catch(async error => {
    throw new Error(`${error.message}\n${page.url()} shows:\n${await text(page)}`);
  });

/** Waits for a warning. */
export const warned = (page, words) => page.locator('.warning').filter({ hasText: words }).waitFor()
  .catch(async error => {
  throw new Error(`${error.message}\n${page.url()} shows:\n${await text(page)}`);
});

/** Waits for the title of a screen. */
export const titled = (page, title) => page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();

/** Types the payment password into the sheet, which must be there. */
export async function enter(page, password = PAY_PASSWORD) {
  await sheet(page).waitFor();
  await page.keyboard.type(password);
}

export async function signIn(page, login, house = base) {
  await page.goto(at('/', house));
  await page.waitForURL(/#\/sign-in/);
  await fill(page, 'login', login);
  await fill(page, 'password', LOGIN_PASSWORD);
  await page.locator('form button[type="submit"]').click();
  await page.locator('.purse').waitFor();
}

/** The balance that home shows, once it is the one that is waited for. */
export async function balance(page, amount) {
  await page.locator('.purse .amount').filter({ hasText: amount }).waitFor().catch(async error => {
    throw new Error(`${error.message}\nhome shows:\n${await text(page)}`);
  });
}

/** The money of somebody, as the platform has it. */
export const moneyOf = async page => (await (await page.request.get(`${base}/api/v1/me`)).json()).balance;

/** An order whose code waits to be scanned. */
export async function precreate(amount, subject = '桂花乌龙') {
  const no = newNumber();
  const made = await gateway.call('alipay.trade.precreate', { out_trade_no: no, total_amount: amount, subject });
  assert.equal(made.code, '10000', JSON.stringify(made));
  return { no, qr: made.qr_code };
}

export const statusOf = async no => (await gateway.call('alipay.trade.query', { out_trade_no: no })).trade_status;

/** Pastes the text of a code on the scan screen, and comes to what it stands for. */
export async function paste(page, code, say) {
  await page.goto(at('/scan'));
  await fill(page, 'code_text', code);
  await button(page, say.read).click();
}

/** Somebody with two cards besides the balance. */
export async function withCards(numbers) {
  const login = await person(base, sandbox);
  for (const card_number of numbers) {
    const asked = await sandbox.send('/bank/cards', { login, card_number, holder: '王小明', mobile: '13812345678' });
    const code = /\d{6}/.exec(asked.bank_message)[0];
    await sandbox.send('/bank/cards/confirm', { login, card_id: asked.card_id, code });
  }
  return login;
}
