// Refusals of transfers, of their queries, and of a merchant's account.
import { newNumber } from './refusals.mjs';

export const UNI = 'alipay.fund.trans.uni.transfer';
export const OLD = 'alipay.fund.trans.toaccount.transfer';
export const QUERY = 'alipay.fund.trans.common.query';
export const OLD_QUERY = 'alipay.fund.trans.order.query';
export const ACCOUNT = 'alipay.fund.account.query';
export const QUOTA = 'alipay.fund.quota.query';
export const PRODUCT = { product_code: 'TRANS_ACCOUNT_NO_PWD', biz_scene: 'DIRECT_TRANSFER' };
const NOBODYS = '20260102110070000000000000000742';

/** A request of either interface: how much, to whom, and what he must be called. */
export const asking = (method, { number = newNumber(), amount = '1.00', id, login, name } = {}) => (method === UNI
  ? { out_biz_no: number, trans_amount: amount, ...PRODUCT,
    payee_info: { identity: login ?? id, identity_type: login ? 'ALIPAY_LOGON_ID' : 'ALIPAY_USER_ID', name } }
  : { out_biz_no: number, amount, payee_type: login ? 'ALIPAY_LOGONID' : 'ALIPAY_USERID', payee_account: login ?? id,
    payee_real_name: name });

/** A request for a card. Those that end in 11 have another holder, about those in 12 the bank says nothing. */
export const toCard = (card, { number = newNumber(), amount = '1.00', name = '张三' } = {}) => ({ out_biz_no: number,
  trans_amount: amount, product_code: 'TRANS_BANKCARD_NO_PWD', biz_scene: 'DIRECT_TRANSFER',
  payee_info: { identity: card, identity_type: 'BANKCARD_ACCOUNT', name,
    bankcard_ext_info: { account_type: '2' } } });

export const BATCH = 'alipay.fund.batch.create';
export const BATCH_QUERY = 'alipay.fund.batch.detail.query';
/** A batch that waits for its payer, unless `more` says otherwise: each of these payees has 1.00. */
export const batch = (payees, { number = newNumber(), ...more } = {}) => ({ out_batch_no: number.slice(0, 32),
  product_code: 'BATCH_PAY_V2', biz_scene: 'MESSAGE_BATCH_PAY', order_title: '工资',
  total_trans_amount: `${payees.length}.00`, total_count: String(payees.length),
  trans_order_list: payees.map((payee, at) => ({ out_biz_no: `d${at + 1}`, trans_amount: '1.00', ...payee })), ...more });
export const toUser = id => ({ payee_info: { identity: id, identity_type: 'ALIPAY_USER_ID' } });

/** A batch that was carried out to its end: [shop, fields of a query]. */
export async function carriedOut(g, payees) {
  const shop = await g.shop('100.00');
  const asked = batch(payees, { biz_scene: 'DIRECT_TRANSFER' });
  await g.must(shop, BATCH, asked);
  const by = { out_batch_no: asked.out_batch_no };
  for (let count = 0; count < 100; count += 1) {
    const answer = await g.must(shop, BATCH_QUERY, by);
    if (!['WAIT_PAY', 'DEALING'].includes(answer.batch_status)) {
      return [shop, by];
    }
    await new Promise(resolve => { setTimeout(resolve, 100); });
  }
  throw new Error('the batch does not end');
}

const conditions = [];
let agreed = Promise.resolve();

/** A risk rule that two operators agree on refuses what this condition is of, beside those of before. One after the
 * other: tests run at once, and a version is of the one before. */
export function stopped(g, condition) {
  const agree = async () => {
    conditions.push(condition);
    const rules = conditions.map((one, at) =>
      ({ id: `R${at + 1}`, condition: one, verdict: 'refuse', reason_zh: '不付', reason_en: 'not paid' }));
    const { version } = (await g.sandbox.send('/risk')).in_force ?? { version: 0 };
    const proposed = await g.sandbox.send('/risk', { operator: 'ada', base_version: version, rules });
    await g.sandbox.send('/risk/approve', { operator: 'bea', version: proposed.version, digest: proposed.digest });
  };
  const mine = agreed.then(agree);
  agreed = mine.catch(() => {});
  return mine;
}

/** A shop that has this much. */
const rich = (g, balance = '100.00') => g.shop(balance);

