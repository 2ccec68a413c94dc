// What the SDK's own suite expects of a live gateway, call by call, through the unmodified SDK. What it expects of
// transfers is not here.
import assert from 'node:assert/strict';
import { createReadStream, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AlipayFormData, AlipayFormStream } from 'alipay-sdk';
import { startWorld } from './certify-world.mjs';
import { newNumber, sdkFor, Sandbox, startServer } from './fixture.mjs';

const DELOAUTH = '/v3/alipay/user/deloauth/detail/query';
const UPLOAD = '/v3/alipay/open/file/upload';
/** A day long ago, a page far away: nothing is there, and the call is good. */
const NOBODY = { date: '20230102', offset: 20, limit: 1 };

let server;
let sandbox;
let picture;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  picture = path.join(mkdtempSync(path.join(tmpdir(), 'tongbao-suite-')), 'demo.jpg');
  writeFileSync(picture, 'a picture');
});

after(async () => {
  await server?.stop();
});

const thrown = promise => promise.then(() => assert.fail('not refused'), error => error);

for (const mode of ['key', 'cert']) {
  describe(`${mode} mode`, () => {
    let entry;
    let sdk;
    before(() => {
      entry = server.ready.apps.find(app => app.mode === mode);
      sdk = sdkFor(entry, server.ready);
    });

    test('exec: content analysis', async () => {
      const result = await sdk.exec('alipay.security.risk.content.analyze',
        { bizContent: { account_type: 'MOBILE_NO', account: '13812345678', version: '2.0' } });
      assert.deepEqual([result.code, result.msg, result.needQuery, result.resultAction],
        ['10000', 'Success', 'no_need', 'PASSED']);
      assert.ok(result.traceId.length >= 29);
    });

    test('exec: a code that nobody gave', async () => {
      const result = await sdk.exec('alipay.system.oauth.token', { grantType: 'authorization_code', code: 'abcd' });
      assert.deepEqual([result.code, result.msg], ['40002', 'Invalid Arguments']);
      assert.ok(result.traceId.length >= 29);
    });

    test('exec: kinds of shop', async () => {
      const result = await sdk.exec('alipay.offline.market.shop.category.query',
        { bizContent: { op_role: 'ISV' } }, { validateSign: true });
      assert.equal(result.code, '10000');
      assert.ok(result.shopCategoryConfigInfos.length > 0);
      for (const info of result.shopCategoryConfigInfos) {
        assert.deepEqual(Object.keys(info).sort(), ['id', 'isLeaf', 'level', 'link', 'nm']);
      }
    });

    test('exec: a file, checked', async () => {
      const form = new AlipayFormData();
      form.addField('biz_code', 'openpt_appstore');
      form.addFile('file_content', '图片.jpg', picture);
      const result = await sdk.exec('alipay.open.file.upload', {}, { formData: form, validateSign: true });
      assert.equal(result.code, '10000', JSON.stringify(result));
      assert.ok(result.fileId && result.traceId.length >= 29);
    });

    test('exec: content in a key that is not the app\'s', async () => {
      const wrong = sdkFor(entry, server.ready, { encryptKey: Buffer.alloc(16, 7).toString('base64') });
      const result = await wrong.exec('alipay.security.risk.content.analyze',
        { bizContent: { account: '1' }, needEncrypt: true });
      assert.deepEqual([result.code, result.msg, result.subCode, result.subMsg],
        ['40003', 'Insufficient Conditions', 'isv.decryption-error-unknown', '解密出错, 未知错误']);
    });

    test('curl: a token that nobody gave', async () => {
      const error = await thrown(sdk.curl('POST', '/v3/alipay/user/info/share',
        { body: { auth_token: '20120823ac6ffaa4d2d84e7384bf983531473993' } }));
      assert.deepEqual([error.name, error.code, error.responseHttpStatus, error.links.length],
        ['AlipayRequestError', 'invalid-auth-token', 401, 1]);
      assert.match(error.message, /无效的访问令牌/);
      assert.ok(error.traceId);
    });

    test('curl: uploads by path, stream and buffer, with the fields in the form or in the body', async () => {
      const body = { biz_code: 'openpt_appstore' };
      const ofFile = file => {
        const form = new AlipayFormData();
        form.addFile('file_content', '图片.jpg', file);
        return form;
      };
      // Made one by one, since a form that streams begins at once.
      const sent = [
        () => {
          const form = ofFile(picture);
          form.addField('biz_code', 'openpt_appstore');
          form.addField('foo', '{"bar":"bar value"}');
          form.addField('foo-array', '[{"bar":"bar value"}]');
          return { form };
        },
        () => ({ form: ofFile(picture), body }),
        () => ({ form: ofFile(createReadStream(picture)), body }),
        () => ({ form: ofFile(readFileSync(picture)), body }),
        () => {
          const form = new AlipayFormStream();
          form.file('file_content', picture, '图片.jpg');
          return { form, body };
        },
      ];
      const names = new Set();
      for (const make of sent) {
        const result = await sdk.curl('POST', UPLOAD, make());
        assert.equal(result.responseHttpStatus, 200);
        assert.ok(result.data.file_id && result.traceId);
        names.add(result.data.file_id);
      }
      assert.equal(names.size, 1, 'the same bytes have the same name');
    });

    test('curl: an open_id of another app', async () => {
      const error = await thrown(sdk.curl('GET', '/v3/alipay/open/auth/userauth/relationship/query',
        { query: { scopes: 'auth_user,auth_zhima', open_id: '074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5' } }));
      assert.match(error.message, /appid和openid不匹配 \(traceId: \w+\)/);
      assert.deepEqual([error.code, error.responseHttpStatus], ['app-openid-not-match', 400]);
      assert.ok(error.traceId);
    });

    test('curl: what a user allows, and who took it back', async () => {
      const buyer = await sandbox.buyer('1.00');
      const ask = { as: 'user', login: buyer.login, app_id: entry.app_id, scope: 'auth_user' };
      const relation = async () => {
        const query = { scopes: 'auth_user,auth_zhima', user_id: buyer.userId };
        const result = await sdk.curl('GET', '/v3/alipay/open/auth/userauth/relationship/query', { query });
        return JSON.parse(result.data.query_detail);
      };
      await sandbox.send('/authorize', ask);
      assert.deepEqual(await relation(), { auth_user: true, auth_zhima: false });
      await sandbox.send('/authorize/withdraw', { as: 'user', login: buyer.login, app_id: entry.app_id });
      assert.deepEqual(await relation(), { auth_user: false, auth_zhima: false });
      const china = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
      const { data } = await sdk.curl('POST', DELOAUTH, { body: { date: china, offset: 1, limit: 100 } });
      const found = data.details.find(detail => detail.user_id === buyer.userId);
      assert.equal(found.scope, 'auth_user');
      assert.deepEqual(data.response.details, data.details);
    });

    test('curl: nobody took anything back', async () => {
      const result = await sdk.curl('POST', DELOAUTH, { body: NOBODY });
      assert.deepEqual([result.responseHttpStatus, result.data], [200, {}]);
      assert.ok(result.traceId);
    });

    test('curl: a merchant\'s token that nobody gave', async () => {
      const appAuthToken = '201509BBeff9351ad1874306903e96b91d248A36';
      const error = await thrown(sdk.curl('POST', DELOAUTH, { body: NOBODY, appAuthToken }));
      assert.equal(error.name, 'AlipayRequestError');
      assert.match(error.message, /无效的应用授权令牌/);
    });

    test('curl: an activity that is not there', async () => {
      const error = await thrown(sdk.curl('GET', '/v3/alipay/marketing/activity/2016042700826004508401111111',
        { query: { merchantId: '2088202967380463', merchantAccessMode: 'AGENCY_MODE' } }));
      assert.equal(error.responseHttpStatus, 400);
      assert.ok(error.message && error.code && error.traceId);
    });

    test('curl and curlStream: paths that are not there', async () => {
      const error = await thrown(sdk.curl('POST', `${DELOAUTH}-404`, { body: NOBODY }));
      assert.match(error.message, /不存在的方法名/);
      const stream = await thrown(sdk.curlStream('POST',
        '/v3/stream/alipay/cloud/nextbuilder/agent/chat/generateNotFound', { body: { query: '你好' } }));
      assert.deepEqual([stream.name, stream.code, stream.responseHttpStatus],
        ['AlipayRequestError', 'invalid-method', 400]);
      assert.match(stream.message, /不存在的方法名 \(traceId: \w+\)/);
    });
  });
}

