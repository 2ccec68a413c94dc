// The sandbox API from memory, for the page of developers: `/sandbox/…` beside the API of persons. It says no in a form
// of its own.
import { fen, No, number, yuan } from './world.mjs';

const APP = '9021100000000106';
const CERT_APP = '9021100000000207';
const SELLER = '2088100000000013';
const KEY = `MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA${'q7Xw9dK2'.repeat(40)}IDAQAB`;
const PEM = `-----BEGIN ${'PRIVATE'} KEY-----\n${'bW9jayBrZXksIG5vYm9keSdzLCBvbmx5IGZvciBsb29raW5n\n'.repeat(6)}-----END ${'PRIVATE'} KEY-----\n`;
const KNOWN = [
  ['error-after', 'calls', true],
  ['error-before', 'calls', true],
  ['lost-answer', 'calls', true],
  ['latency:3000', 'calls', false],
  ['latency:200-2000', 'calls', false],
  ['query-lag:60', 'calls', false],
  ['gbk-error', 'calls', true],
  ['rate-limit', 'calls', false],
  ['maintenance', 'calls', true],
  ['notify-duplicate', 'notifications', false],
  ['notify-delay:5', 'notifications', false],
  ['notify-reorder', 'notifications', false],
  ['notify-early', 'calls', false],
];
const SECONDS = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 };

/** A moment as the sandbox API writes it. */
const cn = at => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
const no = (status, code, message) => {
  throw new No(status, code, message);
};

function seen(one) {
  const { biz, ...own } = one;
  const text = [
    `app_id=${own.app_id ?? APP}`, `biz_content=${biz}`, 'charset=utf-8', 'format=JSON', `method=${own.method}`,
    'sign_type=RSA2', 'timestamp=2026-11-30 17:04:05', 'version=1.0',
  ].join('&');
  const parameters = text.split('&').map(pair => {
    const [name, ...value] = pair.split('=');
    return { name, value: value.join('='), cut: false };
  });
  const node = `${own.method?.replaceAll('.', '_') ?? 'error'}_response`;
  const refused = own.sub_code ? `,"sub_code":"${own.sub_code}","sub_msg":"${own.sub_msg}"` : ',"trade_no":"2026113022001404071576486906"';
  return {
    took_us: 3_120,
    interface: 'v2',
    verb: 'POST',
    app_id: APP,
    status: 200,
    sub_code: null,
    sub_msg: null,
    signature: 'right',
    sign_type: 'RSA2',
    fault: null,
    trace_id: '4f1c0d9a7be2436fb1a5c0de77f01a2b',
    string_to_sign: { text, bytes: text.length + 15, cut: false, masked: text.includes('***') },
    parameters: [...parameters, { name: 'sign', value: 'kT9+xQ…Zm2A==', cut: false }],
    parameters_cut: false,
    answer: {
      text: `{"${node}":{"code":"${own.code}","msg":"…"${refused}},"sign":"Qz81bK…0fw=="}`,
      cut: false,
    },
    answer_kind: 'json',
    mistake: null,
    ...own,
  };
}

