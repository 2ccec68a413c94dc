// The calls of api/openapi.json, answered by the mock. Every code is 246810; the payment password is the one that was
// set at signing up.
import { randomBytes } from 'node:crypto';
import { counterIn, shopOfCode, shopOrder } from './counter.mjs';
import * as deals from './deals.mjs';
import { clearPockets, ownPockets, setPockets } from './pockets.mjs';
import { limits, notices } from './telling.mjs';
import { card, found, masked, moment, No, open, pays, withStatus, yuan } from './world.mjs';

const CODE = '246810';
const MOBILE_DIGITS = 11;

function code(body) {
  if (body.code !== CODE) {
    throw new No(403, 'wrong_code', 'the code is wrong');
  }
}

/** The token of a code to collect by says all in clear here; nobody vouches for it. */
const tokenOf = asked => `${Buffer.from(JSON.stringify(asked)).toString('base64url')}.mock`;

function collect(text) {
  const token = /#\/collect\?c=(.*)$/.exec(text)[1];
  const { amount, remark } = JSON.parse(Buffer.from(token.split('.')[0], 'base64url').toString());
  return { token, name: '*四', amount, remark };
}

function challenge(world, about) {
  const [challenge_id, bytes] = [randomBytes(8).toString('hex'), randomBytes(32).toString('base64url')];
  world.challenges.set(challenge_id, about);
  const allowCredentials = about.isOpen ? [] : world.passkeys.map(({ id }) => ({ type: 'public-key', id }));
  const user = { id: Buffer.from(world.me?.user_id ?? '0').toString('base64url'), name: 'mock', displayName: 'mock' };
  const creating = {
    rp: { name: 'Tongbao', id: 'localhost' },
    user,
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    authenticatorSelection: { residentKey: 'required' },
  };
  return {
    challenge_id,
    publicKey: {
      challenge: bytes,
      rpId: 'localhost',
      userVerification: 'required',
      allowCredentials,
      ...(about.isNew ? creating : {}),
    },
  };
}

const session = world => {
  const token = randomBytes(16).toString('hex');
  world.signedIn.add(token);
  return { user_id: world.me.user_id, token };
};

const cardOf = (world, no) => found(new Map(world.cards.map(one => [one.no, one])), no, 'card_not_found');

