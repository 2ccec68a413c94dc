// Refusals of agreements: signing, looking up, ending, postponing, and debits under them.
import { newNumber, PAY_PASSWORD } from './refusals.mjs';
import { chinaDay, dayAfter } from './agreement-page.mjs';
import { order } from './refusals-orders.mjs';

const SIGN = 'alipay.user.agreement.page.sign';
const QUERY = 'alipay.user.agreement.query';
const UNSIGN = 'alipay.user.agreement.unsign';
const MODIFY = 'alipay.user.agreement.executionplan.modify';
const PAY = 'alipay.trade.pay';
const NOBODYS = '20990101000000000000';

/** The day in China that it is in the world. */
export const today = async g => chinaDay((await g.sandbox.send('/clock')).now_us);

/** What is signed: a debit of at most 30.00 every seven days, from tomorrow on. */
export async function terms(g, more = {}, rule = {}) {
  return { personal_product_code: 'CYCLE_PAY_AUTH_P', sign_scene: 'INDUSTRY|DIGITAL_MEDIA',
    external_agreement_no: newNumber(), external_logon_id: '会员 7', access_params: { channel: 'ALIPAYAPP' },
    period_rule_params: { period_type: 'DAY', period: '7', execute_time: dayAfter(await today(g), 1),
      single_amount: '30.00', ...rule }, ...more };
}

const link = (g, biz) => g.house.sdk.pageExecute(SIGN, 'GET', { bizContent: biz });

/** Signed by a buyer: {biz, no, buyer}. */
export async function signed(g, more = {}, rule = {}, payer = undefined) {
  const buyer = payer ?? await g.buyer();
  const biz = await terms(g, more, rule);
  const said = await g.sandbox.send('/agreement/sign',
    { login: buyer.login, pay_password: PAY_PASSWORD, sign_url: link(g, biz) });
  return { biz, no: said.agreement_no, buyer };
}

export const debit = (no, amount = '10.00', more = {}) => ({ out_trade_no: newNumber(), total_amount: amount,
  subject: '会员月费', product_code: 'CYCLE_PAY_AUTH', agreement_params: { agreement_no: no }, ...more });

/** One that was signed and ended. */
async function ended(g) {
  const done = await signed(g);
  await g.must(g.house, UNSIGN, { agreement_no: done.no });
  return done;
}

const byName = (more = {}) => ({ alipay_user_id: '2088999999999999', personal_product_code: 'CYCLE_PAY_AUTH_P',
  sign_scene: 'INDUSTRY|DIGITAL_MEDIA', external_agreement_no: newNumber(), ...more });

const FINDING = {
  INVALID_PARAMETER: async g => [g.house, {}],
  PRODUCT_CODE_NOT_SUPPORTED_ERROR: async g => [g.house, byName({ personal_product_code: 'ANOTHER_P' })],
  USER_NOT_EXIST_ERROR: async g =>
    [g.house, byName({ alipay_user_id: undefined, alipay_logon_id: 'nobody@example.com' })],
};

/** What is refused of an offer, on its own page or with an order that signs. */
const OFFERING = {
  PRODUCT_CODE_NOT_SUPPORTED_ERROR: async g => terms(g, { personal_product_code: 'ANOTHER_P' }),
  OUT_AGREEMENT_NO_DUPLICATE: async g => {
    const { biz } = await signed(g);
    return { ...biz, period_rule_params: { ...biz.period_rule_params, single_amount: '31.00' } };
  },
  AGREEMENT_ALREADY_SIGNED: async g => (await signed(g)).biz,
  AGREEMENT_HAS_UNSIGNED: async g => (await ended(g)).biz,
  ILLEGAL_EXECUTION_TIME: async g => terms(g, {}, { execute_time: dayAfter(await today(g), -1) }),
};

const DEBITS = {
  'ACQ.AGREEMENT_NOT_EXIST': async g => debit(NOBODYS),
  'ACQ.AGREEMENT_STATUS_NOT_NORMAL': async g => debit((await ended(g)).no),
  'ACQ.AGREEMENT_INVALID': async g => debit((await signed(g, { personal_product_code: 'GENERAL_WITHHOLDING_P',
    period_rule_params: undefined })).no),
  'ACQ.CYCLE_PAY_SINGLE_FEE_EXCEED': async g => debit((await signed(g)).no, '30.01'),
  'ACQ.CYCLE_PAY_TOTAL_FEE_EXCEED': async g => {
    const { no } = await signed(g, {}, { total_amount: '30.00' });
    await g.must(g.house, PAY, debit(no, '20.00'));
    return debit(no, '10.01');
  },
  'ACQ.CYCLE_PAY_TOTAL_TIMES_EXCEED': async g => {
    const { no } = await signed(g, {}, { total_payments: '1' });
    await g.must(g.house, PAY, debit(no));
    return debit(no);
  },
  'ACQ.CYCLE_PAY_DATE_NOT_MATCH': async g =>
    debit((await signed(g, {}, { execute_time: dayAfter(await today(g), 6) })).no),
};

const MODIFYING = {
  INVALID_PARAMETER: async () => ({ agreement_no: NOBODYS, deduct_time: 'tomorrow' }),
  ILLEGAL_AGREEMENT: async () => ({ agreement_no: NOBODYS, deduct_time: '2026-02-01' }),
  ILLEGAL_EXECUTION_TIME: async g => ({ agreement_no: (await signed(g)).no, deduct_time: await today(g) }),
};

const rowsOf = (method, table) => Object.entries(table).map(([sub, ask]) => ({ method, sub, ask }));
const ofHouse = (method, table) => Object.entries(table)
  .map(([sub, ask]) => ({ method, sub, ask: async g => [g.house, await ask(g)] }));

export const AGREEMENT_ROWS = [
  ...rowsOf(QUERY, { ...FINDING, USER_AGREEMENT_NOT_EXIST: async g => [g.house, { agreement_no: NOBODYS }] }),
  ...rowsOf(UNSIGN, { ...FINDING,
    AGREEMENT_NOT_EXIST: async g => [g.house, { agreement_no: (await ended(g)).no }] }),
  ...ofHouse(MODIFY, MODIFYING),
  ...ofHouse(SIGN, OFFERING),
  ...ofHouse(SIGN, { INVALID_PARAMETER: g => terms(g, { access_params: {} }) }),
  ...rowsOf(SIGN, { MERCHANT_STATUS_IS_NOT_NORMAL: async g => {
    const shop = await g.shop();
    await g.status(shop, 'frozen');
    return [shop, await terms(g)];
  } }),
  ...['alipay.trade.app.pay', 'alipay.trade.page.pay'].flatMap(method => Object.entries(OFFERING)
    .map(([sub, ask]) => ({ method, sub,
      ask: async g => [g.house, await order(g, method, undefined, { agreement_sign_params: await ask(g) })] }))),
  ...ofHouse(PAY, DEBITS),
];