function newSandbox() {
  const now = Date.now();
  const pay = biz => ({ method: 'alipay.trade.pay', biz: `{"out_trade_no":"${biz}","auth_code":"***","subject":"咖啡/拿铁","total_amount":"28.00","scene":"bar_code"}` });
  const box = {
    aheadMs: 0,
    frozenAt: null,
    resets: 0,
    apps: [
      {
        app_id: APP, seller_id: SELLER, seller_login: 'shop@demo.tongbao', seller_name: '示例商店', mode: 'key', sign_type: 'RSA2',
        profile: 'strict', platform_public_key: KEY,
        files: Object.fromEntries(['private_key_pkcs1', 'private_key_pkcs1_text', 'private_key_pkcs8', 'private_key_pkcs8_text', 'platform_public_key', 'platform_public_key_text', 'aes_key']
          .map(name => [name, `/srv/tongbao/keys/apps/${APP}/${name}.pem`])),
      },
      {
        app_id: CERT_APP, seller_id: SELLER, seller_login: 'shop@demo.tongbao', seller_name: '示例商店', mode: 'cert', sign_type: 'RSA2',
        profile: 'strict', platform_public_key: KEY,
        files: Object.fromEntries(['private_key_pkcs8', 'app_cert', 'platform_cert', 'root_cert'].map(name => [name, `/srv/tongbao/keys/apps/${CERT_APP}/${name}.crt`])),
      },
    ],
    buyers: [
      { login: 'buyer1@demo.tongbao', user_id: '2088100000000021', name: '莉莉', pay_password: '482913', balance: 100_000n },
      { login: 'buyer2@demo.tongbao', user_id: '2088100000000039', name: 'Tom', pay_password: '730146', balance: 5_000n },
    ],
    orders: new Map(),
    faults: [{ no: 1, fault: 'error-after', app_id: null, method: 'alipay.trade.pay', next: 3, every: null, percent: null, seed: 0, until: null, seen: 2, hits: 1 }],
    faultNo: 1,
    findings: [
      {
        kind: 'paid_twice', app_id: APP, order: 'COFFEE-1', other: 'COFFEE-2', method: 'alipay.trade.pay', at: cn(now - 90_000), trace_id: 'ab', notify_id: null,
        text: 'alipay.trade.pay (COFFEE-1) had an unknown outcome; nobody asked, and COFFEE-2 was charged: the same buyer paid twice.',
        advice: 'After 20000 or no answer, ask alipay.trade.query before you charge again.',
        text_zh: 'alipay.trade.pay（COFFEE-1）结果未知后未查询，又以新订单号 COFFEE-2 收款，同一买家付了两次。',
        advice_zh: '收到 20000 或没有答复时，先用 alipay.trade.query 查询，再决定是否重新收款。',
      },
    ],
    messages: [{ to: '138****8000', kind: 'sign_in', code: '246810', text: '【通宝】登录验证码 246810，5分钟内有效。请勿告诉任何人。', sent_at: cn(now - 200_000) }],
    seen: [],
    letters: [],
  };
  box.notices = [
    ['TEA-7', 'delivered', 1, null, null],
    ['TEA-7', 'delivered', 1, null, null, { out_biz_no: 'TEA-7-R1', refund_fee: '18.00' }],
    ['COFFEE-2', 'due', 3, cn(now + 590_000), 'answered HTTP 500'],
    ['COFFEE-1', 'given_up', 8, null, 'no answer within 15 s'],
  ].map(([out, state, attempts, next, error, refund], place) => ({
    notify_id: `2026113022${String(place).padStart(20, '0')}`, app_id: APP, trade_no: '2026113022001404071576486906', out_trade_no: out,
    trade_status: 'TRADE_SUCCESS', url: 'http://127.0.0.1:3000/notify', state, attempts, happened_at: cn(now - 400_000 * (place + 1)),
    next_attempt_at: next, last_error: error,
    params: { notify_type: 'trade_status_sync', app_id: APP, trade_status: 'TRADE_SUCCESS', out_trade_no: out, total_amount: '28.00', ...refund },
  }));
  box.letters = [
    [1, 'usual', { delivered: true, error: null, took_ms: 12 }],
    [2, 'duplicate', { delivered: false, error: 'answered HTTP 500, but the body is not `success`', took_ms: 8 }],
    [3, 'usual', null],
  ].map(([letterNo, kind, ended]) => ({
    no: letterNo, notify_id: box.notices[0].notify_id, app_id: APP, kind, sent_at: cn(now - 100_000 * (4 - letterNo)), url: 'http://127.0.0.1:3000/notify',
    content_type: 'application/x-www-form-urlencoded;charset=utf-8',
    form: 'app_id=9021100000000106&out_trade_no=TEA-7&subject=%E7%BB%BF%E8%8C%B6&total_amount=8.80&trade_status=TRADE_SUCCESS&sign=kT9%2BxQZm2A%3D%3D&sign_type=RSA2',
    to_listener: false, ended,
  }));
  const entries = [
    { ...pay('COFFEE-1'), code: '20000', sub_code: 'ACQ.SYSTEM_ERROR', sub_msg: '系统错误', fault: 'error-after' },
    { method: 'alipay.trade.query', biz: '{"out_trade_no":"first-call"}', code: '40004', sub_code: 'ACQ.TRADE_NOT_EXIST', sub_msg: '交易不存在' },
    { ...pay('TEA-7'), code: '10000' },
    {
      ...pay('TEA-8'), code: '40002', sub_code: 'isv.invalid-signature', sub_msg: '验签出错，验签字符串为[***]', signature: 'wrong',
      mistake: {
        name: 'content-slashes', advice: 'the slashes of biz_content were escaped after signing: send the very text that was signed',
        advice_zh: 'biz_content 中的斜杠在签名后被斜杠转义：请发送与签名时完全相同的字符串',
      },
    },
    { method: 'alipay.trade.page.pay', biz: '{"out_trade_no":"PAGE-1","total_amount":"1.00"}', verb: 'GET', code: null, status: 302, answer_kind: 'redirect', answer: { text: 'http://127.0.0.1:8080/cashier/p7Jm0c', cut: false } },
    { method: 'alipay.trade.refund', biz: '{"out_trade_no":"TEA-7","refund_amount":"8.80"}', code: '10000', interface: 'v3', took_us: 41_000 },
    { method: null, biz: '', app_id: null, code: '40001', sub_code: 'isv.missing-method', sub_msg: '缺少方法名参数', signature: 'not_checked', sign_type: null, string_to_sign: null, parameters: [], trace_id: '99' },
  ];
  box.seen = entries.map((one, place) => seen({ ...one, number: place + 1, at: cn(now - 60_000 * (entries.length - place)) }));
  return box;
}

