// People with passkeys in Chromium's own virtual authenticator, for the browser tests.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { newNumber } from '../sdk/node/server.mjs';

export const LOGIN_PASSWORD = 'plum-blossom-7';
export const PAY_PASSWORD = '836205';

export const passkeyForm = page => page.locator('form[data-passkey]');
export const press = page => passkeyForm(page).locator('button').click();

async function api(home, path, body, token) {
  const response = await fetch(home.replace('localhost', '127.0.0.1') + path,
    { method: 'POST', body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) } });
  const told = await response.json();
  assert.ok(response.ok, `${path}: ${JSON.stringify(told)}`);
  return told;
}

/** What was sent to a phone. */
export const messages = async (sandbox, phone) => (await sandbox.send(`/messages?to=${phone}`)).messages;

let persons = randomInt(1000);

/** A number of an identity card that nobody else of this run has: accounts of one person share what it may pay. */
export function idNumber() {
  persons = (persons + 1) % 1000;
  const digits = `11010519491231${String(persons).padStart(3, '0')}`;
  const sum = [...digits].reduce((all, digit, place) => all + Number(digit) * (2 ** (17 - place) % 11), 0);
  return digits + '10X98765432'[sum % 11];
}

/** Registers somebody who may pay, with money. */
export async function person(home, sandbox, idNo = idNumber()) {
  const phone = `139${String(randomInt(1e8)).padStart(8, '0')}`;
  await api(home, '/api/v1/challenges', { to: phone, purpose: 'register' });
  const code = (await messages(sandbox, phone)).at(-1).code;
  const asked = { to: phone, code, login_password: LOGIN_PASSWORD, pay_password: PAY_PASSWORD };
  const { token } = await api(home, '/api/v1/people', asked);
  await api(home, '/api/v1/identity', { name: '王小明', id_number: idNo }, token);
  await sandbox.send('/evidence', { login: phone, kind: 'mobile_operator', provider: 'one' });
  await sandbox.send('/topup', { login: phone, amount: '100.00', key: newNumber() });
  return phone;
}

/** A device that keeps passkeys; `refuse(true)` makes its owner say no. */
export async function authenticator(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true } });
  return {
    refuse: no => devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: !no }),
    count: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
  };
}

/** Fills in the sign-in form of a page. */
export async function signIn(page, phone) {
  await page.locator('input[name="login"]').fill(phone);
  await page.locator('input[name="pay_password"]').first().fill(PAY_PASSWORD);
  await page.locator('form[method="post"] button[type="submit"]').first().click();
  await page.waitForLoadState('load');
}

/** Signs in to the wallet and adds a passkey. */
export async function add(page, home, phone, name) {
  await page.goto(`${home}/wallet/passkeys`);
  await signIn(page, phone);
  await fill(page, name);
  await press(page);
  await page.locator('.slip').getByText(name).waitFor();
}

/** Fills in the form that adds a passkey. */
export async function fill(page, name) {
  const form = passkeyForm(page);
  await form.locator('input[name="name"]').fill(name);
  await form.locator('input[name="login_password"]').fill(LOGIN_PASSWORD);
  await form.locator('input[name="pay_password"]').fill(PAY_PASSWORD);
}
