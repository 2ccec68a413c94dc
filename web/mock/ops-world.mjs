// What the console of the mock shows: a day of a small platform, with one of everything that has to be decided.
import { moment, number, yuan } from './world.mjs';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const ME = '2088102100000013';
export const OTHER = '2088102100000021';
export const SHOP = '2088102100000047';
export const BUYER = '2088102100000055';
const HEX = 'a3f09c41d7be55682210ffcc9a7b6e3d';
export const digest = seed =>
  [...(HEX + HEX)].map((letter, at) => '0123456789abcdef'[(letter.charCodeAt(0) * (at + 3) + seed) % 16]).join('');
const ago = ms => moment(Date.now() - ms);
export const dayOf = (back = 0) => ago(back * DAY).slice(0, 10);

/** What the clock of the world shows, in China time. */
export function nowOf({ offset_seconds }) {
  const at = Date.now() + offset_seconds * 1_000;
  return { now: moment(at).slice(0, 19).replace('T', ' '), now_us: at * 1_000 };
}

export const RULES = [
  {
    id: 'R02a',
    condition: 'scene == "transfer" && payer_kind == "person" && !payee_known && amount_minor >= 500000',
    verdict: 'delay:2',
    reason_zh: '首次向对方转账，资金将延迟到账',
    reason_en: 'First transfer to this payee: the money arrives later',
    shadow: false,
    from_us: 0,
  },
  {
    id: 'N02',
    condition: 'scene == "pay" && payer_age_s < 86400 && amount_minor > 500000',
    verdict: 'review',
    reason_zh: '新账户大额付款需要核实，请稍后再试',
    reason_en: 'A large payment of a new account is being checked; please try again later',
    shadow: false,
    from_us: 0,
  },
  {
    id: 'W01',
    condition: 'scene == "withdraw" && hour < 5',
    verdict: 'verify:password',
    reason_zh: '请输入支付密码',
    reason_en: 'Enter the payment password',
    shadow: true,
    from_us: 0,
  },
];

export const account = (kind, klass, owner, balance, held = '0.00') => ({
  account_id: `0000${owner.slice(-8)}${String(kind.length).padStart(4, '0')}`,
  owner,
  kind,
  class: klass,
  currency: 'CNY',
  balance,
  held,
  available: balance,
  opened_at: ago(90 * DAY),
});

const TITLES = [
  '拿铁与可颂',
  '《支付战争》<b>签名本</b>',
  '地铁乘车码',
  '一份名字特别特别长的水果生鲜组合礼盒（当季限定）',
];
const STATES = ['paid', 'paid', 'wait_buyer_pay', 'closed', 'paid', 'finished', 'offered'];

function orders() {
  return Array.from({ length: 57 }, (_, n) => {
    const state = STATES[n % STATES.length];
    const total = yuan(BigInt(1_290 + n * 377));
    return {
      trade_no: number(),
      out_trade_no: `shop-${20_261_130 - n}`,
      seller_id: SHOP,
      buyer_id: ['offered', 'closed'].includes(state) ? null : BUYER,
      subject: TITLES[n % TITLES.length],
      total,
      refunded: n % 7 === 0 ? total : '0.00',
      currency: 'CNY',
      state,
      product: ['qr_code', 'page', 'face_to_face'][n % 3],
      app_id: '2021000000000107',
      fee: '0.08',
      fee_back: '0.00',
      opened_at: ago(n * 3 * HOUR + 60_000),
      created_at: state === 'offered' ? null : ago(n * 3 * HOUR + 30_000),
      expires_at: ago(n * 3 * HOUR - 2 * HOUR),
      paid_at: state === 'paid' || state === 'finished' ? ago(n * 3 * HOUR) : null,
      closed_at: state === 'closed' ? ago(n * 3 * HOUR) : null,
    };
  });
}

const line = (account_kind, owner, side, amount, balance_after) => ({
  account_id: `0000${owner.slice(-8)}0007`,
  account_kind,
  owner,
  side,
  amount,
  balance_after,
});

