// Things that the console of the mock shows: parties, accounts and what they come to, what waits.
import { account, BUYER, ME, SHOP, story } from './ops-world.mjs';
import { moment, number } from './world.mjs';

export const PLATFORM = '2088000000000001';
export const CHART = [
  ['balance', 'liability', '客户余额', 'Balances of customers', '1024066.12', '120.00'],
  ['transit', 'clearing', '在途', 'In transit', '0.00'],
  ['fee_income', 'income', '手续费收入', 'Fees earned', '6120.44'],
  ['bank_reserve', 'asset', '备付金', 'Money at the bank', '-1030276.56'],
  ['escrow', 'liability', '担保交易', 'In escrow', '88.00'],
  ['suspense_owed', 'liability', '待查应付', 'Suspense owed', '2.00'],
];

export const trial = (day, closed) => ({
  day,
  closed,
  slots: 100,
  trial_balance: [
    {
      currency: 'CNY',
      accounts: CHART.map(([kind, , , , closing]) => ({
        kind,
        opening: closed ? closing : null,
        debit: closed ? '120.00' : null,
        credit: closed ? '120.00' : null,
        closing,
      })),
      difference: closed ? '0.00' : null,
      difference_at_end: '0.00',
    },
  ],
});

export const party = user_id => ({
  user_id,
  slot: Number(user_id.slice(-2)),
  kind: user_id === SHOP ? 'merchant' : 'person',
  status: 'normal',
  opened_at: moment(),
  name: '*三',
  login: '138****8000',
  payments_stopped_by: user_id === BUYER ? 'operator_list' : null,
  accounts: [account('balance', 'liability', user_id, '812.40', '10.00')],
  holds: [{ no: number(), account_id: '00001', amount: '10.00', currency: 'CNY', state: 'open', changed_at: moment() }],
  holds_left_out: false,
  class: user_id === SHOP ? 'merchant' : 'class_2',
  limits:
    user_id === SHOP ? [] : [{ name: 'balance_year', period: '2026', count: 3, used: '5500.00', most: '100000.00' }],
  cards: [{ card_no: number(), bank: 'ICBC', kind: 'debit', tail: '7894', state: 'bound', changed_at: moment() }],
  apps: user_id === SHOP ? [{ app_id: '2021000000000107', status: 'online', mode: 'key', opened_at: moment() }] : [],
  contracts: [],
  contracts_left_out: 0,
  operator: user_id === ME ? { role: 'risk_officer', active: true } : null,
});

export const entry = (order, place) => ({
  at: order.opened_at,
  posting_no: number(),
  kind: 'pay_in',
  business_date: order.opened_at.slice(0, 10),
  trade_no: order.trade_no,
  side: place % 5 ? 'credit' : 'debit',
  amount: order.total,
  balance_after: order.total,
  lines: story(order).timeline.find(one => one.lines).lines,
});

export const queue = (waiting, more = {}) => ({
  waiting,
  due: waiting,
  failing: 0,
  oldest: moment(Date.now() - 600_000),
  at_most: false,
  ...more,
});
