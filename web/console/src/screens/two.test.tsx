import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inRole, json, OTHER, OWN, Stage } from '../staged';
import type { Me } from '../told';
import { words } from '../words';
import { Contracts } from './Contracts';
import { Operators } from './Operators';
import { Risk } from './Risk';
import { Rules } from './Rules';
import { Screening } from './Screening';
import { Suspense } from './Suspense';
import { Trail } from './Trail';

vi.mock('@tanstack/react-router', () => ({
  getRouteApi: () => ({ useSearch: () => ({ user_id: '2088100000000777' }), useParams: () => ({}) }),
  useRouter: () => ({ history: { push: () => undefined, replace: () => undefined } }),
  useLocation: () => ({ pathname: '/' }),
}));

const rule = { id: 'R1', condition: 'true', verdict: 'review', reason_zh: '核', reason_en: 'checked' };
const at = '2026-01-02T03:04:05+08:00';
const risk = (proposer: string) => ({
  in_force: { version: 3, rules: [rule], digest: 'a', proposed_by: OWN, approved_by: OTHER, effective_at: at },
  proposal: {
    version: 4,
    rules: [{ ...rule, verdict: 'refuse' }],
    digest: 'b',
    proposed_by: proposer,
    proposed_at: at,
  },
  built_in: [],
});
const officer = inRole('risk_officer', 'see_trail', 'set_risk');

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(async () => {
  await stage.leave();
  vi.restoreAllMocks();
});

const { approve, 'second.own': own, 'second.other': other } = words.en;
const begins = (text: string | undefined) => (text ?? '').split('{{')[0];

test('the own proposal cannot be approved, and says so', async () => {
  stage.look = () => risk(OWN);
  await stage.show(<Risk />, officer);
  expect(stage.buttons(approve)).toEqual([]);
  expect(stage.text).toContain(begins(own));
  await stage.show(<Risk />, { ...officer, acts: [], everybody: true });
  expect(stage.buttons(approve), 'nor while everybody may everything').toEqual([]);
});

test('whose role may not approve sees who may', async () => {
  stage.look = () => risk(OTHER);
  await stage.show(<Risk />, inRole('viewer'));
  expect(stage.buttons(approve)).toEqual([]);
  expect(stage.text).toContain(begins(other));
  expect(stage.text).toContain('risk officer');
});

test('the second person approves what was read', async () => {
  stage.look = () => risk(OTHER);
  await stage.show(<Risk />, officer);
  await stage.press(stage.buttons(approve)[0]);
  expect(stage.sent, 'it is asked before').toEqual([]);
  const [, sure] = stage.buttons(approve);
  await stage.press(sure);
  expect(stage.sent).toEqual([{ path: '/ops/risk/approval', body: { version: 4, digest: 'b' } }]);
});

test('an approval without an answer is not told as refused nor sent again, and how it stands is looked at', async () => {
  stage.look = () => risk(OTHER);
  stage.act = () => {
    throw new TypeError('Failed to fetch');
  };
  await stage.show(<Risk />, officer);
  const before = stage.looked.length;
  await stage.press(stage.buttons(approve)[0]);
  await stage.press(stage.buttons(approve)[1]);
  expect(stage.sent.length).toBe(1);
  expect(stage.find('[role="alert"].unknown')?.textContent).toBe(words.en['problem.no_connection']);
  expect(stage.text).not.toMatch(/refused|failed/i);
  expect(stage.looked.length).toBeGreaterThan(before);
});

test('a refusal says why', async () => {
  stage.look = () => risk(OTHER);
  stage.act = () => json({ status: 409, code: 'edited', detail: 'something else is proposed' }, 409);
  await stage.show(<Risk />, officer);
  await stage.press(stage.buttons(approve)[0]);
  await stage.press(stage.buttons(approve)[1]);
  expect(stage.text).toContain(words.en['problem.edited']);
});