describe('content that is encrypted', () => {
  let sdk;
  before(async () => {
    const entry = server.ready.apps.find(app => app.aes_key);
    assert.ok(entry, 'one app of the ready file has a key');
    sdk = sdkFor(entry, server.ready, { encryptKey: entry.aes_key });
  });

  test('curl: nobody took anything back', async () => {
    const result = await sdk.curl('POST', DELOAUTH, { body: NOBODY, needEncrypt: true });
    assert.deepEqual([result.responseHttpStatus, result.data], [200, {}]);
  });

  test('curl: a path that is not there', async () => {
    const error = await thrown(sdk.curl('POST', `${DELOAUTH}-404`, { body: NOBODY, needEncrypt: true }));
    assert.equal(error.name, 'AlipayRequestError');
    assert.match(error.message, /不存在的方法名/);
  });
});

describe('a bill of 2016, in a world that was there then', () => {
  let world;
  let ready;
  before(async () => {
    world = await startWorld('clock = "2016-04-05 12:00:00"\n');
    ready = JSON.parse(readFileSync(world.readyFile, 'utf8'));
    const then = new Sandbox(ready.sandbox);
    const buyer = await then.buyer('10.00');
    for (const entry of ready.apps.filter(app => ['key', 'cert'].includes(app.mode))) {
      const paid = await sdkFor(entry, ready).exec('alipay.trade.pay', { bizContent: { outTradeNo: newNumber(),
        totalAmount: '1.00', subject: '苹果', authCode: await then.payCode(buyer.login) } });
      assert.equal(paid.code, '10000', JSON.stringify(paid));
    }
    await then.send('/clock/advance', { by: '1d' });
  });
  after(async () => {
    await world?.stop();
  });

  for (const mode of ['key', 'cert']) {
    test(`curl: its address, ${mode} mode`, async () => {
      const sdk = sdkFor(ready.apps.find(app => app.mode === mode), ready);
      const result = await sdk.curl('GET', '/v3/alipay/data/dataservice/bill/downloadurl/query',
        { query: { bill_type: 'trade', bill_date: '2016-04-05' } });
      assert.equal(result.responseHttpStatus, 200);
      assert.ok(result.data.bill_download_url && result.traceId);
    });
  }
});
