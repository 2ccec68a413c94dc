// Refusals of authorisations, certifications, uploads and the small methods.
import { newNumber } from './refusals.mjs';

const USER_TOKEN = 'alipay.system.oauth.token';
const MERCHANT_TOKEN = 'alipay.open.auth.token.app';
const TOKEN_QUERY = 'alipay.open.auth.token.app.query';
const INVITE = 'alipay.open.auth.appauth.invite.create';
const SHARE = 'alipay.user.info.share';
const BACK = 'http://127.0.0.1:3000/back';

/** A buyer's code for an app. */
export async function userCode(g, shop = g.house, scope = undefined) {
  const buyer = await g.buyer('1.00');
  const said = await g.sandbox.send('/authorize', { as: 'user', login: buyer.login, app_id: shop.appId, scope });
  return said.auth_code;
}

/** A merchant's code for an app; the merchant has an app of its own. */
export async function merchantCode(g, shop = g.house) {
  const client = await g.shop();
  const said = await g.sandbox.send('/authorize', { as: 'merchant', login: client.login, app_id: shop.appId });
  return said.app_auth_code;
}

export const byCode = code => ({ grant_type: 'authorization_code', code });
export const byRefresh = refresh_token => ({ grant_type: 'refresh_token', refresh_token });

/** An app that acts for nobody but its own merchant. */
async function ownOnly(g) {
  const shop = await g.shop();
  await g.sandbox.send('/app/settings', { app_id: shop.appId, third_party: false });
  return shop;
}

const USER_TOKENS = {
  'isv.grant-type-invalid': async g => [g.house, { grant_type: 'password' }],
  'isv.code-invalid': async g => [g.house, byCode('abcd')],
  'isv.unmatched-app-id': async g => [await g.shop(), byCode(await userCode(g))],
  'isv.refresh-token-invalid': async g => [g.house, byRefresh('abcd')],
  'isv.refreshed-token-invalid': async g => {
    const got = await g.must(g.house, USER_TOKEN, byCode(await userCode(g)));
    await g.must(g.house, USER_TOKEN, byRefresh(got.refresh_token));
    return [g.house, byRefresh(got.refresh_token)];
  },
};

const MERCHANT_TOKENS = {
  INVALID_PARAMETER: async g => [g.house, { ...byCode('abcd'), grant_type: { of: 'another kind' } }],
  GRANT_TYPE_INVALID: async g => [g.house, { grant_type: 'password' }],
  APP_NOT_ISV: async g => [await ownOnly(g), byCode('abcd')],
  AUTH_CODE_NOT_EXIST: async g => [g.house, byCode('abcd')],
  APP_ID_NOT_CONSISTENT: async g => [await g.shop(), byCode(await merchantCode(g))],
  AUTH_CODE_NOT_VALID: async g => {
    const code = await merchantCode(g);
    await g.must(g.house, MERCHANT_TOKEN, byCode(code));
    return [g.house, byCode(code)];
  },
  REFRESH_TOKEN_NOT_EXIST: async g => [g.house, byRefresh('abcd')],
  REFRESH_TOKEN_NOT_VALID: async g => {
    const got = await g.must(g.house, MERCHANT_TOKEN, byCode(await merchantCode(g)));
    await g.must(g.house, MERCHANT_TOKEN, byRefresh(got.app_refresh_token));
    return [g.house, byRefresh(got.app_refresh_token)];
  },
};

const TOKEN_QUERIES = {
  ILLEGAL_PARAM: async g => [g.house, { app_auth_token: '' }],
  APP_NOT_ISV: async g => [await ownOnly(g), { app_auth_token: 'abcd' }],
  AUTH_TOKEN_NOT_EXISTED: async g => [g.house, { app_auth_token: 'abcd' }],
  AUTH_TOKEN_NOT_CONSISTENT: async g => {
    const got = await g.must(g.house, MERCHANT_TOKEN, byCode(await merchantCode(g)));
    return [await g.shop(), { app_auth_token: got.app_auth_token }];
  },
};

const INVITES = {
  INVALID_PARAMETER: async g => [g.house, { auth_app_id: (await g.shop()).appId }],
  APP_NOT_ISV: async g => [await ownOnly(g), { auth_app_id: g.house.appId, redirect_url: BACK }],
  AUTH_APP_NOT_EXIST: async g => [g.house, { auth_app_id: '9021999999999999', redirect_url: BACK }],
  AUTH_APP_IS_OWN: async g => [g.house, { auth_app_id: g.town.certHouse.appId, redirect_url: BACK }],
  REDIRECT_URL_NOT_REGISTERED: async g =>
    [g.house, { auth_app_id: (await g.shop()).appId, redirect_url: 'https://elsewhere.example/back' }],
};

/** The content of a certification that can be asked for. */
export const certification = (more = {}) => ({ outer_order_no: newNumber(), biz_code: 'FACE',
  identity_param: { identity_type: 'CERT_INFO', cert_type: 'IDENTITY_CARD', cert_name: '王', cert_no: '1' }, ...more });

export async function certifyId(g) {
  return (await g.must(g.house, 'alipay.user.certify.open.initialize', certification())).certify_id;
}

