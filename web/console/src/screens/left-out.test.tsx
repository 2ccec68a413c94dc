// Where the platform leaves something out, a screen says so, and never shows a part as the whole or nothing as zero.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inRole, Stage } from '../staged';
import { words } from '../words';
import { Home } from './Home';
import { Chart } from './Ledger';
import { OneParty } from './OneParty';
import { Recon } from './Recon';
import { Rules } from './Rules';
import { Search } from './Search';
import { Transit } from './Transit';

const search: Record<string, string> = {};

vi.mock('@tanstack/react-router', () => ({
  getRouteApi: () => ({ useSearch: () => search, useParams: () => ({}) }),
  useRouter: () => ({ history: { push: () => undefined, replace: () => undefined } }),
  useLocation: () => ({ pathname: '/' }),
}));

const say = words.en;
const me = inRole('viewer', 'see_trail');
const at = '2026-01-02T03:04:05+08:00';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
  document.documentElement.lang = 'en';
});

afterEach(async () => {
  await stage.leave();
  vi.restoreAllMocks();
  delete search.q;
});

test('books that are not told are no zero', async () => {
  stage.look = () => ({ day: null, statements: [], suspense: [], books: [], complete: false });
  await stage.show(<Recon />, me);
  expect(stage.text).toContain(say['recon.no_books']);
  stage.look = () => ({ day: null, statements: [], suspense: [], books: [], complete: true });
  await stage.show(<Recon />, me);
  expect(stage.text).not.toContain(say['recon.no_books']);
});

test('what was found is not all, where not all merchants were asked', async () => {
  search.q = 'x';
  const row = { kind: 'order', no: '1', title: 'Tea', state: 'paid', amount: '1.00', currency: 'CNY', at };
  const found = [{ ...row, screen: 'order', id: '1' }];
  stage.look = () => ({ found, complete: false });
  await stage.show(<Search />, me);
  expect(stage.text).toContain(say['search.left_out']);
  stage.look = () => ({ found, complete: true });
  await stage.show(<Search />, me);
  expect(stage.text).not.toContain(say['search.left_out']);
});

test('a part of the accounts says nothing of the books', async () => {
  const balanced = say['ledger.balanced']?.replace('{{currency}}', 'CNY') ?? '';
  const chart = { kinds: [], differences: [{ currency: 'CNY', balance: '0.00' }] };
  stage.look = () => ({ ...chart, complete: false });
  await stage.show(<Chart />, me);
  expect(stage.text).toContain(say['ledger.incomplete']);
  expect(stage.text).not.toContain(balanced);
  stage.look = () => ({ ...chart, complete: true });
  await stage.show(<Chart />, me);
  expect(stage.text).toContain(balanced);
});

test('older contracts and versions of rules that are not shown are counted', async () => {
  const contract = { seller_id: '1', product: 'page', version: 9, status: 'in_force', fee_ppm: 6_000 };
  const party = { user_id: '1', slot: 1, kind: 'merchant', status: 'normal', opened_at: at, name: 'Shop', login: null };
  const none = { accounts: [], holds: [], limits: [], cards: [], apps: [], operator: null };
  const left = (count: number) => ({ ...party, ...none, contracts: [contract], contracts_left_out: count });
  const words = (count: string) => say['party.contracts_left_out']?.replace('{{count}}', count) ?? '';
  const shown = (count: number) => (path: string) =>
    path.endsWith('/deals') ? { deals: [], next: null } : left(count);
  stage.look = shown(17);
  await stage.show(<OneParty />, me);
  expect(stage.text).toContain(words('17'));
  stage.look = shown(0);
  await stage.show(<OneParty />, me);
  expect(stage.text).not.toContain(words('0'));
  const held = { merchant_fee_ppm: 6_000, password_free_limit: '1000.00' };
  const agreed = { ...held, version: 1, reason: 'costs', proposed_by: 'a', proposed_at: at, approved_by: 'b' };
  const rules = { in_force: held, waiting: [{ ...held, effective_at: at }], version: 103, history: [agreed] };
  stage.look = () => ({ ...rules, waiting_left_out: 4, history_left_out: 3 });
  await stage.show(<Rules />, me);
  expect(stage.text).toContain(say['rules.left_out']?.replace('{{count}}', '4'));
  expect(stage.text).toContain(say['rules.left_out']?.replace('{{count}}', '3'));
});

test('orders that were not looked at are not told as arrived', async () => {
  const transit = { slots: [], sum: [], orders: [] };
  stage.look = () => ({ ...transit, complete: false });
  await stage.show(<Transit />, me);
  expect(stage.text).toContain(say['ledger.transit_part']);
  expect(stage.text).not.toContain(say['ledger.transit_none_orders']);
});

test('counts that have a bound are told as the least', async () => {
  const queue = { waiting: 0, due: 0, failing: 0, oldest: null, at_most: false };
  const cell = { commands: 1, batches: 1, busy: 0, reopened: 2, durable_sequence: 1, posted_sequence: 1 };
  const rest = { lag_records: 0, backlog_rows: 0, posting_fails: false, journal_bytes: 1, last_stamp: null };
  const ages = { under_1_day: 1, from_1_to_7_days: 0, over_7_days: 0 };
  stage.look = () => ({
    at,
    cell: { ...cell, ...rest },
    notify: queue,
    timers: queue,
    bank_orders: { ...queue, waiting: 20_000, at_most: true },
    cases: queue,
    suspense: { ...ages, open: 777, at_most: true },
  });
  await stage.show(<Home />, me);
  const least = (count: string) => say['home.at_most']?.replace('{{count}}', count);
  expect(stage.text).toContain(least('777'));
  expect(stage.text).toContain(least('20,000'));
  expect(stage.text).toContain(say['home.suspense_part']);
  expect(stage.text).toContain(say['home.reopened']?.replace('{{count}}', '2'));
});
