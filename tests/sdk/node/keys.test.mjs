// An app exchanges its key or certificate while the unmodified SDK goes on calling, over v2 and v3, in both modes.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { newNumber, sdkFor, Sandbox, startServer } from './fixture.mjs';

let server;
let sandbox;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
});

after(() => server?.stop());

/** An entry like those of the ready file, for what the sandbox drew. */
function entryOf(opened, drawn, like) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tongbao-keys-'));
  const write = (name, text) => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const naked = pem => pem.replace(/-----[^-]+-----|\s/g, '');
  return {
    ...like,
    app_id: opened.app_id,
    private_key_pkcs1: write('pkcs1', naked(drawn.private_key_pkcs1)),
    private_key_pkcs8: write('pkcs8', naked(drawn.private_key_pkcs8)),
    app_cert: drawn.app_cert && write('app.crt', drawn.app_cert) };
}

for (const mode of ['key', 'cert']) {
  describe(`${mode} mode`, () => {
    let app;
    let old;
    let next;

    before(async () => {
      const like = server.ready.apps.find(entry => entry.mode === mode);
      app = await sandbox.send('/app', { seller_id: like.seller_id, mode });
      old = sdkFor(entryOf(app, app, like), server.ready);
      const drawn = await sandbox.send(`/apps/${app.app_id}/keys`, {});
      next = sdkFor(entryOf(app, drawn, like), server.ready);
    });

    const order = async (sdk, outTradeNo = newNumber()) => {
      const answer = await sdk.exec('alipay.trade.precreate',
        { bizContent: { outTradeNo, totalAmount: '1.00', subject: '茶' } }, { validateSign: true });
      return [answer.code, answer.subCode].filter(Boolean).join(' ');
    };
    const rest = async sdk => {
      const body = { out_trade_no: newNumber(), total_amount: '1.00', subject: '茶' };
      const error = await sdk.curl('POST', '/v3/alipay/trade/precreate', { body }).then(() => null, found => found);
      return error ? error.code : '200';
    };
    const refused = mode === 'key' ? 'invalid-signature' : 'app-cert-not-exist';

    test('both keys are taken while both are active, whichever is the current one', async () => {
      for (const sdk of [old, next]) {
        assert.deepEqual([await order(sdk), await rest(sdk)], ['10000', '200']);
      }
      const told = await sandbox.send(`/apps/${app.app_id}/keys/2/promote`, {});
      assert.deepEqual(told.keys.map(key => key.state), ['second', 'current']);
      for (const sdk of [old, next]) {
        assert.deepEqual([await order(sdk), await rest(sdk)], ['10000', '200']);
      }
    });

    test('the retired key is refused by its code, and no call of the next one fails meanwhile', async () => {
      const calls = [];
      for (let count = 0; count < 10; count += 1) {
        calls.push(order(next));
        if (count === 5) {
          calls.push(sandbox.send(`/apps/${app.app_id}/keys/1/retire`, {}).then(() => '10000'));
        }
      }
      assert.deepEqual(new Set(await Promise.all(calls)), new Set(['10000']));
      assert.deepEqual([await order(old), await rest(old)], [`40002 isv.${refused}`, refused]);
      assert.deepEqual([await order(next), await rest(next)], ['10000', '200']);
    });

    test('a disabled app is refused by its code until it is enabled', async () => {
      await sandbox.send(`/apps/${app.app_id}/disable`, {});
      assert.deepEqual([await order(next), await rest(next)], ['40003 isv.invalid-app-state', 'invalid-app-state']);
      await sandbox.send(`/apps/${app.app_id}/enable`, {});
      assert.deepEqual([await order(next), await rest(next)], ['10000', '200']);
    });
  });
}
