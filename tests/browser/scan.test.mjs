// The scan screen of the wallet: a code is read from a picture, and by the camera, which here is a film that a second
// browser takes for one. The codes are those that people see: on the cashier of a desktop, and on the phone of a payee.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { newNumber } from '../sdk/node/server.mjs';
import { anotherBrowser } from './chromium.mjs';
import { person } from './passkey.mjs';
import {
  at, base, begin, button, end, enter, gateway, moneyOf, open, outcome, sandbox, shows, signIn, statusOf, titled,
} from './wallet.mjs';

const FILM = { width: 640, height: 480 };

before(begin);

after(end);

/** An order whose code the cashier shows on a desktop, and a picture of that code. */
async function onDesktop(t) {
  const no = newNumber();
  const page = await open(t, { width: 1440, height: 900 });
  await page.goto(gateway.pageLink('alipay.trade.page.pay', { out_trade_no: no, total_amount: '12.80',
    subject: '桂花乌龙', product_code: 'FAST_INSTANT_TRADE_PAY' }));
  const picture = await page.getByRole('img', { name: '付款二维码' }).screenshot();
  return { no, page, picture };
}

/** A film of one grey picture in the form that Chromium takes for a camera: each frame is a plane of brightness, then
 *  two of colour at half the size. */
async function filmOf(t, page, picture) {
  const grey = await page.evaluate(async ({ src, width, height }) => {
    const image = Object.assign(new Image(), { src });
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const brush = canvas.getContext('2d');
    brush.fillStyle = '#fff';
    brush.fillRect(0, 0, width, height);
    const side = height - 80;
    brush.drawImage(image, (width - side) / 2, 40, side, side);
    return [...brush.getImageData(0, 0, width, height).data.filter((_, place) => place % 4 === 0)];
  }, { src: `data:image/png;base64,${picture.toString('base64')}`, ...FILM });
  const folder = mkdtempSync(path.join(tmpdir(), 'tongbao-film-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const colours = Buffer.alloc(FILM.width * FILM.height / 2, 128);
  const frame = [Buffer.from('FRAME\n'), Buffer.from(grey), colours];
  const film = path.join(folder, 'code.y4m');
  writeFileSync(film, Buffer.concat([Buffer.from(`YUV4MPEG2 W${FILM.width} H${FILM.height} F10:1 Ip A1:1 C420jpeg\n`),
    ...Array(10).fill(frame).flat()]));
  return film;
}

/** A picture as a phone has it: its file ends where the picker is left. */
const give = (page, buffer) =>
  page.locator('input[type="file"]').setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer });

/** The order is on the screen, and is paid. */
async function pays(page, no) {
  await page.waitForURL(/#\/pay\?qr_code=/);
  await shows(page, '桂花乌龙');
  await button(page, '确认付款 ¥12.80').click();
  await enter(page);
  await outcome(page, '付款成功');
  assert.equal(await statusOf(no), 'TRADE_SUCCESS');
  assert.equal(await moneyOf(page), '87.20');
}

test('a picture of an order’s code leads to paying it, and a picture without a code leads nowhere', async t => {
  const { no, page: desktop, picture } = await onDesktop(t);
  const page = await open(t);
  await signIn(page, await person(base, sandbox));
  await page.goto(at('/scan'));
  await shows(page, '无法使用摄像头');
  await give(page, await desktop.locator('h1').first().screenshot());
  await shows(page, '图片中没有找到二维码。');
  assert.match(page.url(), /#\/scan$/);
  await give(page, picture);
  await pays(page, no);
});

test('a picture of a payee’s code leads to a transfer', async t => {
  const payee = await open(t);
  await signIn(payee, await person(base, sandbox));
  await payee.goto(at('/collect'));
  const picture = await payee.locator('img.qrcode').screenshot();
  const page = await open(t);
  await signIn(page, await person(base, sandbox));
  await page.goto(at('/scan'));
  await give(page, picture);
  await page.waitForURL(/#\/transfer\?c=/);
  await titled(page, '转账');
});

test('the camera sees an order’s code, and leads to paying it', async t => {
  const { no, page: desktop, picture } = await onDesktop(t);
  // The cashier's policy lets its page draw nothing; an empty page may.
  await desktop.goto('about:blank');
  const film = await filmOf(t, desktop, picture);
  const of = await anotherBrowser(t, ['--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`]);
  const page = await open(t, { of, permissions: ['camera'] });
  await signIn(page, await person(base, sandbox));
  await page.locator('.purse-acts').getByRole('link', { name: '扫一扫' }).click();
  await pays(page, no);
});
