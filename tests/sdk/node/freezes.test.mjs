// Pre-authorisations through the official Node SDK, over v2 and v3: frozen by code, by QR code and by order string; freed,
// paid from, cancelled; what may go wrong; what the merchant is told.
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

const FREEZE = 'alipay.fund.auth.order.freeze';
const UNFREEZE = 'alipay.fund.auth.order.unfreeze';
const QUERY = 'alipay.fund.auth.operation.detail.query';
const CANCEL = 'alipay.fund.auth.operation.cancel';
const VOUCHER = 'alipay.fund.auth.order.voucher.create';

for (const mode of ['key', 'cert']) {
  for (const version of ['v2', 'v3']) {
    describe(`${mode} mode, ${version}`, () => {
      let sdk;
      let entry;
      let buyer;

      before(async () => {
        entry = server.ready.apps.find(app => app.mode === mode);
        sdk = sdkFor(entry, server.ready);
        buyer = await sandbox.buyer('1000.00');
      });

      /** The answer of a call, with its fields under their names on the wire, and `outcome`. */
      const call = async (method, fields, notifyUrl) => {
        if (version === 'v2') {
          const told = notifyUrl ? { notifyUrl } : {};
          const answer = await sdk.exec(method, { bizContent: fields, ...told }, { validateSign: true });
          const named = Object.entries(answer).map(([name, value]) => [name.replace(/[A-Z]/g, big => `_${big.toLowerCase()}`), value]);
          return { ...Object.fromEntries(named), outcome: [answer.code, answer.subCode].filter(Boolean).join(' ') };
        }
        const path = `/v3/${method.replaceAll('.', '/')}`;
        try {
          const { data } = await sdk.curl('POST', path, { body: { ...fields, notify_url: notifyUrl } });
          return { ...data, outcome: '10000' };
        } catch (error) {
          assert.ok(error.responseHttpStatus >= 400, error);
          return { outcome: `40004 ${error.code}` };
        }
      };
      const agree = body => sandbox.send('/freeze', { login: buyer.login, pay_password: PAY_PASSWORD, ...body });
      const request = (amount, more = {}) => ({
        out_order_no: newNumber(), out_request_no: newNumber(), order_title: '租车押金 🚗', amount, product_code: 'PRE_AUTH', ...more });
      const byCode = async (amount, notifyUrl) => {
        const fields = request(amount, { auth_code: await sandbox.payCode(buyer.login), auth_code_type: 'bar_code' });
        return { fields, frozen: await call(FREEZE, fields, notifyUrl) };
      };
      const told = (kind, auth, number) => merchant.wait(undefined, params => params.notify_type === kind
        && params.auth_no === auth && (!number || params.out_request_no === number));

      test('frozen by code, freed in part, paid from, and the rest freed with the last payment', async () => {
        const { fields, frozen } = await byCode('100.00', merchant.url);
        assert.deepEqual([frozen.outcome, frozen.status, frozen.amount, frozen.payer_user_id],
          ['10000', 'SUCCESS', '100.00', buyer.userId]);
        const again = await call(FREEZE, fields, merchant.url);
        assert.equal(again.operation_id, frozen.operation_id, 'the same request has the same answer');
        assert.equal((await call(FREEZE, { ...fields, amount: '99.00' })).outcome, '40004 UNIQUE_VIOLATION');
        const auth = { auth_no: frozen.auth_no };
        const free = { ...auth, out_request_no: newNumber(), amount: '10.00', remark: '早还车' };
        const freed = await call(UNFREEZE, free, merchant.url);
        assert.deepEqual([freed.outcome, freed.status], ['10000', 'SUCCESS']);
        assert.equal((await call(UNFREEZE, free)).operation_id, freed.operation_id);
        assert.equal((await call(UNFREEZE, { ...free, amount: '11.00' })).outcome, '40004 UNIQUE_VIOLATION');
        const tooMuch = { ...free, out_request_no: newNumber(), amount: '90.01' };
        assert.equal((await call(UNFREEZE, tooMuch)).outcome, '40004 REQUEST_AMOUNT_EXCEED');
        const pay = { ...auth, out_trade_no: newNumber(), total_amount: '30.00', subject: '租金', product_code: 'PRE_AUTH',
          auth_confirm_mode: 'NOT_COMPLETE' };
        const paid = await call('alipay.trade.pay', pay, merchant.url);
        assert.deepEqual([paid.outcome, paid.receipt_amount, paid.buyer_user_id], ['10000', '30.00', buyer.userId]);
        assert.equal((await call('alipay.trade.pay', pay)).trade_no, paid.trade_no, 'paid once');
        const over = { ...pay, out_trade_no: newNumber(), total_amount: '60.01' };
        assert.equal((await call('alipay.trade.pay', over)).outcome, '40004 ACQ.AUTH_AMOUNT_NOT_ENOUGH');
        const other = { ...pay, out_trade_no: newNumber(), product_code: 'PRE_AUTH_ONLINE' };
        assert.equal((await call('alipay.trade.pay', other)).outcome, '40004 ACQ.PRE_AUTH_PROD_CODE_INCONSISTENT');
        const asked = await call(QUERY, { ...auth, operation_id: frozen.operation_id });
        assert.deepEqual(
          [asked.order_status, asked.operation_type, asked.rest_amount, asked.total_freeze_amount, asked.total_pay_amount],
          ['AUTHORIZED', 'FREEZE', '60.00', '100.00', '30.00']);
        const last = { ...pay, out_trade_no: newNumber(), total_amount: '20.00', auth_confirm_mode: 'COMPLETE' };
        assert.equal((await call('alipay.trade.pay', last)).outcome, '10000');
        const ended = await call(QUERY, { ...auth, operation_id: frozen.operation_id });
        assert.deepEqual([ended.order_status, ended.rest_amount], ['FINISH', '0.00']);
        assert.equal((await call(UNFREEZE, { ...free, out_request_no: newNumber() })).outcome, '40004 ORDER_ALREADY_FINISH');
        const refund = { out_trade_no: pay.out_trade_no, refund_amount: '30.00' };
        assert.deepEqual([(await call('alipay.trade.refund', refund)).fund_change], ['Y']);
        // 1000 less the twenty that stayed paid.
        const rest = await byCode('980.01');
        assert.equal(rest.frozen.outcome, '40004 MONEY_NOT_ENOUGH');
        const all = await byCode('980.00');
        assert.equal(all.frozen.outcome, '10000', 'all that is the payer\'s is there');
        const cancelled = await call(CANCEL, { auth_no: all.frozen.auth_no, operation_id: all.frozen.operation_id, remark: '错了' });
        assert.deepEqual([cancelled.outcome, cancelled.action], ['10000', 'unfreeze']);

        for (const [kind, number, members] of [
          ['fund_auth_freeze', fields.out_request_no, { operation_type: 'FREEZE', status: 'SUCCESS', total_freeze_amount: '100.00', rest_amount: '100.00',
            trans_currency: 'CNY', rest_credit_amount: '0.00', auth_app_id: entry.app_id }],
          ['fund_auth_unfreeze', free.out_request_no, { operation_type: 'UNFREEZE', amount: '10.00', total_unfreeze_amount: '10.00', rest_amount: '90.00' }],
        ]) {
          const params = await told(kind, frozen.auth_no, number);
          assert.ok(sdk.checkNotifySignV2(params), kind);
          for (const [name, value] of Object.entries({ ...members, out_order_no: fields.out_order_no, app_id: entry.app_id })) {
            assert.equal(params[name], value, `${kind} ${name}`);
          }
          for (const name of ['operation_id', 'out_request_no', 'gmt_create', 'gmt_trans', 'payer_logon_id', 'payee_user_id']) {
            assert.ok(params[name], `${kind} has ${name}`);
          }
        }
        const trade = await merchant.wait(pay.out_trade_no, params => params.trade_status === 'TRADE_SUCCESS');
        assert.deepEqual([trade.trade_status, trade.total_amount], ['TRADE_SUCCESS', '30.00']);
      });

      test('a payer scans a code and agrees; another one cannot; a wrong password freezes nothing', async () => {
        const fields = request('50.00');
        const made = await call(VOUCHER, fields, merchant.url);
        assert.deepEqual([made.outcome, made.code_type], ['10000', 'qrCode']);
        const code = { code_value: made.code_value };
        await assert.rejects(agree({ ...code, pay_password: '000000' }), { status: 403 });
        const page = await fetch(made.code_value);
        assert.match(await page.text(), /50\.00/, 'the page says how much');
        const agreed = await agree(code);
        assert.equal(agreed.order_status, 'AUTHORIZED');
        await assert.rejects(agree(code), { status: 409 });
        const asked = await call(QUERY, { out_order_no: fields.out_order_no, out_request_no: fields.out_request_no });
        assert.deepEqual([asked.status, asked.order_status], ['SUCCESS', 'AUTHORIZED']);
        const free = { auth_no: agreed.auth_no, out_request_no: newNumber(), amount: '50.00', remark: '全退' };
        assert.equal((await call(UNFREEZE, free)).outcome, '10000');
        const over = await call(QUERY, { auth_no: agreed.auth_no, operation_id: asked.operation_id });
        assert.equal(over.order_status, 'CLOSED', 'all was freed, nothing paid');
      });

      test('one that nobody agreed to is cancelled, and then it is too late', async () => {
        const fields = request('50.00');
        const made = await call(VOUCHER, fields);
        const cancelled = await call(CANCEL, {
          out_order_no: fields.out_order_no, out_request_no: fields.out_request_no, remark: '不用了' }, merchant.url);
        assert.deepEqual([cancelled.outcome, cancelled.action], ['10000', 'close']);
        await assert.rejects(agree({ code_value: made.code_value }), { status: 409 });
        const params = await told('fund_auth_operation_cancel', cancelled.auth_no);
        assert.ok(sdk.checkNotifySignV2(params));
        assert.deepEqual([params.action, params.status], ['close', 'CLOSED']);
        const same = await call(VOUCHER, fields);
        assert.equal(same.outcome, '40004 ORDER_ALREADY_CLOSED');
      });

      test('what may go wrong is told by the codes of these methods', async () => {
        const fields = request('1.00', { auth_code: '281234567890123456', auth_code_type: 'bar_code' });
        assert.equal((await call(FREEZE, fields)).outcome, '40004 PAYMENT_AUTH_CODE_INVALID');
        const unknown = { auth_no: '2026010100002000000000000006', out_request_no: '1' };
        assert.equal((await call(QUERY, unknown)).outcome, '40004 AUTH_ORDER_NOT_EXIST');
        assert.equal((await call(UNFREEZE, { ...unknown, amount: '1', remark: 'x' })).outcome, '40004 AUTH_ORDER_NOT_EXIST');
        assert.equal((await call(CANCEL, { ...unknown, remark: 'x' })).outcome, '40004 AUTH_ORDER_NOT_EXIST');
        const { frozen } = await byCode('1.00');
        const operation = await call(QUERY, { auth_no: frozen.auth_no, out_request_no: 'other' });
        assert.equal(operation.outcome, '40004 AUTH_OPERATION_NOT_EXIST');
        const limit = await call(VOUCHER, request('100000000.01'));
        assert.equal(limit.outcome, '40004 ILLEGAL_ARGUMENT', 'this method has no code of its own for it');
        for (const [name, value] of [['amount', '0'], ['order_title', ''], ['out_order_no', 'a b']]) {
          assert.equal((await call(VOUCHER, request('1.00', { [name]: value }))).outcome, '40004 ILLEGAL_ARGUMENT', `${name} ${value}`);
        }
      });

      if (version === 'v2') {
        test('an order string of an app is taken up by the wallet', async () => {
          const fields = request('20.00', { product_code: 'PRE_AUTH_ONLINE' });
          const text = sdk.sdkExecute('alipay.fund.auth.order.app.freeze', { bizContent: fields, notifyUrl: merchant.url });
          const agreed = await agree({ order_string: text });
          assert.equal(agreed.order_status, 'AUTHORIZED');
          const pay = { auth_no: agreed.auth_no, out_trade_no: newNumber(), total_amount: '20.00', subject: '租金',
            product_code: 'PRE_AUTH_ONLINE', auth_confirm_mode: 'COMPLETE' };
          assert.equal((await call('alipay.trade.pay', pay)).outcome, '10000');
          await assert.rejects(agree({ order_string: `${text}x` }), { status: 422 });
        });
      }
    });
  }
}
