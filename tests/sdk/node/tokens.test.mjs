// Tokens, certifications and uploads through the official Node SDK, over v2 and v3, in both modes.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AlipayFormData, AlipaySdk } from 'alipay-sdk';
import { newNumber, sdkFor, Sandbox, startMerchant, startServer } from './fixture.mjs';

let server;
let sandbox;
let merchant;
let buyer;
let picture;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  merchant = await startMerchant();
  buyer = await sandbox.buyer('1000.00');
  picture = path.join(mkdtempSync(path.join(tmpdir(), 'tongbao-picture-')), 'a.png');
  writeFileSync(picture, 'a picture');
});

after(async () => {
  await merchant?.close();
  await server?.stop();
});

/** code and subCode of an answer. */
const outcome = answer => [answer.code, answer.subCode].filter(Boolean).join(' ');

for (const mode of ['key', 'cert']) {
  describe(`${mode} mode`, () => {
    let sdk;
    let entry;
    before(() => {
      entry = server.ready.apps.find(app => app.mode === mode);
      sdk = sdkFor(entry, server.ready);
    });

    const exec = (method, params) => sdk.exec(method, params, { validateSign: true });
    /** Failures of the token call stand in error_response, whose signature this SDK looks for in another node. */
    const refusedToken = params => sdk.exec('alipay.system.oauth.token', params);
    const post = (name, body, more = {}) => sdk.curl('POST', `/v3/alipay/${name}`, { body, ...more });
    /** The status and the code that the SDK's own error carries. */
    const refusal = async promise => {
      const error = await promise.then(() => assert.fail('not refused'), error => error);
      assert.equal(error.links?.length, 1, error.message);
      return `${error.responseHttpStatus} ${error.code}`;
    };
    /** A merchant with an app of its own, which authorises the app under test. */
    const client = async () => {
      const login = `client${newNumber()}@example.com`.toLowerCase();
      const made = await sandbox.send('/party', { kind: 'merchant', login });
      const app = await sandbox.send('/app', { seller_id: made.user_id });
      const given = await sandbox.send('/authorize', { as: 'merchant', login, app_id: entry.app_id });
      return { login, sellerId: made.user_id, appId: app.app_id, code: given.app_auth_code };
    };

    test('a user\'s code becomes tokens, and the token opens the profile', async () => {
      const ask = { as: 'user', login: buyer.login, app_id: entry.app_id };
      const { auth_code: code } = await sandbox.send('/authorize', ask);
      const got = await exec('alipay.system.oauth.token', { grantType: 'authorization_code', code });
      assert.deepEqual([got.userId, got.expiresIn, got.reExpiresIn], [buyer.userId, 1_296_000, 2_592_000]);
      const share = await exec('alipay.user.info.share', { authToken: got.accessToken });
      assert.deepEqual([outcome(share), share.nickName, share.userId], ['10000', '测试买家', buyer.userId]);
      const again = await refusedToken({ grantType: 'authorization_code', code });
      assert.deepEqual([outcome(again), again.msg], ['40002 isv.code-invalid', 'Invalid Arguments']);
      const renew = { grantType: 'refresh_token', refreshToken: got.refreshToken };
      const renewed = await exec('alipay.system.oauth.token', renew);
      assert.notEqual(renewed.accessToken, got.accessToken);
      const used = await refusedToken(renew);
      assert.equal(outcome(used), '40002 isv.refreshed-token-invalid');
      const shared = await post('user/info/share', { auth_token: renewed.accessToken });
      assert.equal(shared.data.nick_name, '测试买家');
      await sandbox.send('/authorize/withdraw', ask);
      const gone = await exec('alipay.user.info.share', { authToken: renewed.accessToken });
      assert.equal(outcome(gone), '20001 aop.invalid-auth-token');
    });

    test('the public expectations of a bad code and a bad token', async () => {
      const bad = await refusedToken({ grantType: 'authorization_code', code: 'abcd' });
      assert.deepEqual([bad.code, bad.msg], ['40002', 'Invalid Arguments']);
      const share = post('user/info/share', { auth_token: '20130319e9b8d53d09034da8998caefa756c4006' });
      const error = await share.then(() => assert.fail('not refused'), error => error);
      assert.deepEqual([error.responseHttpStatus, error.code], [401, 'invalid-auth-token']);
      assert.match(error.message, /无效的访问令牌/);
      assert.equal(error.links.length, 1);
      const token = post('system/oauth/token', { grant_type: 'authorization_code', code: 'abcd' });
      assert.equal(await refusal(token), '400 code-invalid');
    });

    test('an app acts for a merchant: order, notification, refund, query, end', async () => {
      const shop = await client();
      const got = await exec('alipay.open.auth.token.app',
        { bizContent: { grantType: 'authorization_code', code: shop.code } });
      assert.deepEqual([got.authAppId, got.userId, got.expiresIn], [shop.appId, shop.sellerId, 31_536_000]);
      const { appAuthToken } = got;
      const number = newNumber();
      const made = await exec('alipay.trade.precreate', { appAuthToken, notifyUrl: merchant.url,
        bizContent: { outTradeNo: number, totalAmount: '8.88', subject: '茶' } });
      assert.equal(outcome(made), '10000');
      await sandbox.pay(buyer.login, { qr_code: made.qrCode });
      const told = await merchant.wait(number, params => params.trade_status === 'TRADE_SUCCESS');
      assert.equal(sdk.checkNotifySignV2(told), true);
      assert.deepEqual([told.app_id, told.auth_app_id, told.seller_id], [entry.app_id, shop.appId, shop.sellerId]);
      const body = { out_trade_no: number };
      const found = await post('trade/query', body, { appAuthToken });
      assert.equal(found.data.trade_status, 'TRADE_SUCCESS');
      assert.equal(await refusal(post('trade/query', body)), '400 ACQ.TRADE_NOT_EXIST', 'it is not our own');
      const back = await post('trade/refund', { ...body, refund_amount: '8.88' }, { appAuthToken });
      assert.equal(back.data.fund_change, 'Y');
      const closed = await merchant.wait(number, params => params.trade_status === 'TRADE_CLOSED');
      assert.equal(closed.auth_app_id, shop.appId);
      const query = { query: { app_auth_token: appAuthToken } };
      const ours = await sdk.curl('GET', '/v3/alipay/open/auth/token/app/query', query);
      assert.deepEqual([ours.data.status, ours.data.auth_app_id], ['valid', shop.appId]);
      await sandbox.send('/authorize/withdraw', { as: 'merchant', login: shop.login, app_id: entry.app_id });
      const gone = await exec('alipay.trade.query', { appAuthToken, bizContent: { outTradeNo: number } });
      assert.equal(outcome(gone), '20001 aop.invalid-app-auth-token');
      assert.equal(await refusal(post('trade/query', body, { appAuthToken })), '401 invalid-app-auth-token');
      const after = await sdk.curl('GET', '/v3/alipay/open/auth/token/app/query', query);
      assert.equal(after.data.status, 'invalid');
    });

    test('an app in open_id mode knows a user by a name of its own', async () => {
      const login = `isv${newNumber()}@example.com`.toLowerCase();
      const { user_id: sellerId } = await sandbox.send('/party', { kind: 'merchant', login });
      const open = await sandbox.send('/app', { seller_id: sellerId });
      const ours = new AlipaySdk({
        appId: open.app_id, privateKey: open.private_key_pkcs8, keyType: 'PKCS8', alipayPublicKey: open.platform_public_key,
        gateway: server.ready.gateway, endpoint: server.ready.gateway.replace(/\/gateway\.do$/, '') });
      const settings = await sandbox.send('/app/settings', { app_id: open.app_id, open_id: true, third_party: false });
      assert.deepEqual([settings.open_id, settings.third_party], [true, false]);
      const { auth_code: code } = await sandbox.send('/authorize', { as: 'user', login: buyer.login, app_id: open.app_id });
      const got = await ours.exec('alipay.system.oauth.token', { grantType: 'authorization_code', code },
        { validateSign: true });
      assert.deepEqual([got.openId.length, got.userId, got.alipayUserId], [48, undefined, undefined]);
      const number = newNumber();
      const made = await ours.curl('POST', '/v3/alipay/trade/create', { body: { out_trade_no: number,
        total_amount: '1.00', subject: '茶', buyer_open_id: got.openId, notify_url: merchant.url } });
      await sandbox.pay(buyer.login, { trade_no: made.data.trade_no });
      const found = await ours.curl('POST', '/v3/alipay/trade/query', { body: { out_trade_no: number } });
      assert.deepEqual([found.data.buyer_open_id, found.data.buyer_user_id], [got.openId, undefined]);
      const told = await merchant.wait(number, params => params.trade_status === 'TRADE_SUCCESS');
      assert.deepEqual([ours.checkNotifySignV2(told), told.buyer_open_id, told.buyer_id], [true, got.openId, undefined]);
      const relation = query => ours.curl('GET', '/v3/alipay/open/auth/userauth/relationship/query', { query });
      const allowed = await relation({ scopes: 'auth_user', open_id: got.openId });
      assert.equal(allowed.data.query_detail, '{"auth_user":true}');
      const other = sdk.curl('GET', '/v3/alipay/open/auth/userauth/relationship/query',
        { query: { scopes: 'auth_user', open_id: got.openId } });
      assert.equal(await refusal(other), '400 app-openid-not-match', 'a name of one app is none of another');
      const acts = ours.curl('POST', '/v3/alipay/open/auth/token/app',
        { body: { grant_type: 'authorization_code', code: 'x' } });
      assert.equal(await refusal(acts), '400 APP_NOT_ISV');
    });

    test('refusals of a merchant\'s token', async () => {
      const token = bizContent => exec('alipay.open.auth.token.app', { bizContent });
      assert.equal(outcome(await token({ grantType: 'x' })), '40004 GRANT_TYPE_INVALID');
      assert.equal(outcome(await token({ grantType: 'authorization_code', code: 'x' })), '40004 AUTH_CODE_NOT_EXIST');
      const refresh = { grant_type: 'refresh_token', refresh_token: 'x' };
      assert.equal(await refusal(post('open/auth/token/app', refresh)), '400 REFRESH_TOKEN_NOT_EXIST');
      const query = { bizContent: { appAuthToken: 'x' } };
      assert.equal(outcome(await exec('alipay.open.auth.token.app.query', query)), '40004 AUTH_TOKEN_NOT_EXISTED');
    });

    test('a certification, passed and failed', async () => {
      for (const [passed, letter] of [[true, 'T'], [false, 'F']]) {
        const identityParam = { identityType: 'CERT_INFO', certType: 'IDENTITY_CARD', certName: '王', certNo: '1' };
        const asked = await exec('alipay.user.certify.open.initialize',
          { bizContent: { outerOrderNo: newNumber(), bizCode: 'FACE', identityParam } });
        assert.equal(outcome(asked), '10000');
        const { certifyId } = asked;
        const query = () => exec('alipay.user.certify.open.query', { bizContent: { certifyId } });
        assert.equal(outcome(await query()), '40004 OPEN_CERTIFY_BILL_STATUS_ERROR');
        const link = sdk.pageExecute('alipay.user.certify.open.certify', 'GET', { bizContent: { certifyId } });
        const page = await fetch(link, { redirect: 'manual' });
        assert.equal(page.status, 302);
        assert.ok(page.headers.get('location').endsWith(`/certify/${certifyId}`));
        await sandbox.send('/certify', { certify_id: certifyId, passed });
        assert.equal((await query()).passed, letter);
      }
    });

    test('uploads over both interfaces', async () => {
      const form = new AlipayFormData();
      form.addField('biz_code', 'openpt_appstore');
      form.addFile('file_content', 'a.png', picture);
      const sent = await sdk.exec('alipay.open.file.upload', {}, { formData: form, validateSign: true });
      assert.equal(outcome(sent), '10000', JSON.stringify(sent));
      assert.ok(sent.traceId.length >= 29);
      const again = new AlipayFormData();
      again.addFile('file_content', 'a.png', picture);
      const body = { biz_code: 'openpt_appstore' };
      const told = await sdk.curl('POST', '/v3/alipay/open/file/upload', { form: again, body });
      assert.equal(told.data.file_id, sent.fileId, 'the same bytes have the same name');
    });

    test('what only answers', async () => {
      const risk = await exec('alipay.security.risk.content.analyze',
        { bizContent: { accountType: 'MOBILE_NO', account: '13812345678', version: '2.0' } });
      assert.deepEqual([risk.code, risk.msg, risk.needQuery, risk.resultAction],
        ['10000', 'Success', 'no_need', 'PASSED']);
      const code = await exec('alipay.open.app.qrcode.create',
        { bizContent: { urlParam: 'pages/index', queryParam: 'x=1', describe: '茶' } });
      const drawn = await fetch(code.qrCodeUrl);
      assert.equal(drawn.headers.get('content-type'), 'image/svg+xml');
      const consult = await sdk.curl('GET', '/v3/alipay/trade/advance/consult',
        { query: { alipay_user_id: buyer.userId } });
      assert.equal(consult.data.refer_result, false);
      const sync = { trade_no: '1', out_request_no: 'r', biz_type: 'CREDIT_AUTH' };
      assert.equal(await refusal(post('trade/orderinfo/sync', sync)), '400 ACQ.TRADE_NOT_EXIST');
    });
  });
}
