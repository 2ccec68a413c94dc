// What people do at the desk of merchants and at the console alike.
import { LOGIN_PASSWORD } from './passkey.mjs';
import { base, fill } from './wallet.mjs';

/** Signs in at an app that has a desk, and comes to its first screen. */
export async function signInAt(page, app, login) {
  await page.goto(`${base}/app/${app}/`);
  await page.waitForURL(/#\/sign-in/);
  await fill(page, 'login', login);
  await fill(page, 'password', LOGIN_PASSWORD);
  await page.locator('form button[type="submit"]').click();
  await page.locator('.frame h1').first().waitFor();
}

/** Waits until nothing is being loaded. */
export async function settled(page) {
  await page.locator('main h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('.loading, [aria-busy="true"]') === null);
}
