// Money that moves in the mock, and what is told of it.
import { countPrinted, hasRoom } from './counter.mjs';
import { placeOf } from './pockets.mjs';
import { bill, fen, found, masked, moment, No, number, once, pays, yuan } from './world.mjs';

/** How long a bank takes. */
const BANK_MS = 3_000;

/** Something that looks like a code. No till reads it. */
export const squares = (width, height, seed) => {
  const cells = [];
  for (let x = 0; x < width; x += 1) {
    for (let y = 0; y < height; y += 1) {
      if (((x * 7 + y * (height > 4 ? 13 : 0) + seed) * 2_654_435_761) % 97 < 48) {
        cells.push(`M${x} ${y}h1v1h-1z`);
      }
    }
  }
  const box = `viewBox="-2 -2 ${width + 4} ${height + 4}" preserveAspectRatio="none"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box}><path d="${cells.join('')}"/></svg>`;
};

/** What is told of the last payment by card. */
const triedOf = ({ tried }) => ({
  last_try: tried?.no ?? null,
  last_try_state: tried?.state ?? null,
  last_try_reason: tried?.reason ?? null,
});

/** An order by what was scanned, opened or pasted, which may be a new one; by its number only one that is known. */
export function orderOf(world, handed) {
  const [text] = Object.values(handed);
  const code = /\/(?:qr|cashier)\/(\w+)/.exec(text ?? '')?.[1];
  const known = [...world.orders.values()].find(one => one.trade_no === handed.trade_no || (code && one.code === code));
  if (!known && !code) {
    throw new No(404, 'order_not_found', 'there is no such order');
  }
  return told(world, known ?? newOrder(world, code), handed);
}

function newOrder(world, code) {
  const made = {
    code,
    trade_no: number(),
    payee_name: '咖啡与面包',
    subject: '拿铁 大杯 <script>alert(1)</script>',
    amount: '28.80',
    state: 'open',
    tried: null,
    signs_agreement: code.startsWith('sign'),
  };
  world.orders.set(made.trade_no, made);
  return made;
}

function told(world, order, pay_with) {
  const { code, trade_no, payee_name, subject, amount, state, signs_agreement } = order;
  const pockets = [{ kind: 'balance', available: yuan(world.balance), enough: world.balance >= fen(amount) }];
  pockets.push(...world.cards.filter(one => one.state === 'bound').map(one => ({ kind: 'card', card: one })));
  const works = pocket => Number(pocket.kind === 'card' || pocket.enough);
  const place = pocket => placeOf(world, pocket.card?.no ?? 'balance');
  pockets.sort((a, b) => works(b) - works(a) || place(a) - place(b));
  return {
    trade_no,
    payee_name,
    subject,
    amount,
    state,
    pay_with,
    ...triedOf(order),
    expires_at: moment(Date.now() + 900_000),
    signs_agreement,
    cashier_url: `/cashier/${code}`,
    pockets: state === 'open' ? pockets : [],
  };
}

const standing = order => ({
  trade_no: order.trade_no,
  state: order.state === 'paying' ? 'under_way' : order.state,
  ...triedOf(order),
});

export function pay(world, { pocket, pay_password, challenge_id, credential, amount, last_try, ...handed }) {
  const order = world.orders.get(orderOf(world, handed).trade_no);
  if (order.state === 'closed') {
    throw new No(409, 'already_closed', 'the order is closed');
  }
  if (order.state !== 'open') {
    return standing(order);
  }
  if (amount !== order.amount) {
    throw new No(409, 'changed', `the order costs ${order.amount}`);
  }
  if (last_try !== (order.tried?.no ?? null)) {
    throw new No(409, 'moved_on', 'a card was asked to pay this order since it was shown');
  }
  if (order.signs_agreement) {
    throw new No(409, 'signs_agreement', 'paying also signs an agreement: pay at the cashier page');
  }
  pays(world, { pay_password, credential });
  const from = credential ? world.challenges.get(challenge_id)?.pocket : pocket;
  const card = world.cards.find(one => one.no === from);
  hasRoom(world, order, card?.no ?? 'balance');
  if (card) {
    byCard(world, order, card);
    return standing(order);
  }
  if (fen(amount) > world.balance) {
    throw new No(409, 'balance_too_low', 'the balance is too low');
  }
  world.balance -= fen(amount);
  isPaid(world, order, 'balance');
  countPrinted(world, order, 'balance');
  return standing(order);
}

