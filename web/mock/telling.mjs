// What the mock tells somebody: notices and limits.
import { printedOf } from './counter.mjs';
import { fen, moment, No, yuan } from './world.mjs';

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];

/** What a bill is told as. */
const KINDS = {
  payment: { paid: 'payment_done', refunded: 'refund_arrived' },
  transfer_in: { done: 'transfer_received' },
  transfer_out: { done: 'transfer_done', under_way: 'transfer_waits', returned: 'transfer_called_back' },
  top_up: { done: 'top_up_done' },
  withdrawal: { done: 'withdrawal_done' },
};

const NOTHING = {
  amount: null,
  title: '',
  other_name: null,
  other_login: null,
  reason: null,
  words: null,
  arrives_at: null,
  opens: null,
};

function ofBill({ no, kind, state, at, amount, title, other_name, other_login, category }) {
  const told = KINDS[kind]?.[state];
  const other = category === 'cash' ? { other_name: 'ICBC', other_login: '7894' } : { other_name, other_login };
  return (
    told && {
      ...NOTHING,
      id: `${Date.parse(at)}000.1.${no}`,
      kind: told,
      at,
      amount,
      title,
      ...other,
      words: told === 'refund_arrived' ? '商品缺货' : null,
      arrives_at: told === 'transfer_waits' ? moment(Date.parse(at) + 120 * MINUTE_MS) : null,
      opens: { screen: 'bill', no },
    }
  );
}

/** What no bill tells, one of each kind. */
function others(world) {
  const began = (world.beganAt ??= Date.now());
  const bill = world.bills[0] ? { screen: 'bill', no: world.bills[0].no } : null;
  const bank = { other_name: 'ICBC', other_login: '7894' };
  const rows = [
    [1, { kind: 'signed_in', title: 'Firefox · Windows', opens: { screen: 'session', no: 's1' } }],
    [12, { kind: 'payment_failed', amount: '28.80', title: '拿铁 大杯', reason: 'no_money', opens: bill }],
    [30, { kind: 'top_up_failed', amount: '200.00', reason: 'over_limit', ...bank, opens: bill }],
    [50, { kind: 'passkey_added', title: 'Android', opens: { screen: 'passkey', no: 'p1' } }],
    [70, { kind: 'agreement_signed', title: '会员续费', other_name: '每日读报', opens: { screen: 'agreement', no: 'a1' } }],
    [1_500, { kind: 'agreement_ended', title: '停车代扣', other_name: '地铁出行', reason: 'validity' }],
    [1_600, { kind: 'payment_closed', amount: '9.90', title: '豆浆', opens: bill }],
    [1_700, { kind: 'case_released', title: '相机', amount: '4800.00', opens: bill }],
    [1_800, { kind: 'card_money_returned', title: '相机', amount: '30.00', opens: bill }],
    [3_100, { kind: 'bank_order_given_up', amount: '50.00', opens: bill }],
  ];
  return world.me.name === null
    ? []
    : rows.map(([ago, told], place) => {
        const at = began - ago * MINUTE_MS;
        return { ...NOTHING, ...told, id: `${at}000.2.${place}`, at: moment(at) };
      });
}

export function notices(world, query) {
  const limit = Number(query.get('limit') ?? 20);
  if (!(limit >= 1 && limit <= 100)) {
    throw new No(400, 'bad_limit', '1 to 100');
  }
  const all = [...world.bills.map(ofBill), ...others(world)]
    .filter(Boolean)
    .toSorted((a, b) => b.at.localeCompare(a.at) || b.id.localeCompare(a.id));
  const before = query.get('before');
  const start = before ? all.findIndex(one => one.id === before) + 1 : 0;
  const page = all.slice(start, start + limit);
  const next = start + limit < all.length ? page.at(-1).id : null;
  return { notices: page, next, payments_stopped_by: world.stopped };
}

export function limits(world) {
  const tomorrow = `${moment(Date.now() + DAY_MS).slice(0, 10)}T00:00:00+08:00`;
  const of = (kind, period, most, used, card = null) => ({
    kind,
    period,
    most,
    used,
    left: yuan(fen(most) - fen(used)),
    card,
    begins_anew_at: period === 'life' || period === 'once' ? null : tomorrow,
  });
  const printed = (pocket, card) => {
    const { most, used } = printedOf(world, pocket);
    return of('static_code', 'day', most, used, card);
  };
  const cards = world.cards
    .filter(one => one.state === 'bound')
    .map(({ no, bank, last_four }) => ({ no, bank, last_four }));
  return {
    class: world.me.name ? 'class_1' : 'unverified',
    limits: [
      of('balance', 'life', world.me.name ? '1000.00' : '0.00', world.me.name ? '640.00' : '0.00'),
      of('transfer', 'day', '20000.00', '1250.00'),
      of('withdraw', 'once', '50000.00', '0.00'),
      of('withdraw', 'day', '50000.00', '50000.00'),
      of('withdraw_free', 'life', '20000.00', '3.20'),
      printed('balance', null),
      ...cards.map(card => printed(card.no, card)),
      ...cards.flatMap(card => [
        of('card', 'once', '10000.00', '0.00', card),
        of('card', 'day', '20000.00', '30.00', card),
        of('card', 'month', '50000.00', '18240.50', card),
      ]),
    ],
  };
}