/** Everything that happened to an order, one of each kind. */
export function story(order) {
  const at = order.opened_at;
  const row = (kind, what, table, fields, more = {}) => ({
    at,
    kind,
    title: `${kind}.${what}`,
    table,
    slot: 47,
    no: order.trade_no,
    fields,
    planned: false,
    reason_zh: null,
    reason_en: null,
    ...more,
  });
  const refusal = { reason_zh: RULES[1].reason_zh, reason_en: RULES[1].reason_en };
  const timeline = [
    row('order', 'opened', 'order', { product: order.product, total: order.total, out_trade_no: order.out_trade_no }),
    row(
      'risk',
      'stopped',
      'risk_decision',
      { verdict: 'review', version: '3', facts: 'scene="pay" amount_minor=640000 payer_age_s=3600 hour=14' },
      {
        slot: 55,
        no: '12',
        rules: [
          { id: 'N02', part: 'fired', text: RULES[1].condition },
          { id: 'W01', part: 'shadow', text: RULES[2].condition },
        ],
        ...refusal,
      },
    ),
    row('risk_case', 'opened', 'risk_case', { state: 'open' }, { slot: 55, no: '' }),
    row('receipt', 'paid', 'receipt', { amount: order.total, channel: 'balance' }),
    row(
      'posting',
      'pay_out',
      'posting',
      { business_date: at.slice(0, 10) },
      {
        slot: 55,
        lines: [
          line('balance', BUYER, 'debit', order.total, '812.40'),
          line('transit', BUYER, 'credit', order.total, order.total),
        ],
      },
    ),
    row(
      'posting',
      'pay_in',
      'posting',
      { business_date: at.slice(0, 10) },
      {
        lines: [
          line('transit', SHOP, 'debit', order.total, '0.00'),
          line('balance', SHOP, 'credit', order.total, '10240.66'),
          line('fee_income', SHOP, 'credit', '0.08', '61.20'),
        ],
      },
    ),
    row('notice', 'paid', 'notice', {
      attempts: '2',
      answer: 'HTTP 500',
      address: 'https://shop.example.com/notify',
    }),
    row('notice', 'next_attempt', 'notice', { attempt: '3' }, { at: moment(Date.now() + HOUR), planned: true }),
  ];
  const why = { at, title: 'risk.stopped', rules: ['N02'], ...refusal };
  return {
    order,
    why_refused: order.state === 'paid' || order.state === 'closed' ? [why] : [],
    timeline,
    truncated: false,
  };
}

const suspense = (serial, owner, more = {}) => ({
  slot: 7,
  account: '6230001000000000001',
  day: dayOf(serial),
  serial,
  class: ['theirs_only', 'amount_differs', 'came_back'][serial % 3],
  owner,
  party: serial % 2 ? BUYER : null,
  direction: serial % 2 ? 'in' : 'out',
  amount: yuan(BigInt(serial * 1_777)),
  currency: 'CNY',
  reference: `BANK-${serial}0042`,
  bank_order_no: serial % 2 ? number() : null,
  proposed: null,
  closed: null,
  since: ago(serial * 2 * DAY),
  age_days: serial * 2,
  ...more,
});

const closing = operator => ({
  way: 'give_back',
  bank_order_no: null,
  reason: '客户要求退回',
  operator,
  at: ago(HOUR),
});

const contract = (product, version, more = {}) => ({
  product,
  version,
  status: 'in_force',
  fee_ppm: 6_000,
  valid_from: null,
  settlement: 'same_day',
  reason: '标准费率',
  proposed_by: ME,
  proposed_at: ago(40 * DAY),
  approved_by: OTHER,
  approved_at: ago(39 * DAY),
  ...more,
});

const application = (login, state, more = {}) => ({
  login,
  state,
  kind: 'enterprise',
  name: '每日鲜果（上海）有限公司',
  name_matches: true,
  site: 'https://fruit.example.com',
  documents: ['licence', 'id_front', 'id_back'],
  documents_missing: [],
  reviewer: null,
  reasons: [],
  note: null,
  seller_id: null,
  app_id: null,
  opened_at: ago(3 * DAY),
  changed_at: ago(DAY),
  ...more,
});

const operator = (user_id, role, more = {}) => ({
  user_id,
  name: user_id ?? 'admin',
  login: user_id && `138****${user_id.slice(-4)}`,
  role,
  active: true,
  proposed_by: null,
  approved_by: null,
  since: ago(30 * DAY),
  ...more,
});

/** The notes of 43 acts, newest first: of each act the one after it, then the one before it. */
function noteOf(n) {
  const which = Math.floor(n / 2);
  const ended = ['done', 'done', 'unknown', 'refused:self_approval', 'done'][which % 5];
  const isEnd = n % 2 === 0;
  return {
    number: 86 - n,
    at: ago(which * 4 * HOUR),
    operator: which % 3 ? OTHER : ME,
    act: ['risk.approve', 'suspense.propose', 'person.look', 'application.pass', 'clock.move'][which % 5],
    subject: ['version 3', '7/6230001000000000001/2/3', BUYER, 'tea', 'by 3d'][which % 5],
    digest: digest(which),
    outcome: isEnd ? ended : 'asked',
    asked_no: isEnd ? 86 - n - 1 : null,
    ended: isEnd || which === 4 ? null : ended,
    previous: digest(n + 101),
    hash: digest(n + 100),
  };
}

