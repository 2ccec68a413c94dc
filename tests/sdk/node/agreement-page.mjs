// What a buyer's browser does on the page on which agreements are signed, without a browser.
import assert from 'node:assert/strict';
import { PAY_PASSWORD } from './server.mjs';

const DAY_MS = 86_400_000;

/** The day in China of a moment in microseconds UTC. */
export const chinaDay = atUs => new Date(atUs / 1000 + 8 * 3600_000).toISOString().slice(0, 10);

/** The day so many days after another. */
export const dayAfter = (day, days) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

const plain = text => text.replaceAll('&quot;', '"').replaceAll('&#34;', '"').replaceAll('&#39;', '\'')
  .replaceAll('&#38;', '&').replaceAll('&amp;', '&');

/** The fields of a page's form. */
function fieldsOf(html) {
  const fields = new URLSearchParams();
  for (const [input] of html.matchAll(/<input[^>]*>/g)) {
    const [, name] = /name="([^"]*)"/.exec(input) ?? [];
    if (name) {
      fields.set(name, plain(/value="([^"]*)"/.exec(input)?.[1] ?? ''));
    }
  }
  return fields;
}

/** Sends the form that an SDK made, signs the page that it leads to, and gives what stood there and the way back. */
export async function signOnPage(form, login) {
  const sent = await fetch(plain(/action="([^"]*)"/.exec(form)[1]),
    { method: 'POST', body: fieldsOf(form), redirect: 'manual' });
  assert.ok([302, 303].includes(sent.status), await sent.text());
  const url = new URL(sent.headers.get('location'), sent.url).href;
  const page = await fetch(url, { headers: { 'accept-language': 'zh-CN' } });
  const shown = await page.text();
  assert.equal(page.status, 200, shown);
  const fields = fieldsOf(shown);
  fields.set('login', login);
  fields.set('pay_password', PAY_PASSWORD);
  const cookie = page.headers.getSetCookie().map(one => one.split(';')[0]).join('; ');
  const done = await fetch(url, { method: 'POST', body: fields, headers: { cookie, origin: new URL(url).origin } });
  const text = await done.text();
  assert.equal(done.status, 200, text);
  const back = [...text.matchAll(/href="([^"]*)"/g)].map(([, href]) => plain(href))
    .find(href => href.includes('page.sign.return'));
  assert.ok(back, 'the page leads back to the shop');
  return { shown, back };
}
