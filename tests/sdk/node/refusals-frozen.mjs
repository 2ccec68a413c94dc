// Refusals of pre-authorisations, and of payments out of them.
import { newNumber, PAY_PASSWORD } from './refusals.mjs';

const FREEZE = 'alipay.fund.auth.order.freeze';
const VOUCHER = 'alipay.fund.auth.order.voucher.create';
const APP = 'alipay.fund.auth.order.app.freeze';
const UNFREEZE = 'alipay.fund.auth.order.unfreeze';
const DETAIL = 'alipay.fund.auth.operation.detail.query';
const CANCEL = 'alipay.fund.auth.operation.cancel';
const PAY = 'alipay.trade.pay';
const NOBODYS = '2026010210002001000000000006';
/** Above it a payer must confirm, so that nothing is frozen yet. */
const ABOVE_LIMIT = '1000.01';

/** The fields of a good request; by code with a fresh code of the payer. */
export async function request(g, method, payer, more = {}) {
  const code = method === FREEZE ? { auth_code: await g.payCode(payer), auth_code_type: 'bar_code' } : {};
  return { out_order_no: newNumber(), out_request_no: newNumber(), order_title: '押金', amount: '10.00',
    product_code: method === APP ? 'PRE_AUTH_ONLINE' : 'PRE_AUTH', ...code, ...more };
}

/** The payer agrees to what was made by a voucher or an order string. */
export function agree(g, method, payer, made, fields) {
  const which = method === VOUCHER ? { code_value: made.code_value }
    : { order_string: g.house.sdk.sdkExecute(APP, { bizContent: fields }) };
  return g.sandbox.send('/freeze', { login: payer.login, pay_password: PAY_PASSWORD, ...which });
}

/** Frozen by this method: {fields, authNo, operation, payer}. */
export async function frozen(g, method = FREEZE, more = {}) {
  const payer = await g.buyer();
  const fields = await request(g, method, payer, more);
  const made = await g.must(g.house, method, fields);
  const authNo = method === FREEZE ? made.auth_no : (await agree(g, method, payer, made, fields)).auth_no;
  return { fields, authNo, operation: made.operation_id, payer };
}

/** The same request once more; by code with another code of the same payer. */
const again = async (g, method, { fields, payer }, more = {}) => [g.house,
  { ...fields, ...method === FREEZE && { auth_code: await g.payCode(payer) }, ...more }];

export const payment = (authNo, more = {}) => ({ auth_no: authNo, out_trade_no: newNumber(), total_amount: '10.00',
  subject: '租金', product_code: 'PRE_AUTH', auth_confirm_mode: 'NOT_COMPLETE', ...more });
export const release = (authNo, more = {}) =>
  ({ auth_no: authNo, out_request_no: newNumber(), amount: '10.00', remark: '退', ...more });

/** Everything that was frozen is paid. */
async function finished(g, method = FREEZE) {
  const done = await frozen(g, method);
  await g.must(g.house, PAY, payment(done.authNo,
    { auth_confirm_mode: 'COMPLETE', product_code: done.fields.product_code }));
  return done;
}

/** Everything that was frozen is free again. */
async function closed(g, method = FREEZE) {
  const done = await frozen(g, method);
  await g.must(g.house, UNFREEZE, release(done.authNo));
  return done;
}

/** One that waits for its payer to confirm. */
async function waiting(g) {
  const payer = await g.buyer();
  const fields = await request(g, FREEZE, payer, { amount: ABOVE_LIMIT });
  const made = await g.must(g.house, FREEZE, fields);
  return { fields, authNo: made.auth_no, payer };
}

const wrong = more => async (g, method) => [g.house, await request(g, method, await g.buyer(), more)];

const OPENING = {
  ILLEGAL_ARGUMENT: wrong({ amount: '0' }),
  CURRENCY_VERIFICATION_FAIL: wrong({ trans_currency: 'USD' }),
  UNIQUE_VIOLATION: async (g, method) => again(g, method, await frozen(g, method), { amount: '9.99' }),
  FREEZE_ALREADY_SUCCESS: async (g, method) => again(g, method, await frozen(g, method)),
  ORDER_ALREADY_FINISH: async (g, method) => again(g, method, await finished(g, method)),
  ORDER_ALREADY_CLOSED: async (g, method) => again(g, method, await closed(g, method)),
  ACCESS_FORBIDDEN: async (g, method) => {
    const shop = await g.shop();
    await g.endContract(shop, 'pre_authorisation');
    return [shop, await request(g, method, await g.buyer())];
  },
  PAYEE_USER_STATUS_LIMIT: async (g, method) => {
    const shop = await g.shop();
    await g.status(shop, 'frozen');
    return [shop, await request(g, method, await g.buyer())];
  },
};