/** The console's part of the world. */
export function newOps() {
  return {
    me: { role: null, active: true, everybody: true },
    orders: orders(),
    risk: {
      in_force: {
        version: 3,
        rules: RULES,
        digest: digest(3),
        proposed_by: ME,
        approved_by: OTHER,
        effective_at: ago(20 * DAY),
      },
      proposal: {
        version: 4,
        rules: [
          { ...RULES[0], verdict: 'delay:24' },
          RULES[2],
          { ...RULES[1], id: 'N03', condition: 'scene == "pay" && amount_minor > 300000' },
        ],
        digest: digest(4),
        proposed_by: OTHER,
        proposed_at: ago(2 * HOUR),
      },
      built_in: RULES,
    },
    cases: Array.from({ length: 26 }, (_, n) => ({
      user_id: n === 3 ? ME : BUYER,
      subject: `order ${number()}`,
      state: n < 4 ? 'open' : n % 2 ? 'released' : 'refused',
      opened_at: ago(n * 5 * HOUR),
      decided_by: n < 4 ? null : OTHER,
      decided_at: n < 4 ? null : ago(n * 5 * HOUR - HOUR),
      first_release_by: n === 1 ? ME : n === 2 ? OTHER : null,
    })),
    operators: [operator(null, 'admin'), operator(ME, 'risk_officer', { proposed_by: 'admin', approved_by: OTHER })],
    operatorProposals: [
      {
        user_id: OTHER,
        name: OTHER,
        login: '139****0021',
        role: 'treasurer',
        active: true,
        proposed_by: 'admin',
        at: ago(HOUR),
      },
    ],
    applications: [
      application('fruit@example.com', 'AUDITING'),
      application('13900001111', 'AUDITING', {
        reviewer: ME,
        kind: 'individually_owned',
        name: '老王修车铺',
        name_matches: false,
      }),
      application('tea@example.com', 'SIGNED', { seller_id: SHOP, app_id: '2021000000000107', name: '桂花茶馆' }),
    ],
    contracts: [
      { product: 'face_to_face', version: 2, in_force: contract('face_to_face', 2), waiting: [], proposal: null },
      {
        product: 'page',
        version: 1,
        in_force: contract('page', 1),
        waiting: [],
        proposal: contract('page', 2, {
          fee_ppm: 3_800,
          reason: '大客户优惠',
          proposed_by: OTHER,
          proposed_at: ago(5 * HOUR),
          approved_by: null,
          approved_at: null,
        }),
      },
    ],
    dated: {
      in_force: { merchant_fee_ppm: 6_000, password_free_limit: '1000.00', effective_at: null },
      waiting: [],
      waiting_left_out: 0,
      version: 0,
      proposal: {
        version: 1,
        merchant_fee_ppm: 5_500,
        password_free_limit: '500.00',
        valid_from: null,
        reason: '成本下降',
        proposed_by: OTHER,
        proposed_at: ago(3 * HOUR),
        approved_by: null,
        approved_at: null,
      },
      history: [],
      history_left_out: 0,
    },
    suspense: [
      suspense(1, 'platform'),
      suspense(2, 'bank', { proposed: closing(ME) }),
      suspense(3, 'customer', { proposed: closing(OTHER) }),
      suspense(4, 'platform', { closed: { ...closing(ME), approved_by: OTHER } }),
    ],
    screening: {
      in_force: {
        version: 2,
        digest: digest(12),
        entries: 1_204,
        threshold: 850,
        proposed_by: ME,
        approved_by: OTHER,
        effective_at: ago(60 * DAY),
      },
      proposal: {
        version: 3,
        digest: digest(13),
        entries: 1_207,
        threshold: 850,
        proposed_by: ME,
        proposed_at: ago(3 * HOUR),
      },
    },
    faults: [
      {
        no: 1,
        fault: 'error-after',
        app_id: null,
        method: 'alipay.trade.pay',
        next: 2,
        every: null,
        percent: null,
        seed: 0,
        until: null,
        seen: 5,
        hits: 1,
      },
    ],
    clock: { now: moment(), offset_seconds: 0, mode: 'running', steps: null, counts: null, events: [], left_out: 0 },
    trail: Array.from({ length: 86 }, (_, n) => noteOf(n)),
  };
}