const line = {
  slot: 7,
  account: '62',
  day: '2026-01-02',
  serial: 3,
  class: 'theirs_only',
  owner: 'bank',
  party: null,
  direction: 'in',
  amount: '17.77',
  currency: 'CNY',
  reference: null,
  bank_order_no: null,
  proposed: { way: 'own', bank_order_no: null, reason: 'ours', operator: OTHER, at: '2026-01-02 03:04:05' },
  closed: null,
  since: '2026-01-02 03:04:05',
  age_days: 1,
};
const treasurer = inRole('treasurer', 'propose_closing', 'approve_closing', 'approve_contract', 'approve_rules');

test('suspense is closed as it was proposed, by another than who proposed it', async () => {
  stage.look = () => ({ suspense: [line], next: null });
  await stage.show(<Suspense />, treasurer);
  await stage.press(stage.find('td button'));
  await stage.press(stage.buttons(words.en['suspense.close'])[0]);
  await stage.press(stage.buttons(words.en['suspense.close']).at(-1));
  const body = { slot, account, day, serial, way: 'own', bank_order_no: null, reason: 'ours' };
  expect(stage.sent).toEqual([{ path: '/ops/suspense/closing', body }]);
});

const USER = '2088100000000777';
const terms = { product: 'page', status: 'in_force', valid_from: null, settlement: 'same_day', reason: 'new' };
const contract = (fee_ppm: number) => {
  const proposal = { ...terms, version: 1, fee_ppm, proposed_by: OTHER, approved_by: null };
  return { contracts: [{ product: 'page', version: 0, in_force: null, waiting: [], proposal }] };
};
const appointment = (role: string) => {
  const proposal = { user_id: USER, name: USER, login: null, role, active: true, proposed_by: OTHER, at };
  return { operators: [], proposals: [proposal] };
};
const names = (digest: string) => {
  const proposal = { version: 4, digest, entries: 9, threshold: 850, proposed_by: OTHER, proposed_at: at };
  return { in_force: null, proposal };
};
const suspense = (reason: string) => ({
  suspense: [{ ...line, proposed: { ...line.proposed, reason } }],
  next: null,
});
const { slot, account, day, serial } = line;

const ruled = { merchant_fee_ppm: 5_000, password_free_limit: '500.00', valid_from: at, reason: 'costs' };
const dated = (merchant_fee_ppm: number) => ({
  in_force: { merchant_fee_ppm: 6_000, password_free_limit: '1000.00', effective_at: null },
  waiting: [],
  waiting_left_out: 0,
  version: 2,
  proposal: { ...ruled, merchant_fee_ppm, version: 3, proposed_by: OTHER, proposed_at: at, approved_by: null },
  history: [],
  history_left_out: 0,
});

/** Each screen on which a second person agrees: what is read, what stands there before the answer, what is sent. */
const SECONDS: {
  screen: ReactNode;
  who: Me;
  read: object;
  later: object;
  opens?: string;
  go?: string;
  sent: { path: string; body: object };
}[] = [
  {
    screen: <Risk />,
    who: officer,
    read: risk(OTHER),
    later: { ...risk(OTHER), proposal: { ...risk(OTHER).proposal, version: 5, digest: 'c' } },
    sent: { path: '/ops/risk/approval', body: { version: 4, digest: 'b' } },
  },
  {
    screen: <Screening />,
    who: officer,
    read: names('b'),
    later: names('c'),
    sent: { path: '/ops/screening/approval', body: { version: 4, digest: 'b' } },
  },
  {
    screen: <Contracts />,
    who: treasurer,
    read: contract(6_000),
    later: contract(0),
    sent: { path: '/ops/contracts/approval', body: { ...terms, user_id: USER, version: 1, fee_ppm: 6_000 } },
  },
  {
    screen: <Rules />,
    who: treasurer,
    read: dated(5_000),
    later: dated(0),
    sent: { path: '/ops/rules/approval', body: { ...ruled, version: 3 } },
  },
  {
    screen: <Operators />,
    who: inRole('admin', 'appoint'),
    read: appointment('viewer'),
    later: appointment('admin'),
    sent: { path: '/ops/operators/approval', body: { user_id: USER, role: 'viewer', active: true } },
  },
  {
    screen: <Suspense />,
    who: treasurer,
    read: suspense('ours'),
    later: suspense('mine'),
    opens: 'td button',
    go: words.en['suspense.close'],
    sent: {
      path: '/ops/suspense/closing',
      body: { slot, account, day, serial, way: 'own', bank_order_no: null, reason: 'ours' },
    },
  },
];

