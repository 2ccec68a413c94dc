// The official Node SDK, unmodified, with its own verification on (validateSign), in both modes.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { newNumber, sdkFor, Sandbox, startMerchant, startServer } from './fixture.mjs';

let server;
let sandbox;
let merchant;
let buyer;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  merchant = await startMerchant();
  buyer = await sandbox.buyer('500000.00');
});

after(async () => {
  await merchant?.close();
  await server?.stop();
});

const PAGES = { 'alipay.trade.page.pay': 'FAST_INSTANT_TRADE_PAY', 'alipay.trade.wap.pay': 'QUICK_WAP_WAY' };
const NASTY = '中文 a/b "q" \\s {x{y}z} 100% 😀 \u2028';

/** code and subCode of an answer. */
const outcome = answer => [answer.code, answer.subCode].filter(Boolean).join(' ');
/** One of the outcomes that the protocol allows. */
const oneOf = (answer, ...allowed) => assert.ok(allowed.includes(outcome(answer)),
  `${outcome(answer)}: ${JSON.stringify(answer)}`);

for (const mode of ['key', 'cert']) {
  describe(`${mode} mode`, () => {
    let sdk;
    let entry;
    before(() => {
      entry = server.ready.apps.find(app => app.mode === mode);
      assert.ok(entry, `the ready file names no app in ${mode} mode`);
      sdk = sdkFor(entry, server.ready);
    });

    const call = (method, bizContent, more = {}) =>
      sdk.exec(method, { bizContent, ...more }, { validateSign: true });
    const order = (more = {}) => ({ outTradeNo: newNumber(), totalAmount: '8.88', subject: '红富士 apples', ...more });
    const query = outTradeNo => call('alipay.trade.query', { outTradeNo });
    const pay = async (more = {}, options = {}) => {
      const biz = order({ scene: 'bar_code', authCode: await sandbox.payCode(buyer.login), ...more });
      const answer = await call('alipay.trade.pay', biz, options);
      assert.equal(outcome(answer), '10000', JSON.stringify(answer));
      return { biz, answer };
    };

    test('pay by code, query, trace id', async () => {
      const { biz, answer } = await pay();
      assert.match(answer.tradeNo, /^\d{28}$/);
      assert.equal(answer.buyerPayAmount, '8.88');
      assert.ok(answer.traceId.length >= 29, 'the header trace_id reaches the caller');
      const found = await query(biz.outTradeNo);
      assert.equal(found.tradeStatus, 'TRADE_SUCCESS');
      assert.equal(found.tradeNo, answer.tradeNo);
    });

    test('pay refused: unknown code, used code, no money, paid already', async () => {
      oneOf(await call('alipay.trade.pay', order({ scene: 'bar_code', authCode: '288888888888888888' })),
        '40004 ACQ.PAYMENT_AUTH_CODE_INVALID');
      const { biz } = await pay();
      oneOf(await call('alipay.trade.pay', order({ scene: 'bar_code', authCode: biz.authCode })),
        '40004 ACQ.PAYMENT_AUTH_CODE_INVALID');
      // The same words again: the first answer, or that it is paid.
      oneOf(await call('alipay.trade.pay', biz), '10000', '40004 ACQ.TRADE_HAS_SUCCESS');
      const poor = await sandbox.buyer('1.00');
      oneOf(await call('alipay.trade.pay', order({ scene: 'bar_code', authCode: await sandbox.payCode(poor.login) })),
        '40004 ACQ.BUYER_BALANCE_NOT_ENOUGH');
    });

    test('above the password-free limit the order waits for the buyer', async () => {
      const biz = order({ totalAmount: '5000.00', scene: 'bar_code', authCode: await sandbox.payCode(buyer.login) });
      const answer = await call('alipay.trade.pay', biz);
      assert.deepEqual([answer.code, answer.msg], ['10003', ' order success pay inprocess']);
      await sandbox.pay(buyer.login, { trade_no: answer.tradeNo });
      assert.equal((await query(biz.outTradeNo)).tradeStatus, 'TRADE_SUCCESS');
    });

    test('precreate, scan, notification, refund, refund query', async () => {
      const biz = order({ subject: '通知 100% 😀', body: 'a=b&c=d' });
      const made = await call('alipay.trade.precreate', biz, { notifyUrl: merchant.url });
      assert.equal(outcome(made), '10000');
      oneOf(await query(biz.outTradeNo), '40004 ACQ.TRADE_NOT_EXIST');
      const paid = await sandbox.pay(buyer.login, { qr_code: made.qrCode });
      const told = await merchant.wait(biz.outTradeNo, params => params.trade_status === 'TRADE_SUCCESS');
      assert.equal(told.trade_no, paid.trade_no);
      assert.equal(told.subject, biz.subject);
      assert.equal(sdk.checkNotifySignV2(told), true);
      assert.equal(sdk.checkNotifySignV2({ ...told, total_amount: '0.01' }), false);

      const refund = amount => call('alipay.trade.refund',
        { outTradeNo: biz.outTradeNo, refundAmount: amount, outRequestNo: 'n1' });
      const first = await refund('3.00');
      assert.deepEqual([first.fundChange, first.refundFee], ['Y', '3.00']);
      assert.equal((await refund('3.00')).fundChange, 'N');
      oneOf(await refund('3.01'), '40004 ACQ.DISCORDANT_REPEAT_REQUEST');
      const back = await merchant.wait(biz.outTradeNo, params => params.refund_fee === '3.00');
      assert.equal(sdk.checkNotifySignV2(back), true);
      assert.equal(back.out_biz_no, 'n1');
      const refundQuery = outRequestNo => call('alipay.trade.fastpay.refund.query',
        { outTradeNo: biz.outTradeNo, outRequestNo });
      const known = await refundQuery('n1');
      assert.deepEqual([known.refundStatus, known.refundAmount], ['REFUND_SUCCESS', '3.00']);
      const unknown = await refundQuery('n2');
      assert.deepEqual([unknown.code, unknown.refundStatus], ['10000', undefined]);
    });

    test('refund refused', async () => {
      oneOf(await call('alipay.trade.refund', { outTradeNo: newNumber(), refundAmount: '1.00' }),
        '40004 ACQ.TRADE_NOT_EXIST');
      const { biz } = await pay();
      const outTradeNo = biz.outTradeNo;
      oneOf(await call('alipay.trade.refund', { outTradeNo, refundAmount: '1.00' }),
        '40004 ACQ.REFUND_AMT_NOT_EQUAL_TOTAL');
      oneOf(await call('alipay.trade.refund', { outTradeNo, refundAmount: '8.89', outRequestNo: 'x' }),
        '40004 ACQ.REASON_TRADE_REFUND_FEE_ERR');
      const full = await call('alipay.trade.refund', { outTradeNo, refundAmount: '8.88' });
      assert.deepEqual([full.code, full.refundFee], ['10000', '8.88']);
      assert.equal((await query(outTradeNo)).tradeStatus, 'TRADE_CLOSED');
    });

    test('create, close, cancel', async () => {
      const biz = order({ buyerId: buyer.userId });
      const made = await call('alipay.trade.create', biz);
      assert.equal((await call('alipay.trade.create', biz)).tradeNo, made.tradeNo);
      oneOf(await call('alipay.trade.create', { ...biz, totalAmount: '9.99' }), '40004 ACQ.CONTEXT_INCONSISTENT');
      assert.equal(outcome(await call('alipay.trade.close', { tradeNo: made.tradeNo })), '10000');
      oneOf(await call('alipay.trade.close', { outTradeNo: newNumber() }), '40004 ACQ.TRADE_NOT_EXIST');
      const nobody = await call('alipay.trade.cancel', { outTradeNo: newNumber() });
      assert.deepEqual([nobody.code, nobody.retryFlag, nobody.action], ['10000', 'N', undefined]);
      const { biz: paid } = await pay();
      const cancelled = await call('alipay.trade.cancel', { outTradeNo: paid.outTradeNo });
      assert.deepEqual([cancelled.code, cancelled.action], ['10000', 'refund']);
      const { biz: kept } = await pay();
      oneOf(await call('alipay.trade.close', { outTradeNo: kept.outTradeNo }), '40004 ACQ.TRADE_STATUS_ERROR',
        '40004 ACQ.REASON_TRADE_STATUS_INVALID', '40004 ACQ.REASON_ILLEGAL_STATUS');
    });

    for (const [method, productCode] of Object.entries(PAGES)) {
      test(`${method} by link and by form`, async () => {
        const link = order({ productCode });
        const url = sdk.pageExec(method, 'GET', { bizContent: link });
        const visited = await fetch(url, { redirect: 'manual' });
        assert.ok([200, 302, 303].includes(visited.status), `status ${visited.status}`);
        assert.equal((await sandbox.pay(buyer.login, { order_url: url })).trade_status, 'TRADE_SUCCESS');
        assert.equal((await query(link.outTradeNo)).tradeStatus, 'TRADE_SUCCESS');

        const posted = order({ productCode, subject: '"quoted" <b>' });
        const html = sdk.pageExec(method, 'POST', { bizContent: posted });
        const action = html.match(/action="([^"]*)"/)[1];
        const fields = [...html.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(
          ([, name, value]) => [name, value.replaceAll('&quot;', '"')]);
        assert.ok(fields.some(([name]) => name === 'alipay_sdk'), 'the SDK signs alipay_sdk too');
        const body = new URLSearchParams(fields);
        const answered = await fetch(action, { method: 'POST', body, redirect: 'manual' });
        assert.ok([200, 302, 303].includes(answered.status), `status ${answered.status}`);
        await sandbox.pay(buyer.login, { order_url: `${action}&${body}` });
        assert.equal((await query(posted.outTradeNo)).tradeStatus, 'TRADE_SUCCESS');
      });
    }

    test('the other methods refuse too, and security_code pays as bar_code does', async () => {
      const offer = order();
      assert.equal((await call('alipay.trade.precreate', offer)).code, '10000');
      oneOf(await call('alipay.trade.precreate', { ...offer, totalAmount: '9.99' }), '40004 ACQ.CONTEXT_INCONSISTENT');
      oneOf(await call('alipay.trade.fastpay.refund.query', { outTradeNo: newNumber(), outRequestNo: 'x' }),
        '40004 ACQ.TRADE_NOT_EXIST', '40004 TRADE_NOT_EXIST');
      const authCode = await sandbox.payCode(buyer.login);
      assert.equal((await call('alipay.trade.pay', order({ scene: 'security_code', authCode }))).code, '10000');
      for (const [method, productCode] of Object.entries(PAGES)) {
        const link = order({ productCode });
        const changed = sdk.pageExec(method, 'GET', { bizContent: link }).replace('8.88', '0.01');
        await assert.rejects(sandbox.pay(buyer.login, { order_url: changed }));
        oneOf(await query(link.outTradeNo), '40004 ACQ.TRADE_NOT_EXIST');
      }
      const text = sdk.sdkExec('alipay.trade.app.pay', { bizContent: order({ productCode: 'QUICK_MSECURITY_PAY' }) });
      await assert.rejects(sandbox.pay(buyer.login, { order_string: text.replace('8.88', '0.01') }));
    });

    test('alipay.trade.app.pay: the order string', async () => {
      const biz = order({ productCode: 'QUICK_MSECURITY_PAY' });
      const text = sdk.sdkExec('alipay.trade.app.pay', { bizContent: biz, notifyUrl: merchant.url });
      await sandbox.pay(buyer.login, { order_string: text });
      assert.equal((await query(biz.outTradeNo)).tradeStatus, 'TRADE_SUCCESS');
      assert.equal(sdk.checkNotifySignV2(await merchant.wait(biz.outTradeNo)), true);
    });

    test('awkward characters pass the SDK\'s verification', async () => {
      const biz = order({ subject: 'awkward 😀', body: NASTY, buyerId: buyer.userId });
      assert.equal(outcome(await call('alipay.trade.create', biz)), '10000');
      assert.equal((await query(biz.outTradeNo)).body, NASTY);
      const braces = order({ body: '}{{', buyerId: buyer.userId });
      assert.equal(outcome(await call('alipay.trade.create', braces)), '10000');
      assert.equal((await query(braces.outTradeNo)).body, '}{{');
    });

    test('gateway errors are verified too', async () => {
      oneOf(await call('alipay.trade.query', {}), '40002 isv.invalid-parameter', '40004 ACQ.INVALID_PARAMETER');
      const unknown = await sdk.exec('alipay.trade.nonsense', { bizContent: { a: 'b' } });
      oneOf(unknown, '40002 isv.invalid-method');
      const stranger = sdkFor({ ...entry, app_id: '2021999999999999' }, server.ready);
      oneOf(await stranger.exec('alipay.trade.query', { bizContent: { outTradeNo: 'a' } }), '40002 isv.invalid-app-id');
    });

    test('alipay.open.app.alipaycert.download', async () => {
      const certApp = sdkFor(server.ready.apps.find(app => app.mode === 'cert'), server.ready);
      const answer = await call('alipay.open.app.alipaycert.download', { alipayCertSn: certApp.config.alipayCertSn });
      if (mode === 'cert') {
        assert.equal(outcome(answer), '10000');
        assert.match(Buffer.from(answer.alipayCertContent, 'base64').toString(), /BEGIN CERTIFICATE/);
      } else {
        // An app without certificates may be served or refused (protocol 1.8 says nothing).
        oneOf(answer, '10000', '40002 isv.alipay-cert-not-exist', '40002 isv.invalid-parameter',
          '40004 ACQ.INVALID_PARAMETER', '40006 isv.insufficient-isv-permissions');
      }
    });

    test('needEncrypt: content and answer travel encrypted', async () => {
      assert.ok(entry.aes_key, 'apps[].aes_key');
      const sealed = sdkFor(entry, server.ready, { encryptKey: entry.aes_key });
      const biz = order({ scene: 'bar_code', authCode: await sandbox.payCode(buyer.login) });
      // Without validateSign: this SDK cannot verify an encrypted answer (its own fault, protocol 1.9).
      const paid = await sealed.exec('alipay.trade.pay', { bizContent: biz, needEncrypt: true });
      assert.deepEqual([paid.code, paid.outTradeNo], ['10000', biz.outTradeNo]);
      const missing = await sealed.exec('alipay.trade.query',
        { bizContent: { outTradeNo: newNumber() }, needEncrypt: true });
      oneOf(missing, '40004 ACQ.TRADE_NOT_EXIST');
      const wrongKey = sdkFor(entry, server.ready, { encryptKey: 'MDEyMzQ1Njc4OWFiY2RlZg==' });
      const failed = await wrongKey.exec('alipay.trade.query', { bizContent: { outTradeNo: 'a' }, needEncrypt: true });
      oneOf(failed, '40003 isv.decryption-error-unknown');
    });

    const curl = (name, body, more = {}) => sdk.curl('POST', `/v3/alipay/trade/${name}`, { body, ...more });
    /** The status and the code that the SDK's own error carries. */
    const refusal = async promise => {
      const error = await promise.then(() => assert.fail('not refused'), error => error);
      assert.equal(error.links?.length, 1, error.message);
      assert.ok(error.traceId.length >= 29);
      return `${error.responseHttpStatus} ${error.code}`;
    };

    test('v3: precreate, scan, notification, query, refund', async () => {
      const biz = { out_trade_no: newNumber(), total_amount: '8.88', subject: '红富士 100% 😀', notify_url: merchant.url };
      const made = await curl('precreate', biz);
      assert.equal(made.responseHttpStatus, 200);
      assert.deepEqual(Object.keys(made.data), ['out_trade_no', 'qr_code']);
      await sandbox.pay(buyer.login, { qr_code: made.data.qr_code });
      const told = await merchant.wait(biz.out_trade_no, params => params.trade_status === 'TRADE_SUCCESS');
      assert.equal(sdk.checkNotifySignV2(told), true);
      const found = await sdk.curl('GET', '/v3/alipay/trade/query', { query: { out_trade_no: biz.out_trade_no, x: '支 +' } });
      assert.deepEqual([found.data.trade_status, found.data.trade_no], ['TRADE_SUCCESS', told.trade_no]);
      assert.equal((await query(biz.out_trade_no)).tradeNo, told.trade_no, 'v2 sees the same order');
      const back = await curl('refund', { out_trade_no: biz.out_trade_no, refund_amount: '3.00', out_request_no: 'r1' });
      assert.deepEqual([back.data.fund_change, back.data.refund_fee], ['Y', '3.00']);
    });

    test('v3: pay by code at once, and waiting for the password', async () => {
      const biz = async total_amount => ({ out_trade_no: newNumber(), total_amount, subject: 'a', scene: 'bar_code',
        auth_code: await sandbox.payCode(buyer.login) });
      const paid = await curl('pay', await biz('8.88'));
      assert.deepEqual([paid.responseHttpStatus, paid.data.receipt_amount], [200, '8.88']);
      const waiting = await curl('pay', await biz('5000.00'));
      assert.deepEqual([waiting.responseHttpStatus, waiting.data.receipt_amount], [202, '0.00']);
      await curl('cancel', { out_trade_no: waiting.data.out_trade_no });
    });

    test('v3: refusals', async () => {
      const nobody = { out_trade_no: newNumber() };
      assert.equal(await refusal(curl('query', nobody)), '400 ACQ.TRADE_NOT_EXIST');
      assert.equal(await refusal(curl('nonsense', nobody)), '400 invalid-method');
      assert.equal(await refusal(curl('settle/confirm', nobody)), '403 insufficient-isv-permissions');
      assert.equal(await refusal(curl('query', nobody, { appAuthToken: 'x' })), '401 invalid-app-auth-token');
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const wrong = privateKey.export({ type: mode === 'cert' ? 'pkcs1' : 'pkcs8', format: 'pem' });
      const badKey = sdkFor(entry, server.ready, { privateKey: wrong });
      assert.equal(await refusal(badKey.curl('POST', '/v3/alipay/trade/query', { body: nobody })),
        '401 invalid-signature');
    });

    test('v3: needEncrypt, verified', async () => {
      const sealed = sdkFor(entry, server.ready, { encryptKey: entry.aes_key });
      const post = (name, body) => sealed.curl('POST', `/v3/alipay/trade/${name}`, { body, needEncrypt: true });
      const biz = { out_trade_no: newNumber(), total_amount: '1.00', subject: '密文', buyer_id: buyer.userId };
      const made = await post('create', biz);
      assert.equal(made.data.out_trade_no, biz.out_trade_no);
      assert.equal(await refusal(post('query', { out_trade_no: newNumber() })), '400 ACQ.TRADE_NOT_EXIST');
    });
  });
}
