// One Chromium for the tests of a file, and pictures of its pages in target/screenshots/.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const screenshots = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../target/screenshots');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const STEP_LIMIT_MS = 15_000;

let browser;
let profile;

const launch = (home, more = []) => chromium.launch({
  executablePath: CHROMIUM, headless: true, env: { ...process.env, HOME: home },
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-dev-shm-usage', ...more],
});

export async function startBrowser() {
  assert.ok(existsSync(CHROMIUM), `${CHROMIUM} is missing: apt-get install chromium, or set CHROMIUM`);
  mkdirSync(screenshots, { recursive: true });
  profile = mkdtempSync(path.join(tmpdir(), 'tongbao-chromium-'));
  browser = await launch(profile);
}

/** One more browser, for a test that needs another one than all others; `open` takes it. */
export async function anotherBrowser(t, args) {
  const home = mkdtempSync(path.join(tmpdir(), 'tongbao-chromium-'));
  const other = await launch(home, args);
  t.after(async () => {
    await other.close();
    rmSync(home, { recursive: true, force: true });
  });
  return other;
}

export async function stopBrowser() {
  await browser?.close();
  if (profile) {
    rmSync(profile, { recursive: true, force: true });
  }
}

/** A page of a fresh browser context that fails the test on script errors and refused resources, but for what the test
 *  `forgives` because it does it itself. `of` is another browser than that of the file. */
export async function open(t, { locale = 'zh-CN', width = 390, height = 844, forgives = /favicon/, of, ...more } = {}) {
  const context = await (of ?? browser).newContext({ locale, viewport: { width, height }, ...more });
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

/** What axe finds wrong with a page as it stands. */
export async function findings(page) {
  await page.evaluate(AXE);
  return (await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))).violations;
}

/** Serious findings that are let be, by what axe calls the rule and the element. */
const LET_BE = [
  { rule: 'meta-refresh', target: 'meta[http-equiv="refresh"]',
    reason: 'the pay code without a script lives for a minute, and its page has no other way to show the next one' },
];

const isLetBe = (rule, { target }) => LET_BE.some(one => one.rule === rule && one.target === String(target));

/** No serious findings of accessibility, neither at the width of a phone nor at that of a desktop. */
export async function accessible(page, name) {
  const before = page.viewportSize();
  for (const [width, height] of [[390, 844], [1440, 900]]) {
    await page.setViewportSize({ width, height });
    const serious = (await findings(page)).filter(one => ['serious', 'critical'].includes(one.impact))
      .map(({ id, nodes }) => ({ id, nodes: nodes.filter(node => !isLetBe(id, node)) }))
      .filter(one => one.nodes.length > 0)
      .map(one => `${one.id}: ${one.nodes.map(node => `${node.target} ${node.failureSummary}`).join(' | ')}`);
    assert.deepEqual(serious, [], `${name} is accessible at ${width} px`);
  }
  await page.setViewportSize(before);
}