const SENDING = method => ({
  INVALID_PARAMETER: async g => [g.house, { ...asking(method, { id: (await g.buyer()).userId }), out_biz_no: '' }],
  'isv.insufficient-isv-permissions': async g => {
    const shop = await rich(g);
    await g.sandbox.send('/app/settings', { app_id: shop.appId, certificate_to_send: true });
    return [shop, asking(method, { id: (await g.buyer()).userId })];
  },
  PAYMENT_INFO_INCONSISTENCY: async g => {
    const [shop, number, id] = [await rich(g), newNumber(), (await g.buyer()).userId];
    await g.must(shop, method, asking(method, { number, id }));
    return [shop, asking(method, { number, id, amount: '1.01' })];
  },
  PAYEE_NOT_EXIST: async g => [g.house, asking(method, { login: 'nobody@example.com', name: '王' })],
  PAYEE_USERINFO_ERROR: async g => [g.house, asking(method, { login: (await g.buyer()).login, name: '别人' })],
  PAYEE_ACCOUNT_STATUS_ERROR: async g => {
    const [shop, payee] = [await rich(g), await g.buyer()];
    await g.status(payee, 'closed');
    return [shop, asking(method, { id: payee.userId })];
  },
  PAYER_PAYEE_CANNOT_SAME: async g => [g.house, asking(method, { id: g.house.sellerId })],
  PRODUCT_NOT_SIGN: async g => {
    const shop = await rich(g);
    await g.endContract(shop, 'transfer');
    return [shop, asking(method, { id: (await g.buyer()).userId })];
  },
  PAYER_STATUS_ERROR: async g => {
    const shop = await rich(g);
    await g.status(shop, 'frozen');
    return [shop, asking(method, { id: (await g.buyer()).userId })];
  },
  EXCEED_LIMIT_SM_MIN_AMOUNT: async g => [g.house, asking(method, { id: (await g.buyer()).userId, amount: '0.09' })],
  EXCEED_LIMIT_SM_AMOUNT: async g =>
    [g.house, asking(method, { id: (await g.buyer()).userId, amount: '1000000.01' })],
  EXCEED_LIMIT_DM_AMOUNT: async g => {
    const [shop, id] = [await rich(g, '2000001.00'), (await g.buyer()).userId];
    for (let count = 0; count < 2; count += 1) {
      await g.must(shop, method, asking(method, { id, amount: '1000000.00' }));
    }
    return [shop, asking(method, { id, amount: '0.10' })];
  },
  PAYER_BALANCE_NOT_ENOUGH: async g =>
    [await rich(g), asking(method, { id: (await g.buyer()).userId, amount: '100.01' })],
  SECURITY_CHECK_FAILED: async g => {
    const shop = await rich(g);
    await stopped(g, `scene == "transfer" && payer == ${shop.sellerId}`);
    return [shop, asking(method, { id: (await g.buyer()).userId })];
  },
});

const rowsOf = (method, table) => Object.entries(table).map(([sub, ask]) => ({ method, sub, ask }));

export const TRANSFER_ROWS = [
  ...[UNI, OLD].flatMap(method => rowsOf(method, SENDING(method))),
  ...rowsOf(UNI, {
    PAYEE_CARD_INFO_ERROR: async g => [g.house, toCard('6222020000000411')],
    RESOURCE_LIMIT_EXCEED: async g => {
      const shop = await rich(g);
      for (const name of ['甲', '乙', '丙', '丁', '戊']) {
        await g.call(shop, UNI, toCard('6222020000000411', { name }));
      }
      return [shop, toCard('6222020000000411')];
    },
    REQUEST_PROCESSING: async g => [g.house, toCard('6222020000000312')],
  }),
  ...[QUERY, OLD_QUERY].flatMap(method => rowsOf(method, {
    INVALID_PARAMETER: async g => [g.house, {}],
    ORDER_NOT_EXIST: async g => [g.house, { order_id: NOBODYS }],
  })),
  ...rowsOf(ACCOUNT, {
    INVALID_PARAMETER: async g => [g.house, { account_type: 'TRUSTEESHIP' }],
    NO_PERMISSION_ACCOUNT: async g => [g.house, { alipay_user_id: (await g.buyer()).userId }],
  }),
  ...rowsOf(BATCH, {
    INVALID_PARAMETER: async g => [g.house, { ...batch([toUser((await g.buyer()).userId)]), biz_scene: 'LOCAL' }],
    'isv.insufficient-isv-permissions': async g => {
      const shop = await rich(g);
      await g.sandbox.send('/app/settings', { app_id: shop.appId, certificate_to_send: true });
      return [shop, batch([toUser((await g.buyer()).userId)])];
    },
    PAYMENT_INFO_INCONSISTENCY: async g => {
      const [shop, number, payee] = [await rich(g), newNumber(), toUser((await g.buyer()).userId)];
      await g.must(shop, BATCH, batch([payee], { number }));
      return [shop, batch([payee, payee].map((one, at) => ({ ...one, out_biz_no: `e${at}` })), { number })];
    },
    PRODUCT_NOT_SIGN: async g => {
      const shop = await rich(g);
      await g.endContract(shop, 'transfer');
      return [shop, batch([toUser((await g.buyer()).userId)])];
    },
    PAYER_STATUS_ERROR: async g => {
      const shop = await rich(g);
      await g.status(shop, 'frozen');
      return [shop, batch([toUser((await g.buyer()).userId)])];
    },
    PARAM_ILLEGAL: async g => [g.house, batch([toUser((await g.buyer()).userId)], { total_count: '2' })],
    REQUEST_PROCESSING: async g => [g.house, batch([{ payee_info: toCard('6222020000000312').payee_info }])],
  }),
  ...rowsOf(BATCH_QUERY, {
    INVALID_PARAMETER: async g => [g.house, {}],
    ORDER_NOT_EXIST: async g => [g.house, { out_batch_no: newNumber().slice(0, 32) }],
  }),
  ...rowsOf(QUOTA, { INVALID_PARAMETER: async g => [g.house, {}] }),
];
