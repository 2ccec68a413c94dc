// Transfers through the official Node SDK, over v2 and v3, in both modes: success, the same number again, every refusal,
// the queries, the account and its limits, and the message that tells how a transfer ended.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newNumber, PAY_PASSWORD, sdkFor, Sandbox, startMerchant, startServer } from './fixture.mjs';

const PRODUCT = { product_code: 'TRANS_ACCOUNT_NO_PWD', biz_scene: 'DIRECT_TRANSFER' };
let server;
let sandbox;
let merchant;
let buyer;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  merchant = await startMerchant();
  buyer = await sandbox.buyer('10.00');
});

after(async () => {
  await merchant?.close();
  await server?.stop();
});

const outcome = answer => [answer.code, answer.subCode].filter(Boolean).join(' ');

for (const mode of ['key', 'cert']) {
  describe(`${mode} mode`, () => {
    let app;
    let sdk;
    before(async () => {
      app = server.ready.apps.find(one => one.mode === mode);
      sdk = sdkFor(app, server.ready);
      await sandbox.send('/topup', { user_id: app.seller_id, amount: '1000.00', key: newNumber() });
    });

    const exec = (method, bizContent, more = {}) =>
      sdk.exec(method, { bizContent, ...more }, { validateSign: true });
    const request = (number, more = {}) => ({ out_biz_no: number, trans_amount: '1.00', ...PRODUCT,
      payee_info: { identity: buyer.userId, identity_type: 'ALIPAY_USER_ID' }, ...more });
    const send = (number, more, beside) => exec('alipay.fund.trans.uni.transfer', request(number, more), beside);
    const rest = (number, more) =>
      sdk.curl('POST', '/v3/alipay/fund/trans/uni/transfer', { body: request(number, more) });
    const payee = (identity, type, name) => ({ payee_info: { identity, identity_type: type, ...(name && { name }) } });
    /** The status and the code that the SDK's own error carries. */
    const refusal = async promise => {
      const error = await promise.then(() => assert.fail('not refused'), one => one);
      return `${error.responseHttpStatus} ${error.code}`;
    };

    test('v2: sent once, asked for by every number, told', async () => {
      const number = newNumber();
      const more = { trans_amount: '2.50', order_title: '奖金', remark: '一月', passback_params: 'p1' };
      const done = await send(number, more, { notify_url: merchant.url });
      assert.equal(outcome(done), '10000');
      assert.deepEqual([done.status, done.outBizNo], ['SUCCESS', number]);
      assert.match(done.orderId, /^\d{32}$/);
      assert.match(done.payFundOrderId, /^\d{32}$/);
      assert.match(done.transDate, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      const again = await send(number, more, { notify_url: merchant.url });
      assert.deepEqual([again.orderId, again.transDate], [done.orderId, done.transDate]);
      for (const by of [{ out_biz_no: number, ...PRODUCT }, { order_id: done.orderId },
        { pay_fund_order_id: done.payFundOrderId }]) {
        const found = await exec('alipay.fund.trans.common.query', by);
        assert.deepEqual([found.orderId, found.transAmount, found.status, found.passbackParams],
          [done.orderId, '2.50', 'SUCCESS', 'p1']);
      }
      const told = await merchant.find(letter => letter.msg_method === 'alipay.fund.trans.order.changed'
        && JSON.parse(letter.biz_content).out_biz_no === number, `transfer ${number}`);
      assert.ok(sdk.checkNotifySign(told), 'the message is signed by the platform');
      const content = JSON.parse(told.biz_content);
      assert.deepEqual([content.order_id, content.status, content.trans_amount, content.action_type],
        [done.orderId, 'SUCCESS', '2.50', 'FINISH']);
    });

    test('to a card: under way until the bank has spoken, and told', async () => {
      const product = { product_code: 'TRANS_BANKCARD_NO_PWD', biz_scene: 'DIRECT_TRANSFER' };
      for (const [card, status] of [['6222021234567894', 'SUCCESS'], ['6222020000040003', 'FAIL']]) {
        const number = newNumber();
        const request = { out_biz_no: number, trans_amount: '2.50', ...product, payee_info: { identity: card,
          identity_type: 'BANKCARD_ACCOUNT', name: '张三', bankcard_ext_info: { account_type: '2' } } };
        const sent = await exec('alipay.fund.trans.uni.transfer', request, { notify_url: merchant.url });
        assert.deepEqual([outcome(sent), sent.status, sent.outBizNo], ['10000', 'DEALING', number]);
        const told = await merchant.find(letter => letter.msg_method === 'alipay.fund.trans.order.changed'
          && JSON.parse(letter.biz_content).out_biz_no === number, `transfer ${number}`);
        assert.ok(sdk.checkNotifySign(told), 'the message is signed by the platform');
        const content = JSON.parse(told.biz_content);
        assert.deepEqual([content.order_id, content.status, content.product_code],
          [sent.orderId, status, 'TRANS_BANKCARD_NO_PWD']);
        const found = await exec('alipay.fund.trans.common.query', { out_biz_no: number, ...product });
        assert.deepEqual([found.orderId, found.status, found.transAmount, found.orderFee],
          [sent.orderId, status, '2.50', '0.10']);
        assert.equal(found.errorCode, status === 'FAIL' ? 'PAYEE_CARD_INFO_ERROR' : undefined);
      }
    });

    test('to a card whose holder is on a list of names: nothing moves', async () => {
      const list = `id,kind,names,birth,id_digest,source,reason\nX1,person,欧阳不存在,,,own,test\n`;
      const base_version = (await (await fetch(`${server.ready.sandbox}/screening`)).json()).in_force?.version ?? 0;
      const { version, digest } = await sandbox.send('/screening', { operator: 'ada', base_version, list });
      await sandbox.send('/screening/approve', { operator: 'bea', version, digest });
      const product = { product_code: 'TRANS_BANKCARD_NO_PWD', biz_scene: 'DIRECT_TRANSFER' };
      const to = (number, name) => exec('alipay.fund.trans.uni.transfer', { out_biz_no: number, trans_amount: '2.50',
        ...product, payee_info: { identity: '6222021234567894', identity_type: 'BANKCARD_ACCOUNT', name,
          bankcard_ext_info: { account_type: '2' } } });
      const number = newNumber();
      assert.equal(outcome(await to(number, '欧阳不存在')), '40004 SECURITY_CHECK_FAILED');
      assert.equal(outcome(await exec('alipay.fund.trans.common.query', { out_biz_no: number, ...product })),
        '40004 ORDER_NOT_EXIST');
      const sent = await to(number, '张三');
      assert.equal(outcome(sent), '10000', 'the number is free');
      const found = await exec('alipay.fund.trans.order.query', { order_id: sent.orderId });
      assert.deepEqual([found.orderId, found.outBizNo, found.orderFee], [sent.orderId, number, '0.10']);
    });

    test('a batch: details arrive or fail each by itself, and the end is told once', async () => {
      const number = newNumber().slice(0, 32);
      const to = (detail, identity, type, name) => ({ out_biz_no: detail, trans_amount: '1.00',
        payee_info: { identity, identity_type: type, name } });
      const asked = { out_batch_no: number, product_code: 'BATCH_PAY_V2', biz_scene: 'MESSAGE_BATCH_PAY',
        order_title: '工资', total_trans_amount: '2.00', total_count: '2', passback_params: 'p1', trans_order_list: [
          to('d1', buyer.userId, 'ALIPAY_USER_ID'), to('d2', 'nobody@example.com', 'ALIPAY_LOGON_ID', '王')] };
      const sent = await exec('alipay.fund.batch.create', asked, { notify_url: merchant.url });
      assert.deepEqual([outcome(sent), sent.status, sent.outBatchNo], ['10000', 'WAIT_PAY', number]);
      const again = await exec('alipay.fund.batch.create', asked, { notify_url: merchant.url });
      assert.equal(again.batchTransId, sent.batchTransId);
      await sandbox.send(`/batches/${number}/agree`, { user_id: app.seller_id });
      const told = await merchant.find(letter => letter.msg_method === 'alipay.fund.batch.order.changed'
        && JSON.parse(letter.biz_content).out_batch_no === number, `batch ${number}`);
      assert.ok(sdk.checkNotifySign(told), 'the message is signed by the platform');
      const content = JSON.parse(told.biz_content);
      assert.deepEqual([content.batch_trans_id, content.batch_status, content.success_amount, content.passback_params],
        [sent.batchTransId, 'PART_SUCCESS', '1.00', 'p1']);
      const found = await exec('alipay.fund.batch.detail.query', { out_batch_no: number });
      assert.deepEqual(found.accDetailList.map(one => [one.outBizNo, one.status, one.errorCode]),
        [['d1', 'SUCCESS', undefined], ['d2', 'FAIL', 'PAYEE_NOT_EXIST']]);
    });

    test('v3: sent once, asked for, the account and its limits', async () => {
      const number = newNumber();
      const done = await rest(number);
      assert.deepEqual([done.responseHttpStatus, done.data.status, done.data.out_biz_no], [200, 'SUCCESS', number]);
      assert.equal((await rest(number)).data.order_id, done.data.order_id);
      const found = await sdk.curl('GET', '/v3/alipay/fund/trans/common/query',
        { query: { out_biz_no: number, ...PRODUCT } });
      assert.deepEqual([found.data.order_id, found.data.status, found.data.trans_amount],
        [done.data.order_id, 'SUCCESS', '1.00']);
      const before_ = await sdk.curl('GET', '/v3/alipay/fund/account/query',
        { query: { alipay_user_id: app.seller_id, account_type: 'ACCTRANS_ACCOUNT' } });
      await rest(newNumber(), { trans_amount: '0.10' });
      const later = await sdk.curl('GET', '/v3/alipay/fund/account/query', { query: {} });
      const fen = answer => Math.round(Number(answer.data.available_amount) * 100);
      assert.equal(fen(before_) - fen(later), 10);
      const quota = await exec('alipay.fund.quota.query', PRODUCT);
      assert.deepEqual([quota.newQuotaSingleMin, quota.newQuotaDaily], ['0.10', '2000000.00']);
    });

    test('the older interface', async () => {
      const number = newNumber();
      const ask = { out_biz_no: number, payee_type: 'ALIPAY_LOGONID', payee_account: buyer.login, amount: '1.50',
        payer_show_name: '茶馆', remark: '奖金' };
      const done = await exec('alipay.fund.trans.toaccount.transfer', ask);
      assert.deepEqual([outcome(done), done.outBizNo], ['10000', number]);
      assert.equal((await exec('alipay.fund.trans.toaccount.transfer', ask)).orderId, done.orderId);
      const found = await exec('alipay.fund.trans.order.query', { out_biz_no: number });
      assert.deepEqual([found.orderId, found.status, found.orderFee], [done.orderId, 'SUCCESS', '0.00']);
      const other = await exec('alipay.fund.trans.toaccount.transfer', { ...ask, amount: '1.51' });
      assert.equal(outcome(other), '40004 PAYMENT_INFO_INCONSISTENCY');
      assert.equal(outcome(await exec('alipay.fund.trans.order.query', { out_biz_no: newNumber() })),
        '40004 ORDER_NOT_EXIST');
    });

    test('each refusal, over v2 and v3', async () => {
      const taken = newNumber();
      await send(taken);
      const closed = await sandbox.buyer('1.00');
      await sandbox.send('/party/status', { user_id: closed.userId, status: 'closed' });
      const id = 'ALIPAY_USER_ID';
      for (const [more, code, number] of [
        [{ trans_amount: '1.001' }, 'INVALID_PARAMETER'],
        [{ product_code: 'STD_RED_PACKET' }, 'INVALID_PARAMETER'],
        [payee('6222000000000000', 'BANKCARD_ACCOUNT', '王'), 'INVALID_PARAMETER'],
        [payee(buyer.login, 'ALIPAY_LOGON_ID'), 'INVALID_PARAMETER'],
        [{ trans_amount: '1.01' }, 'PAYMENT_INFO_INCONSISTENCY', taken],
        [payee('2088999999999999', id), 'PAYEE_NOT_EXIST'],
        [payee('nobody@example.com', 'ALIPAY_LOGON_ID', '王'), 'PAYEE_NOT_EXIST'],
        [payee('never-given', 'ALIPAY_OPEN_ID'), 'PAYEE_NOT_EXIST'],
        [payee(buyer.login, 'ALIPAY_LOGON_ID', '别人'), 'PAYEE_USERINFO_ERROR'],
        [payee(closed.userId, id), 'PAYEE_ACCOUNT_STATUS_ERROR'],
        [payee(app.seller_id, id), 'PAYER_PAYEE_CANNOT_SAME'],
        [{ trans_amount: '0.09' }, 'EXCEED_LIMIT_SM_MIN_AMOUNT'],
        [{ trans_amount: '1000000.01' }, 'EXCEED_LIMIT_SM_AMOUNT'],
        [{ trans_amount: '999999.00' }, 'PAYER_BALANCE_NOT_ENOUGH'],
      ]) {
        const what = `${JSON.stringify(more)} ${code}`;
        assert.equal(outcome(await send(number ?? newNumber(), more)), `40004 ${code}`, what);
        assert.equal(await refusal(rest(number ?? newNumber(), more)), `400 ${code}`, what);
      }
      const query = { order_id: '20260102110070000000000000000742' };
      assert.equal(outcome(await exec('alipay.fund.trans.common.query', query)), '40004 ORDER_NOT_EXIST');
      assert.equal(await refusal(sdk.curl('GET', '/v3/alipay/fund/trans/common/query', { query })),
        '400 ORDER_NOT_EXIST');
      const other = { alipay_user_id: buyer.userId };
      assert.equal(outcome(await exec('alipay.fund.account.query', other)), '40004 NO_PERMISSION_ACCOUNT');
    });

    test('sent with a certificate only, once the app is set so', async () => {
      const set = on => sandbox.send('/app/settings', { app_id: app.app_id, certificate_to_send: on });
      await set(true);
      const told = outcome(await send(newNumber()));
      await set(false);
      assert.equal(told, mode === 'cert' ? '10000' : '40006 isv.insufficient-isv-permissions');
    });
  });
}

describe('from person to person', () => {
  test('an unknown payee is named before anything moves, then known; what waits is called back', async () => {
    const [lily, tom] = [await sandbox.buyer('100.00'), await sandbox.buyer('1.00')];
    const ask = { login: lily.login, pay_password: PAY_PASSWORD, payee: tom.login, amount: '10.00' };
    await assert.rejects(sandbox.send('/transfers', ask), /^Error: 409 .*payee_unknown/);
    const sent = await sandbox.send('/transfers', { ...ask, accept_unknown: true });
    assert.equal(sent.status, 'SUCCESS');
    const waits = await sandbox.send('/transfers', { ...ask, arrival: '2h' });
    assert.equal(waits.status, 'DEALING');
    const back = await sandbox.send(`/transfers/${waits.order_id}/cancel`, { login: lily.login });
    assert.equal(back.status, 'CLOSED');
  });
});