const AT_TILL = {
  PRODUCT_AMOUNT_LIMIT_ERROR: wrong({ amount: '100000000.01' }),
  PAYMENT_AUTH_CODE_INVALID: wrong({ auth_code: '281234567890123456' }),
  ILLEGAL_PAYEE_USER_ID: wrong({ payee_user_id: '2088999999999999' }),
  PAYER_USER_STATUS_LIMIT: async (g, method) => {
    const payer = await g.buyer();
    const fields = await request(g, method, payer);
    await g.status(payer, 'frozen');
    return [g.house, fields];
  },
  PAYER_PAYEE_EQUAL: async (g, method) => {
    const shop = await g.shop('100.00');
    return [shop, await request(g, method, shop)];
  },
  USER_ACCOUNT_VALIDATE_FAIL: async (g, method) => {
    const { fields } = await waiting(g);
    return [g.house, { ...fields, auth_code: await g.payCode(await g.buyer()) }];
  },
  MONEY_NOT_ENOUGH: async (g, method) => [g.house, await request(g, method, await g.buyer('9.99'))],
};

const WITH_A_FREEZE = {
  [UNFREEZE]: {
    ILLEGAL_ARGUMENT: async g => [g.house, release(NOBODYS, { remark: '' })],
    AUTH_ORDER_NOT_EXIST: async g => [g.house, release(NOBODYS)],
    UNIQUE_VIOLATION: async g => {
      const asked = release((await frozen(g)).authNo, { amount: '1.00' });
      await g.must(g.house, UNFREEZE, asked);
      return [g.house, { ...asked, amount: '1.01' }];
    },
    ILLEGAL_STATUS: async g => [g.house, release((await waiting(g)).authNo)],
    ORDER_ALREADY_FINISH: async g => [g.house, release((await finished(g)).authNo)],
    ORDER_ALREADY_CLOSED: async g => [g.house, release((await closed(g)).authNo)],
    REQUEST_AMOUNT_EXCEED: async g => [g.house, release((await frozen(g)).authNo, { amount: '10.01' })],
  },
  [DETAIL]: {
    ILLEGAL_ARGUMENT: async g => [g.house, { auth_no: NOBODYS }],
    AUTH_ORDER_NOT_EXIST: async g => [g.house, { auth_no: NOBODYS, out_request_no: '1' }],
    AUTH_OPERATION_NOT_EXIST: async g => [g.house, { auth_no: (await frozen(g)).authNo, out_request_no: 'other' }],
  },
  [CANCEL]: {
    ILLEGAL_ARGUMENT: async g => [g.house, { auth_no: NOBODYS, out_request_no: '1' }],
    AUTH_ORDER_NOT_EXIST: async g => [g.house, { auth_no: NOBODYS, out_request_no: '1', remark: '错' }],
    ORDER_ALREADY_FINISH: async g => {
      const { authNo, operation } = await finished(g);
      return [g.house, { auth_no: authNo, operation_id: operation, remark: '错' }];
    },
    REQUEST_AMOUNT_EXCEED: async g => {
      const { authNo, operation } = await frozen(g);
      await g.must(g.house, UNFREEZE, release(authNo, { amount: '1.00' }));
      return [g.house, { auth_no: authNo, operation_id: operation, remark: '错' }];
    },
  },
  [PAY]: {
    'ACQ.AUTH_NO_ERROR': async g => [g.house, payment(NOBODYS)],
    'ACQ.PRE_AUTH_PROD_CODE_INCONSISTENT': async g =>
      [g.house, payment((await frozen(g)).authNo, { product_code: 'PRE_AUTH_ONLINE' })],
    'ACQ.PAYER_UNMATCHED': async g =>
      [g.house, payment((await frozen(g)).authNo, { buyer_id: (await g.buyer('1.00')).userId })],
    'ACQ.BUYER_NOT_EXIST': async g =>
      [g.house, payment((await frozen(g)).authNo, { buyer_logon_id: 'nobody@example.com' })],
    'ACQ.AUTH_ORDER_NOT_PAID': async g => [g.house, payment((await waiting(g)).authNo)],
    'ACQ.AUTH_ORDER_HAS_FINISHED': async g => [g.house, payment((await finished(g)).authNo)],
    'ACQ.AUTH_ORDER_HAS_CLOSED': async g => [g.house, payment((await closed(g)).authNo)],
    'ACQ.AUTH_AMOUNT_NOT_ENOUGH': async g =>
      [g.house, payment((await frozen(g)).authNo, { total_amount: '10.01' })],
  },
};

const rowsOf = (method, table, more = {}) => Object.entries(table)
  .map(([sub, ask]) => ({ method, sub, ask: g => ask(g, method), ...more }));

export const FROZEN_ROWS = [
  ...[FREEZE, VOUCHER, APP].flatMap(method => rowsOf(method, OPENING)),
  ...rowsOf(FREEZE, AT_TILL),
  ...rowsOf(VOUCHER, { ILLEGAL_PAYEE_USER_ID: AT_TILL.ILLEGAL_PAYEE_USER_ID }),
  ...rowsOf(APP, { PRODUCT_AMOUNT_LIMIT_ERROR: AT_TILL.PRODUCT_AMOUNT_LIMIT_ERROR }),
  ...Object.entries(WITH_A_FREEZE).flatMap(([method, table]) => rowsOf(method, table)),
  ...rowsOf(CANCEL, { CANCEL_OPERATION_TIME_OUT: async g => {
    const { authNo, operation } = await frozen(g);
    return [g.house, { auth_no: authNo, operation_id: operation, remark: '晚' }];
  } }, { later: '25h' }),
];
