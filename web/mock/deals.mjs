// Money that moves in the mock, and what is told of it.
import { bill, fen, masked, moment, No, number, once, pays, yuan } from './world.mjs';

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

export function orderOf(world, handed) {
  const [text] = Object.values(handed);
  const no = handed.trade_no ?? /\/qr\/(\w+)/.exec(text ?? '')?.[1];
  if (!no) {
    throw new No(404, 'order_not_found', 'this is no link or code of this platform');
  }
  const known = [...world.orders.values()].find(order => order.trade_no === no || order.code === no);
  if (known) {
    return told(world, known);
  }
  const made = {
    code: no,
    trade_no: number(),
    payee_name: '咖啡与面包',
    subject: '拿铁 大杯 <script>alert(1)</script>',
    amount: '28.80',
    state: 'open',
    last_try: null,
    signs_agreement: no.startsWith('sign'),
  };
  world.orders.set(made.trade_no, made);
  return told(world, made);
}

function told(world, known) {
  const order = { ...known };
  delete order.code;
  const pockets = [{ kind: 'balance', available: yuan(world.balance), enough: world.balance >= fen(order.amount) }];
  pockets.push(...world.cards.filter(one => one.state === 'bound').map(one => ({ kind: 'card', card: one })));
  const works = pocket => Number(pocket.kind === 'card' || pocket.enough);
  pockets.sort((a, b) => works(b) - works(a));
  const expires_at = moment(Date.now() + 900_000);
  return { ...order, expires_at, cashier_url: '/cashier/mock', pay_with: { qr_code: `/qr/${known.code}` }, pockets };
}

const standing = ({ trade_no, state, last_try }) => ({
  trade_no,
  state: state === 'paying' ? 'under_way' : state,
  last_try,
});

export function pay(world, { pocket, pay_password, challenge_id, credential, amount, last_try, ...handed }) {
  const order = world.orders.get(orderOf(world, handed).trade_no);
  if (order.state !== 'open') {
    return standing(order);
  }
  if (amount !== order.amount) {
    throw new No(409, 'changed', `the order costs ${order.amount}`);
  }
  if (last_try !== order.last_try) {
    throw new No(409, 'moved_on', 'a card was asked to pay this order since it was shown');
  }
  pays(world, { pay_password, credential });
  const from = credential ? world.challenges.get(challenge_id).pocket : pocket;
  const card = world.cards.find(one => one.no === from);
  const settle = isTaken => {
    order.state = isTaken ? 'paid' : 'open';
    if (isTaken) {
      const by = card ? 'card' : 'balance';
      const { trade_no: no, subject: title, payee_name: other } = order;
      bill(world, { no, kind: 'payment', amount, title, state: 'paid', other, pocket: by });
    }
  };
  if (card) {
    order.state = 'paying';
    order.last_try = number();
    // As in the sandbox: a card that ends in 01 has no money.
    order.timer = setTimeout(settle, BANK_MS, !card.last_four.endsWith('01'));
  } else {
    world.balance -= fen(amount);
    settle(true);
  }
  return standing(order);
}

/** How the payment of an order stands. One that nobody took up is nobody's. */
export function payment(world, no) {
  const order = world.orders.get(no);
  if (!order || (order.state === 'open' && order.last_try === null)) {
    throw new No(404, 'order_not_found', 'there is no such order');
  }
  return standing(order);
}

export function revoke(world, no, { bank_order }) {
  const order = world.orders.get(no);
  if (order.last_try !== bank_order) {
    throw new No(409, 'moved_on', 'another card was asked');
  }
  if (order.state === 'paying') {
    clearTimeout(order.timer);
    order.state = 'open';
  }
  return standing(order);
}

export function bankOrder(world, kind, body, key) {
  return once(world, key, { kind, ...body }, () => {
    const found = world.cards.find(one => one.no === body.card && one.state === 'bound');
    if (!found) {
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
      card: found,
      reason: null,
      at: moment(),
    };
    world.bank.set(made.no, made);
    return made;
  });
}

export function confirmBankOrder(world, no, body) {
  const order = world.bank.get(no);
  pays(world, body);
  if (order.state === 'draft') {
    order.state = 'under_way';
    setTimeout(() => {
      order.state = 'done';
      world.balance += order.kind === 'top_up' ? fen(order.amount) : -fen(order.amount) - fen(order.fee);
      bill(world, { no, kind: order.kind, amount: order.amount, pocket: 'card' });
    }, 2_500);
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
  const transfer = world.transfers.get(no);
  pays(world, body);
  if (transfer.state === 'offered') {
    if (fen(transfer.amount) > world.balance) {
      throw new No(409, 'balance_too_low', 'the balance is too low');
    }
    transfer.state = transfer.arrival === 'at_once' ? 'done' : 'waiting';
    world.balance -= fen(transfer.amount);
    bill(world, {
      no,
      kind: 'transfer_out',
      amount: transfer.amount,
      other: '李四',
      state: transfer.state === 'done' ? 'done' : 'under_way',
    });
  }
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
  const found = world.bills.find(one => one.no === no);
  if (!found) {
    throw new No(404, 'not_found', 'there is no such bill');
  }
  const timeline = [
    { at: found.at, what: 'created', amount: null, note: null },
    { at: found.at, what: found.kind === 'payment' ? 'paid' : 'arrived', amount: found.amount, note: null },
  ];
  if (found.state === 'refunded') {
    timeline.push({ at: moment(), what: 'refunded', amount: found.amount, note: '商品缺货' });
  }
  return {
    ...found,
    merchant_no: found.kind === 'payment' ? 'shop-2026-0001' : null,
    remark: null,
    fee: null,
    timeline,
    pay_url: null,
    can_cancel: found.state === 'under_way',
  };
}
