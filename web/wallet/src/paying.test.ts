import type { Order } from '@kit/api/shapes';
import { afterEach, expect, test, vi } from 'vitest';
import { textOf } from './collecting';
import { payByPassword, revoke, standing } from './paying';

const order = {
  trade_no: '2026',
  payee_name: 'Corner Bookshop',
  subject: 'A book',
  amount: '28.80',
  state: 'open',
  last_try: '77',
  expires_at: '2026-11-30T12:00:00+08:00',
  signs_agreement: false,
  cashier_url: '/cashier/x',
  pay_with: { qr_code: 'https://pay.test/qr/x' },
  pockets: [],
} as Order;
const balance = { kind: 'balance', available: '100.00', enough: true } as const;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Answers each call in turn, and gives what was asked. */
function answering(status: number, body: object) {
  const asked: Request[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async request => {
    asked.push((request as Request).clone());
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  });
  return asked;
}

test('a payment says what was shown: order, amount and last try', async () => {
  const asked = answering(200, { trade_no: '2026', state: 'paid', last_try: '77' });
  expect(await payByPassword({ order, handed: { trade_no: '2026' } }, balance, '836205')).toEqual({
    state: 'paid',
    lastTry: { no: '77', state: null, reason: null },
  });
  expect(await asked[0]?.json()).toEqual({
    qr_code: 'https://pay.test/qr/x',
    amount: '28.80',
    last_try: '77',
    pocket: 'balance',
    pay_password: '836205',
  });
});

test('where a payment stands is told in the words of the screen', async () => {
  for (const [told, state] of [
    ['open', 'open'],
    ['under_way', 'paying'],
    ['paid', 'paid'],
    ['refunded', 'refunded'],
    ['closed', 'closed'],
  ]) {
    answering(200, { trade_no: '2026', state: told });
    expect(await standing('2026')).toEqual({ state, lastTry: null });
  }
});

test('what became of the last card is told, and what is no state is not known', async () => {
  const failed = { last_try: '77', last_try_state: 'failed', last_try_reason: 'no_money' };
  answering(200, { trade_no: '2026', state: 'open', ...failed });
  const lastTry = { no: '77', state: 'failed', reason: 'no_money' };
  expect(await standing('2026')).toEqual({ state: 'open', lastTry });
  answering(200, { trade_no: '2026', state: 'dreaming' });
  await expect(standing('2026')).rejects.toMatchObject({ isUnknown: true });
});

test('an order that nobody took up was not paid here; a lost answer says nothing', async () => {
  answering(404, { code: 'order_not_found', detail: '' });
  expect(await standing('2026')).toEqual({ state: 'open', lastTry: null });
  answering(504, { code: 'unknown', detail: '' });
  await expect(standing('2026')).rejects.toMatchObject({ code: 'unknown' });
  for (const other of [{}, { code: 'not_found', detail: '' }]) {
    answering(404, other);
    await expect(standing('2026'), 'somebody else found no address').rejects.toMatchObject({ status: 404 });
  }
});

test('only the payment by card that was shown is revoked', async () => {
  const asked = answering(200, { trade_no: '2026', state: 'open', last_try: '77' });
  await revoke('2026', '77');
  expect(asked[0]?.url).toMatch(/\/me\/payments\/2026\/revoke$/);
  expect(await asked[0]?.json()).toEqual({ bank_order: '77' });
});

test('a link to collect by is told as the platform wrote it', () => {
  const site = { origin: 'https://pay.test', root: '/bank' };
  expect(textOf(site, 'abc.def')).toBe('https://pay.test/bank/app/wallet/#/collect?c=abc.def');
});
