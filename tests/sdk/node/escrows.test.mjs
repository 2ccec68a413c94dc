// Guaranteed trades (担保交易) through the official Node SDK, over v2 and v3: opened by trade.create, paid by the buyer, sent,
// confirmed, disputed; the seller has the money on release and not before; what the merchant is told.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newNumber, PAY_PASSWORD, sdkFor, Sandbox, startMerchant, startServer } from './fixture.mjs';

let server;
let sandbox;
let merchant;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  merchant = await startMerchant();
});

after(async () => {
  await merchant?.close();
  await server?.stop();
});

for (const version of ['v2', 'v3']) {
  describe(version, () => {
    let sdk;
    let seller;
    let buyer;

    before(async () => {
      const entry = server.ready.apps.find(app => app.mode === 'key');
      sdk = sdkFor(entry, server.ready);
      seller = entry.seller_id;
      buyer = await sandbox.buyer('100.00');
    });

    /** The answer of a call, with its fields under their names on the wire, and `outcome`. */
    const call = async (method, fields, notifyUrl) => {
      if (version === 'v2') {
        const told = notifyUrl ? { notifyUrl } : {};
        const answer = await sdk.exec(method, { bizContent: fields, ...told }, { validateSign: true });
        const named = Object.entries(answer).map(([name, value]) => [name.replace(/[A-Z]/g, big => `_${big.toLowerCase()}`), value]);
        return { ...Object.fromEntries(named), outcome: [answer.code, answer.subCode].filter(Boolean).join(' ') };
      }
      try {
        const { data } = await sdk.curl('POST', `/v3/${method.replaceAll('.', '/')}`, { body: { ...fields, notify_url: notifyUrl } });
        return { ...data, outcome: '10000' };
      } catch (error) {
        assert.ok(error.responseHttpStatus >= 400, error);
        return { outcome: `40004 ${error.code}` };
      }
    };
    const create = async (goods, amount) => {
      const fields = { out_trade_no: newNumber(), total_amount: amount, subject: '茶壶 🫖', buyer_id: buyer.userId,
        product_code: 'JSAPI_PAY', escrow_goods: goods };
      const made = await call('alipay.trade.create', fields, merchant.url);
      assert.equal(made.outcome, '10000');
      return { number: fields.out_trade_no, tradeNo: made.trade_no, fields };
    };
    const pay = ({ tradeNo }) => sandbox.pay(buyer.login, { trade_no: tradeNo });
    const act = ({ tradeNo }, what, body) => sandbox.send(`/escrows/${tradeNo}/${what}`, body);
    const status = async ({ number }) => (await call('alipay.trade.query', { out_trade_no: number })).trade_status;
    const told = ({ number }, trade) => merchant.wait(number, params => params.trade_status === trade);
    const asBuyer = { get login() { return buyer.login; } };
    const send = trade => act(trade, 'send', { user_id: seller, transport: 'express', company: '顺丰', number: 'SF1' });

    test('paid, sent, confirmed: the seller has the money on release', async () => {
      const trade = await create('physical', '30.00');
      assert.equal((await call('alipay.trade.create', trade.fields)).trade_no, trade.tradeNo, 'opened once');
      const other = await call('alipay.trade.create', { ...trade.fields, escrow_goods: 'virtual' });
      assert.equal(other.outcome, '40004 ACQ.CONTEXT_INCONSISTENT');
      assert.equal(await status(trade), 'WAIT_BUYER_PAY');
      await pay(trade);
      assert.equal(await status(trade), 'WAIT_SELLER_SEND_GOODS');
      await assert.rejects(act(trade, 'confirm', { login: buyer.login, pay_password: '000000' }), { status: 403 });
      await assert.rejects(act(trade, 'send', { login: buyer.login, transport: 'unneeded' }), { status: 409 });
      const sent = await send(trade);
      assert.deepEqual([sent.trade_status, sent.held], ['WAIT_BUYER_CONFIRM_GOODS', '30.00']);
      await assert.rejects(send(trade), { status: 409 });
      const confirm = { login: buyer.login, pay_password: PAY_PASSWORD, request_no: 'C1' };
      const confirmed = await act(trade, 'confirm', confirm);
      assert.deepEqual([confirmed.trade_status, confirmed.held, confirmed.released], ['TRADE_FINISHED', '0.00', '30.00']);
      assert.equal((await act(trade, 'confirm', confirm)).released, '30.00', 'released once');
      assert.equal(await status(trade), 'TRADE_FINISHED');
      for (const state of ['WAIT_SELLER_SEND_GOODS', 'WAIT_BUYER_CONFIRM_GOODS', 'TRADE_FINISHED']) {
        assert.ok(sdk.checkNotifySignV2(await told(trade, state)), state);
      }
    });

    test('a merchant gives back what is held by its own refund; a cancel ends the trade', async () => {
      const trade = await create('physical', '5.00');
      await pay(trade);
      const refund = { out_trade_no: trade.number, refund_amount: '2.00', out_request_no: 'R1' };
      assert.deepEqual([(await call('alipay.trade.refund', refund)).outcome], ['10000']);
      assert.equal((await call('alipay.trade.refund', refund)).refund_fee, '2.00', 'given back once');
      const shown = await sandbox.send(`/escrows/${trade.tradeNo}`);
      assert.deepEqual([shown.held, shown.refunded, shown.trade_status], ['3.00', '2.00', 'WAIT_SELLER_SEND_GOODS']);
      const tooMuch = { ...refund, refund_amount: '3.01', out_request_no: 'R2' };
      assert.match((await call('alipay.trade.refund', tooMuch)).outcome, /^40004 ACQ\./);
      assert.match((await call('alipay.trade.close', { out_trade_no: trade.number })).outcome, /^40004 ACQ\./);
      const cancelled = await call('alipay.trade.cancel', { out_trade_no: trade.number });
      assert.deepEqual([cancelled.outcome, cancelled.action], ['10000', 'refund']);
      assert.equal(await status(trade), 'TRADE_CLOSED');
    });

    test('a case about goods that never came: refused, disputed, decided', async () => {
      const trade = await create('physical', '20.00');
      await pay(trade);
      await send(trade);
      const opened = await act(trade, 'open_case', { ...asBuyer, login: buyer.login, kind: 'refund_only', goods: 'not_received', amount: '20.00', words: '没收到' });
      assert.equal(opened.case.refund_status, 'WAIT_SELLER_AGREE');
      const refused = await act(trade, 'refuse', { user_id: seller, words: '已签收' });
      assert.equal(refused.case.refund_status, 'SELLER_REFUSE_BUYER');
      await act(trade, 'call_service', { login: buyer.login });
      await act(trade, 'evidence', { login: buyer.login, words: '快递说没有' });
      await act(trade, 'evidence', { user_id: seller, words: '签收单' });
      const decided = await act(trade, 'decide', { to_buyer: '15.00', to_seller: '5.00', words: '各担一部分' });
      assert.equal(decided.case.refund_status, 'SUCCESS');
      assert.equal(decided.case.granted, '15.00');
      const shown = await sandbox.send(`/escrows/${trade.tradeNo}`);
      assert.equal(shown.refunded, '15.00');
      assert.equal(Number(shown.held) + Number(shown.released), 5);
      assert.ok((await told(trade, 'WAIT_BUYER_CONFIRM_GOODS')).out_trade_no);
    });

    test('a seller who agrees gives it back; the buyer has it again', async () => {
      const poor = await sandbox.buyer('8.00');
      buyer = poor;
      const trade = await create('virtual', '8.00');
      await pay(trade);
      await assert.rejects(pay(await create('virtual', '8.00')), { status: 409 });
      await act(trade, 'open_case', { login: poor.login, kind: 'refund_only', amount: '8.00' });
      await act(trade, 'agree', { user_id: seller });
      assert.equal(await status(trade), 'TRADE_CLOSED');
      const again = await create('virtual', '8.00');
      await pay(again);
      assert.equal(await status(again), 'WAIT_SELLER_SEND_GOODS');
    });
  });
}
