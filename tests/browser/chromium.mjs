// One Chromium for the tests of a file, and pictures of its pages in target/screenshots/.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const screenshots = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../target/screenshots');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const STEP_LIMIT_MS = 15_000;

let browser;
let profile;

export async function startBrowser() {
  assert.ok(existsSync(CHROMIUM), `${CHROMIUM} is missing: apt-get install chromium, or set CHROMIUM`);
  mkdirSync(screenshots, { recursive: true });
  profile = mkdtempSync(path.join(tmpdir(), 'tongbao-chromium-'));
  browser = await chromium.launch({
    executablePath: CHROMIUM, headless: true, env: { ...process.env, HOME: profile },
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-dev-shm-usage'],
  });
}

export async function stopBrowser() {
  await browser?.close();
  if (profile) {
    rmSync(profile, { recursive: true, force: true });
  }
}

/** A page of a fresh browser context that fails the test on script errors and refused resources, but for what the test
 *  `forgives` because it does it itself. */
export async function open(t, { locale = 'zh-CN', width = 390, height = 844, forgives = /favicon/, ...more } = {}) {
  const context = await browser.newContext({ locale, viewport: { width, height }, ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_LIMIT_MS);
  const complaints = [];
  page.on('pageerror', error => complaints.push(`script: ${error.message}`));
  page.on('console', message => {
    const told = message.text() + message.location().url;
    if (message.type() === 'error' && !/favicon|status of 4\d\d/.test(told) && !forgives.test(told)) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, [], 'the pages must run without errors under their own content security policy');
  });
  return page;
}

const SIZES = [[390, 844], [1280, 800]];

/** Takes the page at phone and at desktop width; on the phone nothing may stick out sideways. */
export async function shoot(page, name, sizes = SIZES) {
  const before = page.viewportSize();
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: path.join(screenshots, `${name}-${width}.png`), fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${name} is ${wide} px wider than ${width}`);
  }
  await page.setViewportSize(before);
}