test.each(SECONDS)('$sent.path: what was read is agreed to, whatever is proposed before the answer', async one => {
  const { screen, who, read, later, opens, go = approve, sent } = one;
  stage.look = () => read;
  await stage.show(screen, who);
  await (opens && stage.press(stage.find(opens)));
  await stage.press(stage.buttons(go)[0]);
  const before = stage.text;
  stage.look = () => later;
  stage.act = () => json({ status: 409, code: 'edited', detail: 'something else is proposed' }, 409);
  await stage.lookAgain();
  expect(stage.text, 'the screen shows the other one').not.toBe(before);
  await stage.press(stage.buttons(go).at(-1));
  expect(stage.sent).toEqual([sent]);
  expect(stage.text, 'and the refusal is told').toContain(words.en['problem.edited']);
});

test('what holds is where a proposal begins, and who may not propose is not asked to', async () => {
  stage.look = () => ({ ...dated(0), proposal: null });
  await stage.show(<Rules />, inRole('viewer'));
  expect(stage.buttons(words.en.propose)).toEqual([]);
  await stage.show(<Rules />, inRole('clerk', 'propose_rules'));
  await stage.press(stage.buttons(words.en.propose)[0]);
  await stage.type(stage.find<HTMLInputElement>('input[name="merchant_fee_ppm"]'), '5500');
  await stage.type(stage.find<HTMLInputElement>('input[name="valid_from"]'), '2026-12-24 10:00:00');
  await stage.type(stage.find<HTMLTextAreaElement>('textarea[name="reason"]'), 'costs');
  await stage.press(stage.find('dialog button[type="submit"]'));
  const body = { merchant_fee_ppm: 5_500, password_free_limit: '1000.00', reason: 'costs', base_version: 2 };
  expect(stage.sent).toEqual([
    { path: '/ops/rules/proposal', body: { ...body, valid_from: '2026-12-24T10:00:00+08:00' } },
  ]);
});

test('a contract is proposed for a moment of China time', async () => {
  stage.look = () => contract(6_000);
  await stage.show(<Contracts />, inRole('clerk', 'propose_contract'));
  await stage.press(stage.buttons(words.en.propose)[0]);
  await stage.type(stage.find<HTMLInputElement>('input[name="fee_ppm"]'), '3800');
  await stage.type(stage.find<HTMLInputElement>('input[name="valid_from"]'), '2026-12-24 10:00:00');
  await stage.type(stage.find<HTMLTextAreaElement>('textarea[name="reason"]'), 'volume');
  await stage.press(stage.find('dialog button[type="submit"]'));
  expect(stage.sent).toMatchObject([{ body: { fee_ppm: 3_800, valid_from: '2026-12-24T10:00:00+08:00' } }]);
});

test('an act whose end nobody noted is told as that', async () => {
  const note = (number: number, more: object) => ({
    number,
    at: '2026-01-02T03:04:05+08:00',
    operator: OTHER,
    act: 'risk.approve',
    subject: 'version 4',
    digest: 'd',
    outcome: 'asked',
    asked_no: null,
    ended: null,
    previous: 'p',
    hash: 'h',
    ...more,
  });
  const notes = [note(3, { outcome: 'done', asked_no: 2 }), note(2, { ended: 'done' }), note(1, {})];
  stage.look = () => ({ notes, next: null, last: 3, last_hash: 'h' });
  await stage.show(<Trail />, officer);
  const badges = stage.all('.badge').map(badge => badge.textContent);
  expect(badges, 'one line for each act').toEqual([words.en['outcome.done'], words.en['outcome.asked']]);
});