const upload = (fields, name, bytes) => async g =>
  [g.house, fields, name && { file: { name, bytes: Buffer.from(bytes) } }];

const rowsOf = (method, table, more = {}) => Object.entries(table)
  .map(([sub, ask]) => ({ method, sub, ask, ...more }));

export const GRANT_ROWS = [
  ...rowsOf(USER_TOKEN, USER_TOKENS),
  ...rowsOf(USER_TOKEN, { 'isv.invalid-parameter': async g => [g.house, { grant_type: { of: 'another kind' } }] },
    { versions: ['v3'] }),
  ...rowsOf(USER_TOKEN, { 'isv.refresh-token-time-out': async g => {
    const got = await g.must(g.house, USER_TOKEN, byCode(await userCode(g)));
    return [g.house, byRefresh(got.refresh_token)];
  } }, { later: '400d' }),
  ...rowsOf(MERCHANT_TOKEN, MERCHANT_TOKENS),
  ...rowsOf(MERCHANT_TOKEN, { REFRESH_TOKEN_TIME_OUT: async g => {
    const got = await g.must(g.house, MERCHANT_TOKEN, byCode(await merchantCode(g)));
    return [g.house, byRefresh(got.app_refresh_token)];
  } }, { later: '400d' }),
  ...rowsOf('alipay.trade.query', { 'aop.app-auth-token-time-out': async g => {
    const got = await g.must(g.house, MERCHANT_TOKEN, byCode(await merchantCode(g)));
    return [g.house, { out_trade_no: newNumber() }, { token: got.app_auth_token }];
  } }, { later: '400d' }),
  ...rowsOf(SHARE, { 'aop.auth-token-time-out': async g => {
    const got = await g.must(g.house, USER_TOKEN, byCode(await userCode(g)));
    return [g.house, { auth_token: got.access_token }];
  } }, { later: '400d' }),
  ...rowsOf(TOKEN_QUERY, TOKEN_QUERIES),
  ...rowsOf(INVITE, INVITES),
  ...rowsOf(SHARE, {
    'aop.invalid-auth-token': async g => [g.house, {}],
    'isv.insufficient-user-permissions': async g => {
      const got = await g.must(g.house, USER_TOKEN, byCode(await userCode(g, g.house, 'auth_base')));
      return [g.house, { auth_token: got.access_token }];
    },
  }),
  ...rowsOf('alipay.open.auth.userauth.relationship.query', {
    INVALID_PARAMETER: async g => [g.house, { scopes: 'auth_user,auth_user', user_id: '2088000000000001' }],
    'isv.app-openid-not-match': async g => [g.house, { scopes: 'auth_user', open_id: '074a1CcTG1LelxKe4xQC0zgN' }],
  }),
  ...rowsOf('alipay.user.deloauth.detail.query',
    { INVALID_PARAMETER: async g => [g.house, { date: '20231301', offset: 1, limit: 1 }] }),
  ...rowsOf('alipay.user.certify.open.initialize', {
    ILLEGAL_ARGUMENT_FORMAT: async g => [g.house, certification({ biz_code: 'VOICE' })],
    ARRANGEMENT_STATUS_ERROR: async g => {
      const asked = certification();
      await g.must(g.house, 'alipay.user.certify.open.initialize', asked);
      return [g.house, { ...asked, biz_code: 'CERT_PHOTO' }];
    },
  }),
  ...['certify', 'query'].flatMap(name => rowsOf(`alipay.user.certify.open.${name}`, {
    ILLEGAL_ARGUMENT_FORMAT: async g => [g.house, {}],
    OPEN_CERTIFY_BILL_NOT_EXIST: async g => [g.house, { certify_id: 'abcd' }],
  })),
  ...rowsOf('alipay.user.certify.open.query',
    { OPEN_CERTIFY_BILL_STATUS_ERROR: async g => [g.house, { certify_id: await certifyId(g) }] }),
  ...rowsOf('alipay.user.certify.open.query',
    { CERTIFY_ID_EXPIRED: async g => [g.house, { certify_id: await certifyId(g) }] }, { later: '25h' }),
  ...rowsOf('alipay.open.file.upload', {
    'isv.invalid-parameter': upload({}, 'a.png', 'a picture'),
    'isv.invalid-file-extension': upload({ biz_code: 'shop' }, 'a', 'a picture'),
    'isv.invalid-file-size': upload({ biz_code: 'shop' }, 'a.png', ''),
  }),
  ...rowsOf('alipay.open.file.upload', { 'isv.upload-fail': upload({ biz_code: 'shop' }) }, { versions: ['v3'] }),
  ...rowsOf('alipay.open.app.alipaycert.download', {
    'isv.invalid-parameter': async g => [g.house, {}],
    'isv.alipay-cert-not-exist': async g => [g.house, { alipay_cert_sn: '0123456789abcdef' }],
  }),
  ...rowsOf('alipay.open.app.qrcode.create', { INVALID_PARAMETER: async g => [g.house, { url_param: 'pages/index' }] }),
  ...rowsOf('alipay.offline.market.shop.category.query',
    { INVALID_PARAMETER: async g => [g.house, { op_role: 'CUSTOMER' }] }),
];
