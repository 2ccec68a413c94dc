// Every page that the platform writes or serves: for tests of what holds on all of them.
import assert from 'node:assert/strict';
import { newNumber } from '../sdk/node/server.mjs';
import { CARD, base, gateway, precreate, sandbox } from './wallet.mjs';

/** The apps of web/. */
export const APPS = ['wallet', 'merchant', 'console', 'sandbox'];
/** The buyer's pages, which need no script. */
const WALLET = ['/wallet', '/wallet/paycode', '/wallet/cards', '/wallet/transfers', '/wallet/passkeys',
  '/wallet/permissions', '/wallet/export'];
/** The pages of a sandbox world. */
const SANDBOX = ['/sandbox', '/sandbox/faults', '/sandbox/methods', '/sandbox/recon', '/sandbox/profiles',
  '/sandbox/close', '/sandbox/doctor'];

const PAGE = 'alipay.trade.page.pay';

/** The address that a link of the gateway leads to. */
async function ledTo(link) {
  const answer = await fetch(link, { redirect: 'manual' });
  const to = answer.headers.get('location');
  assert.ok(to, `${link} leads nowhere: ${answer.status}`);
  return new URL(to, link).href;
}

/** The pages by name. What a buyer opens is an order, a pre-authorisation, an agreement and a grant of its own.
 *  `payer` has paid one of the orders. */
export async function everyPage(payer, pay_password) {
  const app = gateway.entry.app_id;
  const order = (more = {}) => ({ out_trade_no: newNumber(), total_amount: '6.60', subject: '豆浆',
    product_code: 'FAST_INSTANT_TRADE_PAY', ...more });
  const paid = await ledTo(gateway.pageLink(PAGE, order()));
  await sandbox.send('/pay', { login: payer, pay_password, order_url: paid });
  const frozen = await gateway.call('alipay.fund.auth.order.voucher.create', { out_order_no: newNumber(),
    out_request_no: newNumber(), order_title: '押金', amount: '3.00', product_code: 'PRE_AUTH' });
  assert.equal(frozen.code, '10000', JSON.stringify(frozen));
  const certified = await gateway.call('alipay.user.certify.open.initialize',
    { outer_order_no: newNumber(), biz_code: 'FACE',
      identity_param: { identity_type: 'CERT_INFO', cert_type: 'IDENTITY_CARD', cert_name: '王', cert_no: '1' } });
  assert.equal(certified.code, '10000', JSON.stringify(certified));
  const agreement = gateway.pageLink('alipay.user.agreement.page.sign',
    { personal_product_code: 'GENERAL_WITHHOLDING_P',
      product_code: 'GENERAL_WITHHOLDING', sign_scene: 'INDUSTRY|DIGITAL_MEDIA', external_agreement_no: newNumber(),
      access_params: { channel: 'ALIPAYAPP' } });
  const asked = await sandbox.send('/bank/cards', { login: payer, card_number: CARD, holder: '王小明',
    mobile: '13812345678' });
  return Object.fromEntries([
    ...APPS.map(name => [`the app ${name}`, `${base}/app/${name}/`]),
    ['the first page', `${base}/`],
    ['the cashier', await ledTo(gateway.pageLink(PAGE, order()))],
    ['the cashier on a phone', await ledTo(gateway.pageLink('alipay.trade.wap.pay',
      order({ product_code: 'QUICK_WAP_WAY' })))],
    ['the cashier, paid', paid],
    ['the link of a shop', gateway.pageLink(PAGE, order())],
    ['the code of an order', (await precreate('5.00')).qr],
    ['a link that was changed', gateway.pageLink(PAGE, order()).replace('6.60', '0.01')],
    ['a pre-authorisation to agree to', frozen.code_url],
    ['somebody to be certified', `${base}/certify/${certified.certify_id}`],
    ['an agreement to sign', await ledTo(agreement)],
    ['an app that asks for a grant', `${base}/oauth2/publicAppAuthorize.htm?${new URLSearchParams({ app_id: app,
      scope: 'auth_user', redirect_uri: 'http://127.0.0.1/back', state: 'x' })}`],
    ['a card to confirm', `${base}/wallet/cards/${asked.card_id}`],
    ...[...WALLET, ...SANDBOX].map(path => [path, base + path]),
  ]);
}
