// What developers wrote about in public threads, each under the name of its thread: the project and the number.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { newNumber, sdkFor, Sandbox, startMerchant, startServer } from './fixture.mjs';

let server;
let sandbox;
let merchant;
let entry;
let sdk;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  merchant = await startMerchant();
  entry = server.ready.apps.find(app => app.mode === 'key');
  sdk = sdkFor(entry, server.ready);
});

after(async () => {
  await merchant?.close();
  await server?.stop();
});

const precreate = (number, more = {}) => sdk.exec('alipay.trade.precreate',
  { bizContent: { out_trade_no: number, total_amount: '1.00', subject: '茶' }, ...more }, { validateSign: true });
const query = number => sdk.exec('alipay.trade.query', { bizContent: { out_trade_no: number } }, { validateSign: true });

test('fzlee_9_query_before_the_scan', async () => {
  const number = newNumber();
  const { qrCode } = await precreate(number);
  assert.equal((await query(number)).subCode, 'ACQ.TRADE_NOT_EXIST', 'nobody has scanned the code yet');
  const buyer = await sandbox.buyer('5.00');
  await sandbox.pay(buyer.login, { qr_code: qrCode });
  assert.equal((await query(number)).tradeStatus, 'TRADE_SUCCESS');
});

test('gopay_413_notifications_reach_localhost', async () => {
  const number = newNumber();
  const { qrCode } = await precreate(number, { notifyUrl: merchant.url });
  const buyer = await sandbox.buyer('5.00');
  await sandbox.pay(buyer.login, { qr_code: qrCode });
  const params = await merchant.wait(number);
  assert.ok(sdk.checkNotifySignV2(params));
  assert.equal(params.trade_status, 'TRADE_SUCCESS');
});

test('smartwalle_257_error_bodies_in_gbk', async () => {
  const asked = sdk.sdkExecute('alipay.trade.query', { bizContent: { out_trade_no: newNumber() } });
  const response = await fetch(`${server.ready.gateway}?${asked}`, { headers: { 'x-tongbao-fault': 'gbk-error' } });
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.throws(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes), 'it is no UTF-8, though that was asked for');
  assert.match(new TextDecoder('gbk').decode(bytes), /系统|服务/);
});

test('nodejs_all_80_each_form_of_a_key', async () => {
  for (const [name, keyType] of [['private_key_pkcs1', 'PKCS1'], ['private_key_pkcs8', 'PKCS8']]) {
    const pem = readFileSync(entry[name], 'utf8');
    const bare = pem.replace(/-----[^-]+-----|\s/g, '');
    for (const privateKey of [pem, bare]) {
      const client = sdkFor(entry, server.ready, { privateKey, keyType });
      const answer = await client.exec('alipay.trade.query', { bizContent: { out_trade_no: newNumber() } }, { validateSign: true });
      assert.equal(answer.subCode, 'ACQ.TRADE_NOT_EXIST', `${name}, signed and believed`);
    }
  }
});
