import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inRole, json, OTHER, OWN, Stage } from '../staged';
import { words } from '../words';
import { Risk } from './Risk';
import { Suspense } from './Suspense';
import { Trail } from './Trail';

vi.mock('@tanstack/react-router', () => ({
  getRouteApi: () => ({ useSearch: () => ({}), useParams: () => ({}) }),
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

test('suspense is closed as it was proposed, by another than who proposed it', async () => {
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
  stage.look = () => ({ suspense: [line], next: null });
  const treasurer = inRole('treasurer', 'propose_closing', 'approve_closing');
  await stage.show(<Suspense />, treasurer);
  await stage.press(stage.find('td button'));
  await stage.press(stage.buttons(words.en['suspense.close'])[0]);
  await stage.press(stage.buttons(words.en['suspense.close']).at(-1));
  const { slot, account, day, serial } = line;
  const body = { slot, account, day, serial, way: 'own', bank_order_no: null, reason: 'ours' };
  expect(stage.sent).toEqual([{ path: '/ops/suspense/closing', body }]);
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