/** Every call: its method and path, whether anybody may ask, and what it does. */
export const CALLS = [
  [
    'GET',
    '/site',
    true,
    ({ id }, { root }) => {
      const { origin, port } = new URL(root);
      return { root: '', origin, passkey_origin: `http://localhost:${port}`, sandbox: true, world: id };
    },
  ],
  [
    'POST',
    '/challenges',
    true,
    (world, { body }) => {
      world.messages.push({
        to: body.to,
        kind: body.purpose,
        code: CODE,
        text: `【通宝】验证码 ${CODE}，5分钟内有效。请勿告诉任何人。`,
        sent_at: moment(),
      });
      return { expires_at: moment(Date.now() + 300_000), resend_after_s: 60 };
    },
  ],
  [
    'POST',
    '/people',
    true,
    (world, { body }) => (code(body), open(world, body.to, body.login_password, body.pay_password), session(world)),
  ],
  [
    'POST',
    '/sessions',
    true,
    (world, { body }) => {
      if (body.code) {
        code(body);
      } else if (!world.me || body.login !== world.me.login || body.password !== world.me.loginPassword) {
        throw new No(403, 'wrong_login', 'login or password is wrong');
      }
      return session(world);
    },
  ],
  [
    'GET',
    '/sessions',
    false,
    (world, { token }) => ({
      sessions: [...world.signedIn].map((id, place) => ({
        id: id.slice(0, 8),
        device: place ? 'Chrome · Android' : 'Firefox · Windows',
        signed_in_at: moment(),
        seen_at: moment(),
        current: id === token,
      })),
    }),
  ],
  [
    'DELETE',
    '/sessions/{id}',
    false,
    (world, { path: { id }, token }) => {
      for (const one of world.signedIn) {
        if (id === 'current' ? one === token : id === 'others' ? one !== token : one.startsWith(id)) {
          world.signedIn.delete(one);
        }
      }
      return { ended: id };
    },
  ],
  ['POST', '/sessions/passkey/options', true, world => challenge(world, { isOpen: true })],
  ['POST', '/sessions/passkey', true, world => session(world)],
  ['POST', '/passkeys/options', false, world => challenge(world, { isNew: true })],
  [
    'POST',
    '/passkeys',
    false,
    (world, { body }) => {
      world.passkeys.push({ id: body.credential.id, name: body.name ?? '', added_at: moment(), used_at: moment() });
      return { id: body.credential.id };
    },
  ],
  [
    'DELETE',
    '/passkeys/{id}',
    false,
    (world, { path: { id }, body }) => {
      if (!body.login_password || body.login_password !== world.me.loginPassword) {
        pays(world, body);
      }
      world.passkeys = world.passkeys.filter(one => one.id !== id);
      return { removed: id };
    },
  ],
  ['POST', '/me/bank-orders/{no}/confirm/options', false, world => challenge(world, {})],
  ['POST', '/me/transfers/{no}/confirm/options', false, world => challenge(world, {})],
  [
    'POST',
    '/me/payments/options',
    false,
    (world, { body }) => {
      const handed = { ...body };
      delete handed.pocket;
      const { trade_no, payee_name, subject, amount } = deals.orderOf(world, handed);
      const payee = '2088102100000021';
      return { ...challenge(world, { pocket: body.pocket }), trade_no, payee, payee_name, subject, amount };
    },
  ],
  ['GET', '/passkeys', false, world => ({ passkeys: world.passkeys })],
  [
    'GET',
    '/me',
    false,
    ({ id, me, balance, stopped }, { token }) => ({
      user_id: me.user_id,
      world: id,
      session: token.slice(0, 8),
      login: me.login,
      login_masked: masked(me.login),
      name_masked: me.name && masked(me.name),
      identified: me.name !== null,
      status: 'normal',
      payments_stopped_by: stopped,
      class: me.name ? 'class_1' : 'unverified',
      balance: yuan(balance),
      opened_at: me.opened_at,
    }),
  ],
  [
    'POST',
    '/me/stop-payment',
    false,
    world => ({ user_id: world.me.user_id, payments_stopped_by: (world.stopped = 'owner') }),
  ],
  [
    'DELETE',
    '/me/stop-payment',
    false,
    (world, { body }) => {
      world.stopped = 'none';
      pays(world, body);
      return { user_id: world.me.user_id, payments_stopped_by: 'none' };
    },
  ],
  ['POST', '/identity', false, (world, { body }) => ((world.me.name = body.name), { class: 'class_1' })],
  [
    'POST',
    '/login-password',
    true,
    (world, { body }) => (code(body), (world.me.loginPassword = body.password), world.signedIn.clear(), { set: true }),
  ],
  [
    'POST',
    '/pay-password',
    true,
    (world, { body }) => (code(body), (world.me.payPassword = body.password), { set: true }),
  ],
  ['GET', '/me/bills', false, (world, { query }) => deals.bills(world, query)],
  [
    'GET',
    '/me/bills/months',
    false,
    (world, { query }) => ({ months: deals.months(world, Number(query.get('count') ?? 6)) }),
  ],
  ['GET', '/me/bills/{no}', false, (world, { path: { no } }) => deals.details(world, no)],
  ['POST', '/me/bills/{no}/refund-request', false, (world, { path: { no }, body }) => deals.askRefund(world, no, body)],
  ['GET', '/me/cards', false, world => ({ cards: world.cards })],
  [
    'POST',
    '/me/cards',
    false,
    (world, { body }) => {
      if (body.mobile.length !== MOBILE_DIGITS || body.mobile.endsWith('0000')) {
        throw new No(409, 'bank_refused', '预留手机号不符');
      }
      const made = card(body.number, 'ICBC', 'asked');
      world.cards.unshift(made);
      return withStatus(201, { card: made, message: `【沙箱银行】绑卡验证码 ${CODE}` });
    },
  ],
  [
    'POST',
    '/me/cards/{no}/confirm',
    false,
    (world, { path: { no }, body }) => (
      code(body),
      pays(world, body),
      Object.assign(cardOf(world, no), { state: 'bound' })
    ),
  ],
  [
    'DELETE',
    '/me/cards/{no}',
    false,
    (world, { path: { no }, body }) => (
      pays(world, body),
      Object.assign(cardOf(world, no), { state: 'unbound' })
    ),
  ],
  ['GET', '/me/pockets', false, ownPockets],
  ['PUT', '/me/pockets', false, (world, { body }) => setPockets(world, body)],
  ['DELETE', '/me/pockets', false, clearPockets],
  ['POST', '/me/top-ups', false, (world, { body, key }) => deals.bankOrder(world, 'top_up', body, key)],
  ['POST', '/me/withdrawals', false, (world, { body, key }) => deals.bankOrder(world, 'withdrawal', body, key)],
  ['GET', '/me/bank-orders/{no}', false, (world, { path: { no } }) => found(world.bank, no, 'bank_order_not_found')],
  [
    'POST',
    '/me/bank-orders/{no}/confirm',
    false,
    (world, { path: { no }, body }) => deals.confirmBankOrder(world, no, body),
  ],
  [
    'POST',
    '/me/bank-orders/{no}/close',
    false,
    (world, { path: { no } }) => deals.giveUp(world, no),
  ],
  ['POST', '/me/transfers', false, (world, { body, key }) => deals.offer(world, body, key)],
  ['GET', '/me/transfers/{no}', false, (world, { path: { no } }) => found(world.transfers, no, 'transfer_not_found')],
  ['POST', '/me/transfers/{no}/confirm', false, (world, { path: { no }, body }) => deals.send(world, no, body)],
  [
    'POST',
    '/me/transfers/{no}/cancel',
    false,
    (world, { path: { no } }) => deals.callBack(world, no),
  ],
  [
    'POST',
    '/codes',
    false,
    (world, { body: { text } }) => {
      if (text.includes('#/collect?')) {
        return { kind: 'collect', collect: collect(text) };
      }
      const token = counterIn(text);
      if (token) {
        return shopOfCode(world, token);
      }
      if (!/\/(?:qr|cashier)\//.test(text)) {
        throw new No(404, 'code_unknown', 'this is no code of this platform');
      }
      const handed = text.includes('/qr/') ? { qr_code: text } : { order_url: text };
      return { kind: 'order', order: deals.orderOf(world, handed) };
    },
  ],
  ['POST', '/me/orders', false, (world, { body }) => deals.orderOf(world, body)],
  ['POST', '/me/shop-orders', false, (world, { body, key }) => shopOrder(world, body, key, deals.orderOf)],
  ['GET', '/me/notices', false, (world, { query }) => notices(world, query)],
  ['GET', '/me/limits', false, world => limits(world)],
  ['POST', '/me/payments', false, (world, { body }) => deals.pay(world, body)],
  ['GET', '/me/payments/{trade_no}', false, (world, { path: { trade_no } }) => deals.payment(world, trade_no)],
  [
    'POST',
    '/me/payments/{trade_no}/revoke',
    false,
    (world, { path: { trade_no }, body }) => deals.revoke(world, trade_no, body),
  ],
  [
    'POST',
    '/me/pay-codes',
    false,
    (world, { body }) => {
      if (!body.pay_password && world.payCodes === 0) {
        throw new No(403, 'pay_password_needed', 'give the payment password');
      }
      if (body.pay_password) {
        pays(world, body);
      }
      world.payCodes += 1;
      const digits = `28${String(Math.floor(Math.random() * 1e15)).padStart(16, '0')}`;
      return withStatus(201, {
        code: digits,
        expires_at: moment(Date.now() + 60_000),
        bar_svg: deals.squares(60, 1, world.payCodes),
        qr_svg: deals.squares(29, 29, world.payCodes),
      });
    },
  ],
  [
    'GET',
    '/me/collect-code',
    false,
    (_, { query, root }) => {
      const token = tokenOf({ amount: query.get('amount'), remark: query.get('remark') });
      return { text: `${root}app/wallet/#/collect?c=${token}`, qr_svg: deals.squares(33, 33, token.length) };
    },
  ],
  ['GET', '/me/agreements', false, world => ({ agreements: world.agreements })],
  [
    'DELETE',
    '/me/agreements/{no}',
    false,
    (world, { path: { no } }) => {
      world.agreements = world.agreements.filter(one => one.no !== no);
      return { ended: no };
    },
  ],
];