function isPaid(world, order, pocket) {
  const { trade_no: no, subject: title, payee_name: other, amount } = order;
  order.state = 'paid';
  bill(world, { no, kind: 'payment', amount, title, state: 'paid', other, pocket });
}

/** Asks a bank. As in the sandbox, a card that ends in 01 has no money; what was revoked meanwhile comes back. */
function byCard(world, order, card) {
  const tried = { no: number(), state: 'under_way', reason: null };
  Object.assign(order, { state: 'paying', tried });
  setTimeout(() => {
    if (card.last_four.endsWith('01')) {
      Object.assign(tried, tried.state === 'closing' ? { state: 'closed' } : { state: 'failed', reason: 'no_money' });
      order.state = order.state === 'paying' && order.tried === tried ? 'open' : order.state;
    } else if (tried.state === 'closing') {
      tried.state = 'returning';
      setTimeout(() => (tried.state = 'returned'), BANK_MS);
    } else {
      tried.state = 'done';
      isPaid(world, order, 'card');
      countPrinted(world, order, card.no);
    }
  }, BANK_MS);
}

/** How the payment of an order stands. One that nobody took up is nobody's. */
export function payment(world, no) {
  const order = found(world.orders, no, 'order_not_found');
  if (order.state === 'open' && order.tried === null) {
    throw new No(404, 'order_not_found', 'there is no such order');
  }
  return standing(order);
}

export function revoke(world, no, { bank_order }) {
  const order = found(world.orders, no, 'order_not_found');
  if (order.tried?.no !== bank_order) {
    throw new No(409, 'moved_on', 'another card was asked');
  }
  if (order.state === 'paying') {
    order.tried.state = 'closing';
    order.state = 'open';
  }
  return standing(order);
}

export function bankOrder(world, kind, body, key) {
  return once(world, key, { kind, ...body }, () => {
    const card = world.cards.find(one => one.no === body.card && one.state === 'bound');
    if (!card) {
      throw new No(409, 'card_not_bound', 'the card is not bound');
    }
    if (kind === 'withdrawal' && fen(body.amount) > world.balance) {
      throw new No(409, 'balance_too_low', 'the balance is too low');
    }
    const made = {
      no: number(),
      kind,
      state: 'draft',
      amount: body.amount,
      fee: kind === 'withdrawal' ? '0.10' : '0.00',
      card,
      reason: null,
      at: moment(),
    };
    world.bank.set(made.no, made);
    return made;
  });
}

export function confirmBankOrder(world, no, body) {
  const order = found(world.bank, no, 'bank_order_not_found');
  if (order.state !== 'draft') {
    return order;
  }
  pays(world, body);
  const { kind, amount, fee } = order;
  const cost = fen(amount) + fen(fee);
  if (kind === 'withdrawal') {
    if (cost > world.balance) {
      throw new No(409, 'balance_too_low', 'the balance is too low');
    }
    world.balance -= cost;
  }
  order.state = 'under_way';
  setTimeout(() => {
    if (order.state === 'closing') {
      order.state = 'closed';
      return;
    }
    order.state = 'done';
    world.balance += kind === 'top_up' ? fen(amount) - fen(fee) : 0n;
    bill(world, { no, kind, amount, pocket: 'card' });
  }, BANK_MS);
  return order;
}

/** Gives a bank order up: a draft at once, one that its bank has when the bank has spoken. */
export function giveUp(world, no) {
  const order = found(world.bank, no, 'bank_order_not_found');
  if (order.state === 'draft') {
    order.state = 'closed';
  } else if (order.state === 'under_way') {
    if (order.kind === 'withdrawal') {
      throw new No(409, 'too_late', 'its bank has it');
    }
    order.state = 'closing';
  } else if (order.state !== 'closing' && order.state !== 'closed') {
    throw new No(409, 'bank_order_ended', 'it is over');
  }
  return order;
}

export function offer(world, body, key) {
  return once(world, key, body, () => {
    if (body.to === 'nobody@example.com') {
      throw new No(404, 'payee_not_found', 'there is no such payee');
    }
    const made = {
      no: number(),
      state: 'offered',
      payee_name: '*四',
      payee_login: masked(body.to ?? '13900139000'),
      known: false,
      amount: yuan(fen(body.amount)),
      remark: body.remark ?? null,
      arrival: body.arrival,
      arrives_at: body.arrival === 'at_once' ? null : moment(Date.now() + 7_200_000),
      at: moment(),
    };
    world.transfers.set(made.no, made);
    return made;
  });
}

