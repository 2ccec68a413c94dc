// The code for the counter as it is printed: one page with the name of the shop, and a code that a reader of another
// maker reads.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { prepareZXingModule, readBarcodes } from '../../web/node_modules/zxing-wasm/dist/es/reader/index.js';
import { signInAt } from './desk.mjs';
import { person } from './passkey.mjs';
import { base, begin, end, open, sandbox } from './wallet.mjs';

const NAME = '咖啡与面包·Café «北»';
const STORE = '南京店';
const SIZE = { width: 1440, height: 1200 };

const reader = new URL('../../web/node_modules/zxing-wasm/dist/reader/zxing_reader.wasm', import.meta.url);

before(async () => {
  await prepareZXingModule({ overrides: { wasmBinary: readFileSync(reader) }, fireImmediately: true });
  await begin();
});

after(end);

/** What the streams of a PDF hold, those that are packed unpacked. */
function* streamsOf(pdf) {
  let at = 0;
  for (;;) {
    const begins = pdf.indexOf('stream', at);
    const ends = pdf.indexOf('endstream', begins);
    if (begins < 0 || ends < 0) {
      return;
    }
    const from = begins + 'stream'.length + (pdf[begins + 'stream'.length] === 0x0d ? 2 : 1);
    const bytes = pdf.subarray(from, ends);
    try {
      yield inflateSync(bytes).toString('latin1');
    } catch {
      yield bytes.toString('latin1');
    }
    at = ends + 'endstream'.length;
  }
}

// Fonts draw some letters as the radicals that look the same, and say those.
const letter = hex => Buffer.from(hex, 'hex').swap16().toString('utf16le').normalize('NFKC');

/** The letters that the fonts of a PDF say they draw: each font holds those alone that stand on a page. */
function lettersIn(pdf) {
  const letters = new Set();
  for (const text of streamsOf(pdf)) {
    for (const [, part] of text.matchAll(/beginbfchar([^]*?)endbfchar/g)) {
      [...part.matchAll(/<[\da-f]+>\s*<([\da-f]+)>/gi)].forEach(([, hex]) => letters.add(letter(hex)));
    }
    for (const [, part] of text.matchAll(/beginbfrange([^]*?)endbfrange/g)) {
      for (const [, first, last, hex] of part.matchAll(/<([\da-f]+)>\s*<([\da-f]+)>\s*<([\da-f]+)>/gi)) {
        const count = Number.parseInt(last, 16) - Number.parseInt(first, 16) + 1;
        const begin = Number.parseInt(hex, 16);
        Array.from({ length: count }, (_, place) => letters.add(String.fromCodePoint(begin + place).normalize('NFKC')));
      }
    }
  }
  return letters;
}

/** What the one code on a picture says. */
async function read(picture) {
  const found = await readBarcodes(new Blob([picture]), { formats: ['QRCode'], tryHarder: true });
  assert.equal(found.length, 1, 'there is one code');
  return found[0].text;
}

/** A field of an EMVCo text by its path, as `62.03`: two digits of id, two of length in characters, what it holds. */
function fieldOf(text, [id, ...rest]) {
  const letters = [...text];
  for (let at = 0; at + 4 <= letters.length;) {
    const length = Number(letters.slice(at + 2, at + 4).join(''));
    const held = letters.slice(at + 4, at + 4 + length).join('');
    if (letters.slice(at, at + 2).join('') === id) {
      return rest.length ? fieldOf(held, rest) : held;
    }
    at += 4 + length;
  }
  return undefined;
}

for (const form of ['plain', 'emv']) {
  test(`what is printed has the name of the shop and a code that is read (${form})`, async t => {
    const seller = `shop${randomBytes(5).toString('hex')}@example.com`;
    const { user_id: id } = await sandbox.send('/party', { kind: 'merchant', login: seller, name: NAME });
    await sandbox.send('/app', { seller_id: id });
    const login = await person(base, sandbox);
    await sandbox.send(`/merchants/${seller}/staff`, { login, role: 'owner' });
    const page = await open(t, SIZE);
    await signInAt(page, 'merchant', login);
    const { origin } = new URL(base);
    const opened = await page.request.post(`${base}/api/v1/sellers/${id}/stores`,
      { headers: { origin }, data: { store_id: 'S1', store_name: STORE } });
    assert.equal(opened.status(), 200, await opened.text());
    const told = await (await page.request.get(`${base}/api/v1/sellers/${id}/counter-code?store_id=S1`)).json();

    await page.goto(`${base}/app/merchant/#/${id}/codes?part=counter`);
    await page.locator('select[name="store"]').selectOption('S1');
    await page.locator('.counter-poster .poster-store').filter({ hasText: STORE }).waitFor();
    await page.locator(`input[type="radio"][value="${form}"]`).check();
    await page.locator('.counter-poster img').evaluate(image => image.decode());
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    assert.equal(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length, 1, 'it is one page');
    const letters = lettersIn(pdf);
    const missing = [...(NAME + STORE).normalize('NFKC')].filter(one => one !== ' ' && !letters.has(one));
    assert.deepEqual(missing, [], 'each letter of both names is printed');

    await page.emulateMedia({ media: 'print' });
    const said = await read(await page.locator('.counter-poster').screenshot());
    assert.equal(said, form === 'emv' ? told.emv_text : told.text);
    if (form === 'emv') {
      assert.deepEqual(['00', '01', '53', '58'].map(field => fieldOf(said, [field])), ['01', '11', '156', 'CN']);
      assert.equal(fieldOf(said, ['26', '00']), 'com.tongbao');
      assert.match(fieldOf(said, ['62', '03']), /S1/);
    }
  });
}
