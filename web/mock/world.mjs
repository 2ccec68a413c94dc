// A world in memory, for writing and looking at screens without a server: one account, with as much sense as a screen
// needs. Its calls are in calls.mjs.

/** Digits of a number of a trade, a transfer or a bank order. */
const DIGITS = 28;

/** A refusal. */
export class No extends Error {
  constructor(status, code, detail, more = {}) {
    super(detail);
    Object.assign(this, { status, code, more });
  }
}

/** Marks an answer with another status than 200. */
export const STATUS = Symbol('status');
export const withStatus = (status, body) => ({ ...body, [STATUS]: status });

/** Marks an answer that is a file: its kind, its name and its bytes. */
export const FILE = Symbol('file');

/** What is there under this number. */
export function found(things, no, code) {
  const thing = things.get(no);
  if (!thing) {
    throw new No(404, code, 'there is no such thing');
  }
  return thing;
}

export const fen = text => {
  if (!/^\d+\.\d\d$/.test(text ?? '')) {
    throw new No(400, 'bad_amount', 'an amount has two decimals');
  }
  return BigInt(text.replace('.', ''));
};
export const yuan = sum => `${sum / 100n}.${String(sum % 100n).padStart(2, '0')}`;
export const moment = (at = Date.now()) => `${new Date(at + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
export const masked = text => (text.length > 4 ? `${text.slice(0, 3)}****${text.slice(-2)}` : `*${text.slice(1)}`);

let numbers = 0;
export function number() {
  numbers += 1;
  const at = moment().replace(/\D/g, '').slice(0, 14);
  return at + String(numbers).padStart(DIGITS - at.length, '0');
}

/** One account and everything about it. */
export function newWorld() {
  const world = {
    id: 'mock',
    me: null,
    signedIn: new Set(),
    balance: 0n,
    bills: [],
    cards: [],
    pockets: null,
    orders: new Map(),
    transfers: new Map(),
    bank: new Map(),
    agreements: [],
    passkeys: [],
    messages: [],
    keys: new Map(),
    payCodes: 0,
    challenges: new Map(),
    listeners: new Set(),
    stopped: 'none',
  };
  world.agreements.push({
    no: number(),
    merchant_name: '每日读报',
    scene: '会员续费',
    signed_at: moment(),
    valid_until: null,
    limits: ['每月最多 30.00 元', '每笔最多 30.00 元'],
  });
  return world;
}

/** The world of somebody who has been here for a while. */
export function livedIn(world) {
  open(world, '13800138000', 'plum-blossom-7', '836205');
  world.me.name = '张三';
  world.balance = 123_456_78n;
  world.cards.push(card('6222021234567894', 'ICBC', 'bound'), card('6253301234567892', 'CMB', 'bound'));
  const day = 86_400_000;
  const shops = ['咖啡与面包', 'Corner Bookshop <b>&amp;</b>', '地铁出行', '一家名字特别特别长的水果生鲜超市旗舰店'];
  for (let n = 130; n > 0; n -= 1) {
    const at = Date.now() - n * day * 1.3;
    const kind = n % 9 === 0 ? 'transfer_in' : n % 7 === 0 ? 'transfer_out' : n % 11 === 0 ? 'top_up' : 'payment';
    bill(world, {
      kind,
      amount: yuan(BigInt(n * 137 + 99)),
      at,
      title: kind === 'payment' ? shops[n % 4] : '',
      state: kind === 'payment' ? (n % 13 === 0 ? 'refunded' : 'paid') : 'done',
      other: kind.startsWith('transfer') ? '李四' : null,
    });
  }
  return world;
}

export function open(world, login, loginPassword, payPassword) {
  world.me = { user_id: '2088102100000013', login, loginPassword, payPassword, name: null, opened_at: moment() };
}

export function card(digits, bank, state) {
  return {
    no: number(),
    bank,
    kind: digits.startsWith('625') ? 'credit' : 'debit',
    last_four: digits.slice(-4),
    state,
    asked_at: moment(),
  };
}

const CATEGORY = {
  payment: 'shopping',
  transfer_out: 'transfer',
  transfer_in: 'transfer',
  top_up: 'cash',
  withdrawal: 'cash',
};
const DIRECTION = { payment: 'out', transfer_out: 'out', transfer_in: 'in', top_up: 'in', withdrawal: 'out' };

export function bill(
  world,
  { no = number(), kind, amount, at = Date.now(), title = '', state = 'done', other = null, pocket = 'balance' },
) {
  const found = world.bills.find(one => one.no === no);
  const made = {
    no,
    kind,
    direction: DIRECTION[kind],
    title,
    other_name: other && masked(other),
    other_login: other && '139****00',
    amount,
    refunded: state === 'refunded' ? amount : '0.00',
    state,
    at: moment(at),
    pocket,
    category: CATEGORY[kind],
  };
  if (found) {
    Object.assign(found, made);
  } else {
    world.bills.unshift(made);
  }
  tell(world);
}

function tell(world) {
  for (const listener of world.listeners) {
    listener({ changed: ['account', 'bills'] });
  }
}

/** A passkey proves everything here: the mock has no eyes for signatures. */
export function pays(world, { pay_password, credential }) {
  if (!credential && pay_password !== world.me.payPassword) {
    throw new No(403, 'wrong_password', 'the payment password is wrong', { tries_left: 2 });
  }
  if (world.stopped !== 'none') {
    throw new No(409, 'payer_stopped', 'payments are stopped');
  }
}

/** The same key with the same body gives the same thing, and says that it was made before. */
export function once(world, key, body, make) {
  if (!key) {
    throw new No(400, 'key_missing', 'send Idempotency-Key');
  }
  const text = JSON.stringify(body);
  const before = world.keys.get(key);
  if (before && before.text !== text) {
    throw new No(409, 'key_reused', 'the key was used for something else');
  }
  const made = before ?? { text, thing: make() };
  world.keys.set(key, made);
  return withStatus(before ? 200 : 201, { ...made.thing, replayed: before !== undefined });
}