const sandbox = world => (world.sandbox ??= newSandbox());
const nowOf = box => box.frozenAt ?? Date.now() + box.aheadMs;
const clock = box => ({
  now: cn(nowOf(box)), now_us: nowOf(box) * 1_000, offset_seconds: Math.round((nowOf(box) - Date.now()) / 1_000), mode: box.frozenAt === null ? 'running' : 'frozen',
});
const buyerOf = (box, { login, user_id: id }) => box.buyers.find(one => one.login === login || one.user_id === id) ?? no(404, 'party_not_found', 'there is no such party');
const toldBuyer = ({ balance, ...buyer }) => ({ ...buyer, balance: yuan(balance) });
const line = ({ string_to_sign: _text, parameters: _all, parameters_cut: _cut, answer: _answer, answer_kind: _kind, mistake: _mistake, ...own }) => own;

function moved(box, target) {
  const from = nowOf(box);
  if (target < from) {
    no(409, 'clock_backwards', `the world's clock goes forwards only, and ${cn(target)} is before its now, ${cn(from)}`);
  }
  const events = dueOf(box).filter(one => one.at <= cn(target)).map(({ at, what, ...more }) => ({
    at, what: what === 'notification' ? 'notification' : 'order_closed', ...more, ...(what === 'notification' ? { outcome: 'failed', out_trade_no: 'COFFEE-2' } : { out_trade_no: 'OPEN-1' }),
  }));
  if (box.frozenAt === null) {
    box.aheadMs += target - from;
  } else {
    box.frozenAt = target;
  }
  return { from: cn(from), steps: events.length, counts: {}, events, left_out: 0, ...clock(box) };
}

const dueOf = box => [
  { at: cn(nowOf(box) + 590_000), what: 'notification', notify_id: box.notices[1].notify_id },
  { at: cn(nowOf(box) + 7_200_000), what: 'order_expires', trade_no: '2026113022001404071576486999' },
  { at: cn(nowOf(box) + 86_400_000), what: 'sales_are_settled', trade_no: null },
];

function order(box, { body }) {
  const text = body.qr_code ?? body.order_url ?? body.order_string ?? body.trade_no;
  if (/nothing/.test(text)) {
    no(404, 'order_not_found', 'there is no such order');
  }
  const found = box.orders.get(text) ?? {
    trade_no: number(), out_trade_no: 'SHOP-1', app_id: APP, seller_id: SELLER, taken_up: false, trade_status: 'WAIT_BUYER_PAY', subject: '一杯拿铁',
    total_amount: '28.00', refunded_amount: '0.00', notify_url: null, expires_at: cn(nowOf(box) + 900_000), paid_at: null,
  };
  box.orders.set(text, found);
  return found;
}

