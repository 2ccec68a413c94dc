// Split settlement through the official Node SDK: receivers, splits, their queries, refunds that take parts back, what
// is frozen, and the message that tells how a split ended; over v2 and v3, in both modes.
import assert from 'node:assert/strict';
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
  buyer = await sandbox.buyer('100000.00');
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
    let bob;
    let carol;
    before(async () => {
      sdk = sdkFor(server.ready.apps.find(app => app.mode === mode), server.ready);
      bob = await sandbox.buyer('1.00');
      carol = await sandbox.buyer('1.00');
      const list = [{ type: 'userId', account: bob.userId }, { type: 'loginName', account: carol.login, memo: '店长' }];
      const bound = await exec('alipay.trade.royalty.relation.bind',
        { out_request_no: newNumber(), receiver_list: list });
      assert.equal(bound.resultCode, 'SUCCESS');
    });

    const exec = (method, bizContent) => sdk.exec(method, { bizContent }, { validateSign: true });
    const post = (name, body) => sdk.curl('POST', `/v3/alipay/trade/${name}`, { body });
    const get = (name, query) => sdk.curl('GET', `/v3/alipay/trade/${name}`, { query });
    /** The status and the code that the SDK's own error carries. */
    const refusal = async promise => {
      const error = await promise.then(() => assert.fail('not refused'), error => error);
      return `${error.responseHttpStatus} ${error.code}`;
    };
    /** A paid order of 100.00. */
    const paid = async (more = {}) => {
      const biz = { out_trade_no: newNumber(), total_amount: '100.00', subject: '茶', scene: 'bar_code',
        auth_code: await sandbox.payCode(buyer.login), ...more };
      const answer = await sdk.exec('alipay.trade.pay', { bizContent: biz, notify_url: merchant.url },
        { validateSign: true });
      assert.equal(outcome(answer), '10000', JSON.stringify(answer));
      return answer.tradeNo;
    };
    const part = (to, amount) => ({ royalty_type: 'transfer', trans_in: to.userId, trans_in_type: 'userId', amount });
    const back = (from, amount) =>
      ({ royalty_type: 'transfer', trans_out: from.userId, trans_out_type: 'userId', amount });
    const settle = (tradeNo, number, parts, more = {}) => exec('alipay.trade.order.settle',
      { out_request_no: number, trade_no: tradeNo, royalty_parameters: parts, ...more });

    test('v2: split, the same again, another under the number, the queries, the message', async () => {
      const tradeNo = await paid();
      const number = newNumber();
      const parts = [part(bob, '12.50'),
        { trans_in: carol.login, trans_in_type: 'loginName', amount_percentage: 5, desc: '分账给店长' }];
      const done = await settle(tradeNo, number, parts);
      assert.equal(outcome(done), '10000');
      assert.equal(done.settleNo, `${tradeNo}0001`);
      assert.equal((await settle(tradeNo, number, parts)).settleNo, done.settleNo);
      assert.equal(outcome(await settle(tradeNo, number, [part(bob, '12.51')])), '40004 ACQ.DISCORDANT_REPEAT_REQUEST');
      const found = await exec('alipay.trade.order.settle.query', { settle_no: done.settleNo });
      assert.equal(found.outRequestNo, number);
      assert.deepEqual(found.royaltyDetailList.map(line => [line.operationType, line.transIn, line.amount, line.state]),
        [['transfer', bob.userId, '12.50', 'SUCCESS'], ['transfer', carol.userId, '5.00', 'SUCCESS']]);
      const left = await exec('alipay.trade.order.onsettle.query', { trade_no: tradeNo });
      assert.equal(left.unsettledAmount, '12.50');
      const told = await merchant.find(letter => letter.msg_method === 'alipay.trade.order.settle.notify'
        && JSON.parse(letter.biz_content).out_request_no === number, `split ${number}`);
      assert.ok(sdk.checkNotifySign(told), 'the message is signed by the platform');
      const content = JSON.parse(told.biz_content);
      assert.equal(content.trade_no, tradeNo);
      assert.deepEqual(content.royalty_detail_list.map(line => [line.amount, line.state]),
        [['12.50', 'SUCCESS'], ['5.00', 'SUCCESS']]);
      assert.match(told.utc_timestamp, /^\d{13}$/);
    });

    test('v2: refusals', async () => {
      const tradeNo = await paid();
      const stranger = await sandbox.buyer('1.00');
      const one = [part(bob, '1.00')];
      for (const [no, parts, wanted] of [
        ['2026010222001400000000000742', one, 'ACQ.TRADE_NOT_EXIST'],
        [tradeNo, [], 'ACQ.INVALID_PARAMETER'],
        [tradeNo, [part(stranger, '1.00')], 'ACQ.ROYALTY_RECEIVER_INVALID'],
        [tradeNo, [part(bob, '30.01')], 'ACQ.ALLOC_AMOUNT_VALIDATE_ERROR'],
        [tradeNo, [{ ...one[0], trans_out: carol.userId }], 'ACQ.MUST_ALLOC_FROM_ROOT_ACCOUNT'],
      ]) {
        assert.equal(outcome(await settle(no, newNumber(), parts)), `40004 ${wanted}`);
      }
      const unknown = await exec('alipay.trade.order.settle.query', { settle_no: `${tradeNo}0001` });
      assert.equal(outcome(unknown), '40004 INVALID_PARAMETER');
      const empty = await exec('alipay.trade.royalty.relation.bind', { out_request_no: newNumber(), receiver_list: [] });
      assert.equal(outcome(empty), '40004 RECEIVER_LIST_EMPTY');
    });

    test('v2: refunds take parts back, once, or leave everybody as they were', async () => {
      const tradeNo = await paid();
      await settle(tradeNo, newNumber(), [part(bob, '20.00'), part(carol, '10.00')]);
      const refund = (number, amount, parts) => exec('alipay.trade.refund', { trade_no: tradeNo, refund_amount: amount,
        out_request_no: number, refund_royalty_parameters: parts });
      const number = newNumber();
      const parts = [back(bob, '5.00'), back(carol, '2.00')];
      const done = await refund(number, '10.00', parts);
      assert.deepEqual([done.fundChange, done.refundFee], ['Y', '10.00']);
      const again = await refund(number, '10.00', parts);
      assert.deepEqual([again.fundChange, again.refundFee], ['N', '10.00']);
      assert.equal(outcome(await refund(number, '10.00', [])), '40004 ACQ.DISCORDANT_REPEAT_REQUEST');
      assert.equal(outcome(await refund(newNumber(), '50.00', [back(bob, '15.01')])),
        '40004 ACQ.ALLOC_AMOUNT_VALIDATE_ERROR');
      const found = await exec('alipay.trade.order.settle.query', { settle_no: `${tradeNo}0002` });
      assert.deepEqual(found.royaltyDetailList.map(line => [line.operationType, line.transOut, line.amount, line.state]),
        [['transfer_refund', bob.userId, '5.00', 'SUCCESS'], ['transfer_refund', carol.userId, '2.00', 'SUCCESS']]);
      // The whole rest, with everything that receivers still have.
      const rest = await refund(newNumber(), '90.00', [back(bob, '15.00'), back(carol, '8.00')]);
      assert.deepEqual([rest.fundChange, rest.refundFee], ['Y', '100.00']);
      const query = await exec('alipay.trade.query', { trade_no: tradeNo });
      assert.equal(query.tradeStatus, 'TRADE_CLOSED');
    });

    test('v2: a refund whose buyer is gone gives everybody back what they had, at each try', async () => {
      const gone = await sandbox.buyer('1000.00');
      const poor = await sandbox.buyer('0.00');
      await exec('alipay.trade.royalty.relation.bind',
        { out_request_no: newNumber(), receiver_list: [{ type: 'userId', account: poor.userId }] });
      const tradeNo = await paid({ auth_code: await sandbox.payCode(gone.login) });
      await settle(tradeNo, newNumber(), [part(poor, '20.00'), part(bob, '10.00')]);
      const status = status => sandbox.send('/party/status', { login: gone.login, status });
      const refund = (number, parts) => exec('alipay.trade.refund', { trade_no: tradeNo, refund_amount: '30.00',
        out_request_no: number, refund_royalty_parameters: parts });
      const parts = [back(poor, '20.00'), back(bob, '9.99')];
      const number = newNumber();
      await status('closed');
      for (const place of ['0002', '0003']) {
        assert.equal(outcome(await refund(number, parts)), '40004 ACQ.BUYER_NOT_EXIST');
        const found = await exec('alipay.trade.order.settle.query', { settle_no: tradeNo + place });
        assert.deepEqual(found.royaltyDetailList.map(line => [line.operationType, line.amount, line.state]),
          [['transfer_refund', '20.00', 'FAIL'], ['transfer_refund', '9.99', 'FAIL']]);
        const left = await exec('alipay.trade.order.onsettle.query', { trade_no: tradeNo });
        assert.equal(left.unsettledAmount, '0.00', 'all of it is with the receivers');
      }
      await status('normal');
      // Who had nothing else can give it now, so it had come back.
      const done = await refund(number, parts);
      assert.deepEqual([done.fundChange, done.refundFee], ['Y', '30.00']);
    });

    test('v2: what came back of the last split may be split again', async () => {
      const gone = await sandbox.buyer('0.00');
      await exec('alipay.trade.royalty.relation.bind',
        { out_request_no: newNumber(), receiver_list: [{ type: 'userId', account: gone.userId }] });
      const tradeNo = await paid({ extend_params: { royalty_freeze: 'true' } });
      await sandbox.send('/party/status', { login: gone.login, status: 'closed' });
      const finish = { extend_params: { royalty_finish: 'true' } };
      assert.equal(outcome(await settle(tradeNo, newNumber(), [part(gone, '5.00')], finish)), '10000');
      const left = await exec('alipay.trade.order.onsettle.query', { trade_no: tradeNo });
      assert.equal(left.unsettledAmount, '5.00');
      assert.equal(outcome(await settle(tradeNo, newNumber(), [part(bob, '5.01')])), '40004 ACQ.ALLOC_AMOUNT_VALIDATE_ERROR');
      assert.equal(outcome(await settle(tradeNo, newNumber(), [part(bob, '5.00')])), '10000');
      assert.equal(outcome(await settle(tradeNo, newNumber(), [part(bob, '0.01')])), '40004 ACQ.ALREADY_FINISH_ALLOC');
    });

    test('v2: frozen until it is finished', async () => {
      const tradeNo = await paid({ extend_params: { royalty_freeze: 'true' } });
      assert.equal(outcome(await settle(tradeNo, newNumber(), [part(bob, '1.00')])), '10000');
      assert.equal(outcome(await settle(tradeNo, newNumber(), [], { extend_params: { royalty_finish: 'true' } })), '10000');
      assert.equal(outcome(await settle(tradeNo, newNumber(), [part(bob, '1.00')])), '40004 ACQ.ALREADY_FINISH_ALLOC');
    });

    test('v3: receivers, split, queries, refund that takes back, refusals', async () => {
      const dave = await sandbox.buyer('1.00');
      const list = [{ type: 'userId', account: dave.userId }];
      const bound = await post('royalty/relation/bind', { out_request_no: newNumber(), receiver_list: list });
      assert.equal(bound.data.result_code, 'SUCCESS');
      const all = await post('royalty/relation/batchquery', { out_request_no: newNumber(), page_size: 100 });
      assert.ok(all.data.receiver_list.some(receiver => receiver.account === dave.userId));
      assert.equal((await get('royalty/rate/query', { out_request_no: newNumber() })).data.max_ratio, 30);
      const tradeNo = await paid();
      const body = { out_request_no: newNumber(), trade_no: tradeNo, royalty_parameters: [part(dave, '30.00')] };
      const done = await post('order/settle', body);
      assert.equal(done.data.settle_no, `${tradeNo}0001`);
      const found = await get('order/settle/query', { trade_no: tradeNo, out_request_no: body.out_request_no });
      assert.equal(found.data.royalty_detail_list[0].state, 'SUCCESS');
      const refund = { trade_no: tradeNo, refund_amount: '30.00', out_request_no: newNumber(),
        refund_royalty_parameters: [back(dave, '30.00')] };
      const given = await post('refund', refund);
      assert.deepEqual([given.data.fund_change, given.data.refund_fee], ['Y', '30.00']);
      const more = { ...refund, out_request_no: newNumber(), refund_royalty_parameters: [back(dave, '0.01')] };
      assert.equal(await refusal(post('refund', more)), '400 ACQ.ALLOC_AMOUNT_VALIDATE_ERROR');
      const unbound = await post('royalty/relation/unbind', { out_request_no: newNumber(), receiver_list: list });
      assert.equal(unbound.data.result_code, 'SUCCESS');
      assert.equal(await refusal(post('order/settle', { ...body, out_request_no: newNumber() })),
        '400 ACQ.ROYALTY_RECEIVER_INVALID');
    });
  });
}
