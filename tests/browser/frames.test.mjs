// Nobody shows a page of the platform inside one of their own, where a click could be led astray; and no page of the
// platform runs a script that is written into it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { STEP_LIMIT_MS } from './chromium.mjs';
import { everyPage } from './pages.mjs';
import { PAY_PASSWORD, person } from './passkey.mjs';
import { base, begin, end, open, sandbox } from './wallet.mjs';

let pages;

before(async () => {
  await begin();
  pages = await everyPage(await person(base, sandbox), PAY_PASSWORD);
});

after(end);

/** Where the addresses of others lead that Chromium does not show. */
const REFUSED = 'chrome-error://chromewebdata/';

/** A page of somebody else with these addresses inside, and one of its own. */
async function strangers(t, addresses) {
  const html = addresses.map(one => `<iframe src="${one.replaceAll('&', '&amp;')}"></iframe>`).join('');
  const http = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(request.url === '/own' ? '<!doctype html><p>own</p>'
      : `<!doctype html><link rel="icon" href="data:,"><iframe src="/own"></iframe>${html}`);
  }).listen(0, '127.0.0.1');
  await new Promise(done => http.once('listening', done));
  t.after(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${http.address().port}/`;
}

/** A directive of a policy, as its words; absent, what stands in for it. */
function directive(policy, name) {
  const told = Object.fromEntries(policy.split(';').map(one => one.trim().split(/\s+/))
    .map(([key, ...words]) => [key, words]));
  return told[name] ?? told['default-src'];
}

test('every page says that nobody frames it, and that no script stands in it', async () => {
  for (const [name, address] of Object.entries(pages)) {
    const answer = await fetch(address, { headers: { accept: 'text/html' } });
    assert.ok(answer.ok, `${name}: ${answer.status}`);
    assert.match(answer.headers.get('content-type'), /^text\/html/, name);
    const policy = answer.headers.get('content-security-policy') ?? '';
    assert.deepEqual(directive(policy, 'frame-ancestors'), ["'none'"], name);
    assert.deepEqual(directive(policy, 'default-src'), ["'none'"], name);
    assert.deepEqual(directive(policy, 'base-uri'), ["'none'"], name);
    assert.deepEqual(directive(policy, 'script-src')
      .filter(one => !["'none'", "'self'", "'wasm-unsafe-eval'"].includes(one)),
      [], `${name} takes scripts of its own files alone`);
    // The gateway's page of an error holds nothing to click, and says so by its policy alone.
    assert.equal(answer.headers.get('x-frame-options'), name === 'a link that was changed' ? null : 'DENY', name);
    const html = await answer.text();
    assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)[^>]*>|\son[a-z]+\s*=\s*["']/i, `${name} has no script within`);
  }
});

test('a script that is written into a page does not run, on any page', async t => {
  const page = await open(t, { width: 1440, height: 900,
    forgives: /Content Security Policy|Blocked script execution|^policy: script-src/ });
  for (const [name, address] of Object.entries(pages)) {
    await page.goto(address);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.documentElement.dataset.ran = "script"';
      document.documentElement.append(script);
      const image = document.createElement('img');
      image.setAttribute('onerror', 'document.documentElement.dataset.ran = "handler"');
      image.src = 'data:image/png;base64,AAAA';
      document.documentElement.append(image);
    });
    // From here: the page of an error runs nothing at all, and no timer either.
    await sleep(100);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.ran), undefined, name);
  }
});

for (const from of ['127.0.0.1', 'localhost']) {
  test(`no page is shown inside a page of somebody else (at another port of ${from})`, async t => {
    const addresses = Object.values(pages);
    const page = await open(t, { width: 1440, height: 900,
      forgives: /frame-ancestors|X-Frame-Options|ERR_BLOCKED|frame/i });
    const theirs = (await strangers(t, addresses)).replace('127.0.0.1', from);
    await page.goto(theirs);
    const frames = () => page.frames().slice(1);
    const shown = () => frames().filter(one => one.url() !== REFUSED && one.url() !== `${theirs}own`);
    for (const limit = Date.now() + STEP_LIMIT_MS; frames().length <= addresses.length || shown().length > 0;) {
      assert.ok(Date.now() < limit, `shown inside another page: ${shown().map(one => one.url()).join(' ')}`);
      await sleep(50);
    }
    assert.equal(frames().length, addresses.length + 1);
    assert.equal(await page.frameLocator('iframe >> nth=0').locator('p').innerText(), 'own',
      'the page does show frames');
    for (const frame of frames().filter(one => one.url() === REFUSED)) {
      assert.equal(await frame.locator('#root, form, input').count(), 0);
      assert.doesNotMatch(await frame.locator('body').innerText(), /通宝|Tongbao/);
    }
  });
}