const SANDBOX = {
  'GET /demo': box => ({
    gateway: 'http://127.0.0.1:8080/gateway.do', gateway_port_80: 'http://127.0.0.1/gateway.do', sandbox: 'http://127.0.0.1:8080/sandbox',
    base_url: 'http://127.0.0.1:8080', languages: ['python', 'node', 'java', 'go', 'php'], apps: box.apps, buyers: box.buyers.filter(one => !one.isOpened).map(toldBuyer),
  }),
  'GET /snippets/{language}': (_box, { path }) => ({
    language: path.language,
    snippets: [{
      title: `${path.language} (npm install alipay-sdk)`,
      code: `const sdk = new AlipaySdk({ gateway: 'http://127.0.0.1:8080/gateway.do', appId: '${APP}',\n  privateKey: readFileSync('/srv/tongbao/keys/apps/${APP}/private_pkcs1.txt', 'utf8') });\nsdk.exec('alipay.trade.query', { bizContent: { out_trade_no: 'first-call' } }).then(console.log);`,
    }],
  }),
  'POST /app': (box, { body }) => ({
    app_id: '9021100000000913', seller_id: body.seller_id, mode: body.mode, sign_type: body.sign_type, profile: body.profile, platform_public_key: KEY,
    private_key_pkcs1: PEM.replaceAll('PRIVATE', 'RSA PRIVATE'), private_key_pkcs8: PEM, aes_key: 'q83vEjRWeJCrze8SNFZ4kA==',
  }),
  'GET /party': (box, { query }) => {
    const buyer = buyerOf(box, { login: query.get('login'), user_id: query.get('user_id') });
    return { user_id: buyer.user_id, kind: 'buyer', status: 'normal', balance: yuan(buyer.balance) };
  },
  'POST /party': (box, { body }) => {
    if (box.buyers.some(one => one.login === body.login)) {
      no(409, 'login_taken', 'somebody else has this login');
    }
    const buyer = {
      login: body.login, user_id: `20881000000001${box.buyers.length}3`.slice(0, 16), name: body.name ?? body.login.split('@')[0], pay_password: '618240',
      balance: fen(body.balance ?? '0.00'), isOpened: true,
    };
    box.buyers.push(buyer);
    return { ...toldBuyer(buyer), kind: 'buyer', isOpened: undefined };
  },
  'POST /topup': (box, { body }) => {
    const buyer = buyerOf(box, body);
    buyer.balance += fen(body.amount);
    return { user_id: buyer.user_id, balance: yuan(buyer.balance) };
  },
  'POST /paycode': (box, { body }) => {
    buyerOf(box, body);
    return { auth_code: '286531639787491915', expires_at: cn(nowOf(box) + 60_000) };
  },
  'POST /order': order,
  'POST /pay': (box, asked) => {
    const [found, buyer] = [order(box, asked), buyerOf(box, { login: asked.body.login })];
    if (asked.body.pay_password !== buyer.pay_password) {
      no(403, 'wrong_password', 'login or pay_password is wrong; 2 tries left before the lock');
    }
    if (found.trade_status !== 'WAIT_BUYER_PAY') {
      no(409, 'already_paid', 'order is paid');
    }
    buyer.balance -= fen(found.total_amount);
    found.trade_status = 'TRADE_SUCCESS';
    const { trade_no, out_trade_no, trade_status, total_amount } = found;
    return { trade_no, out_trade_no, trade_status, total_amount };
  },
  'GET /requests': (box, { query }) => {
    const limit = Number(query.get('limit') ?? 50);
    const before = Number(query.get('after') ?? Infinity);
    const app = query.get('app_id');
    const found = box.seen.filter(one => one.number < before && (!app || one.app_id === app)).toReversed();
    return { requests: found.slice(0, limit).map(line), next: found.length > limit ? found[limit - 1].number : null };
  },
  'GET /requests/{number}': (box, { path }) =>
    box.seen.find(one => String(one.number) === path.number) ?? no(404, 'request_not_found', 'there is no such request, or it is forgotten'),
  'GET /faults/known': () => ({ faults: KNOWN.map(([fault, of, unknown]) => ({ fault, name: fault.split(':')[0], of, leaves_unknown: unknown })) }),
  'GET /faults': box => ({ faults: box.faults }),
  'POST /faults': (box, { body }) => {
    box.faultNo += 1;
    const rule = { no: box.faultNo, app_id: null, method: null, next: null, every: null, percent: null, seed: 0, until: null, ...body, seen: 0, hits: 0 };
    delete rule.for_s;
    rule.until = body.for_s ? cn(nowOf(box) + body.for_s * 1_000) : null;
    box.faults.push(rule);
    return rule;
  },
  'DELETE /faults': (box, { query }) => {
    const which = query.get('no');
    const left = which ? box.faults.filter(one => String(one.no) !== which) : [];
    const cleared = box.faults.length - left.length;
    if (which && cleared === 0) {
      no(404, 'fault_not_found', 'no fault of this number stands');
    }
    box.faults = left;
    return { cleared };
  },
  'GET /report': box => ({ findings: box.findings }),
  'DELETE /report': box => {
    box.findings = [];
    return { forgotten: true };
  },
  'GET /clock': clock,
  'GET /clock/due': box => ({ due: dueOf(box) }),
  'POST /clock/advance': (box, { body }) => {
    const spans = [...String(body.by).matchAll(/(\d+)([wdhms])?/g)];
    return moved(box, nowOf(box) + spans.reduce((sum, [, count, unit = 's']) => sum + Number(count) * SECONDS[unit], 0) * 1_000);
  },
  'POST /clock/set': (box, { body }) => moved(box, Date.parse(`${body.to.replace(' ', 'T')}+08:00`)),
  'POST /clock/freeze': box => {
    box.frozenAt ??= nowOf(box);
    return clock(box);
  },
  'POST /clock/run': box => {
    box.aheadMs = nowOf(box) - Date.now();
    box.frozenAt = null;
    return clock(box);
  },
  'GET /notifications': box => ({ notifications: box.notices }),
  'GET /notifications/letters': (box, { query }) => ({ letters: box.letters.filter(one => one.no > Number(query.get('after') ?? 0)) }),
  'POST /notifications/resend': (_box, { body }) => ({
    notify_id: body.notify_id,
    ended: body.forge === 'other_key' ? { delivered: true, error: null, took_ms: 9 } : body.forge
      ? { delivered: false, error: 'answered HTTP 200, but the body is not `success`', took_ms: 4 }
      : { delivered: true, error: null, took_ms: 7 },
  }),
  'POST /merchants/{login}/staff': (box, { path, body }, world) => {
    const seller = box.apps.find(one => one.seller_login === path.login) ?? no(404, 'party_not_found', 'there is no such party');
    if (body.login !== world.me?.login && !/^1\d{10}$/.test(body.login)) {
      no(404, 'party_not_found', 'there is no such party');
    }
    return { seller_id: seller.seller_id, user_id: '2088102100000013', role: body.role, active: true, since: cn(nowOf(box)) };
  },
  'GET /world': box => ({ name: 'default', seed: 7, starts_at: '2026-01-01 09:00:00', resets: box.resets }),
  'POST /world/reset': (box, _asked, world) => {
    world.sandbox = { ...newSandbox(), resets: box.resets + 1 };
    return SANDBOX['GET /world'](world.sandbox);
  },
};

/** Its calls, in the form of the others. */
export const SANDBOX_CALLS = [
  ...Object.entries(SANDBOX).map(([call, act]) => {
    const [method, path] = call.split(' ');
    return [method, path, true, (world, asked) => act(sandbox(world), asked, world)];
  }),
  [
    'GET', '/messages', true,
    (world, { query }) => {
      const to = query.get('to');
      return { messages: [...world.messages, ...(to ? [] : sandbox(world).messages)].filter(one => !to || one.to === to) };
    },
  ],
];