export function send(world, no, body) {
  const transfer = found(world.transfers, no, 'transfer_not_found');
  if (transfer.state !== 'offered') {
    return transfer;
  }
  pays(world, body);
  if (fen(transfer.amount) > world.balance) {
    throw new No(409, 'balance_too_low', 'the balance is too low');
  }
  transfer.state = transfer.arrival === 'at_once' ? 'done' : 'waiting';
  world.balance -= fen(transfer.amount);
  const state = transfer.state === 'done' ? 'done' : 'under_way';
  bill(world, { no, kind: 'transfer_out', amount: transfer.amount, other: '李四', state });
  return transfer;
}

/** Calls a transfer back: money that waited comes back. */
export function callBack(world, no) {
  const transfer = found(world.transfers, no, 'transfer_not_found');
  if (transfer.state === 'done') {
    throw new No(409, 'already_sent', 'the money is with the payee');
  }
  if (transfer.state === 'waiting') {
    world.balance += fen(transfer.amount);
    bill(world, { no, kind: 'transfer_out', amount: transfer.amount, other: '李四', state: 'returned' });
  }
  transfer.state = 'cancelled';
  return transfer;
}

export function months(world, count) {
  const names = Array.from({ length: count }, (_, back) => {
    const [year, month] = moment().slice(0, 7).split('-').map(Number);
    const index = year * 12 + month - 1 - back;
    return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
  });
  return names.map(month => {
    const own = world.bills.filter(one => one.at.startsWith(month) && ['paid', 'done'].includes(one.state));
    const sum = (list, way) =>
      yuan(list.filter(one => one.direction === way).reduce((all, one) => all + fen(one.amount), 0n));
    const of = category => own.filter(one => one.category === category);
    const categories = ['shopping', 'transfer', 'cash'].filter(name => of(name).length > 0);
    return {
      month,
      in: sum(own, 'in'),
      out: sum(own, 'out'),
      categories: categories.map(category => ({
        category,
        in: sum(of(category), 'in'),
        out: sum(of(category), 'out'),
        count: of(category).length,
      })),
    };
  });
}

export function bills(world, query) {
  const limit = Number(query.get('limit') ?? 20);
  const [kind, words, before] = ['kind', 'q', 'before'].map(name => query.get(name));
  const fits = one => (!kind || one.kind === kind) && (!words || `${one.title}${one.other_name ?? ''}`.includes(words));
  const all = world.bills.toSorted((a, b) => b.at.localeCompare(a.at)).filter(fits);
  const start = before ? all.findIndex(one => one.no === before) + 1 : 0;
  const page = all.slice(start, start + limit);
  return { bills: page, next: start + limit < all.length ? page.at(-1).no : null };
}

export function details(world, no) {
  const one = found(new Map(world.bills.map(one => [one.no, one])), no, 'bill_not_found');
  const timeline = [
    { at: one.at, what: 'created', amount: null, note: null },
    { at: one.at, what: one.kind === 'payment' ? 'paid' : 'arrived', amount: one.amount, note: null },
  ];
  if (one.state === 'refunded') {
    timeline.push({ at: moment(), what: 'refunded', amount: one.amount, note: '商品缺货' });
  }
  return {
    ...one,
    merchant_no: one.kind === 'payment' ? 'shop-2026-0001' : null,
    remark: null,
    fee: null,
    timeline,
    pay_url: null,
    can_cancel: one.state === 'under_way',
    refund_request: world.asked?.get(no) ?? null,
    can_ask_refund: one.kind === 'payment' && one.state === 'paid' && !world.asked?.has(no),
  };
}

/** A buyer asks for its money; nobody answers in the mock. */
export function askRefund(world, no, { reason }) {
  if (!details(world, no).can_ask_refund) {
    throw new No(409, world.asked?.has(no) ? 'already_asked' : 'refunds_over', 'it cannot be asked for');
  }
  const request = { state: 'open', asking: 1, reason, asked_at: moment(), answer: null, answered_at: null };
  (world.asked ??= new Map()).set(no, request);
  return { request };
}
