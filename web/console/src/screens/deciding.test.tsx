import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inRole, json, OTHER, OWN, Stage } from '../staged';
import { words } from '../words';
import { Cases } from './Cases';
import { OneApplication } from './OneApplication';
import { OneParty } from './OneParty';
import { Operators } from './Operators';
import { RiskEdit } from './RiskEdit';

vi.mock('@tanstack/react-router', () => ({
  getRouteApi: () => ({ useSearch: () => ({}), useParams: () => ({ login: 'a@b.example', id: '2088100000000777' }) }),
  useRouter: () => ({ history: { push: () => undefined, replace: () => undefined } }),
  useLocation: () => ({ pathname: '/' }),
}));

const say = words.en;
const at = '2026-01-02T03:04:05+08:00';
const rule = { id: 'R1', condition: 'true', verdict: 'review', reason_zh: '核', reason_en: 'checked' };

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(async () => {
  await stage.leave();
  vi.restoreAllMocks();
});

test('rules that cannot be read are not proposed; right ones are, on the version that was read', async () => {
  const held = { version: 3, rules: [rule], digest: 'a', proposed_by: OWN, approved_by: OTHER, effective_at: at };
  stage.look = () => ({ in_force: held, proposal: null, built_in: [] });
  await stage.show(<RiskEdit />, inRole('risk_officer', 'set_risk'));
  expect(stage.find<HTMLButtonElement>('button[type="submit"]')?.disabled, 'nothing is changed yet').toBe(true);
  const text = stage.find<HTMLTextAreaElement>('textarea');
  await stage.type(text, '[{"id":"R 1"}]');
  expect(stage.find('button[type="submit"]')).toBeUndefined();
  expect(stage.text).toContain('Rule R 1: the id has 1 to 16 letters');
  const rules = [{ ...rule, verdict: 'refuse' }];
  await stage.type(text, JSON.stringify(rules));
  await stage.press(stage.find('button[type="submit"]'));
  expect(stage.sent).toEqual([{ path: '/ops/risk/proposal', body: { base_version: 3, rules } }]);
});

const risky = (first_release_by: string | null) => ({
  user_id: OTHER,
  subject: 'transfer 7',
  state: 'open',
  opened_at: at,
  decided_by: null,
  decided_at: null,
  first_release_by,
});

test('who would release a case cannot release it again, and may still refuse it', async () => {
  stage.look = () => ({ cases: [risky(OWN)], next: null });
  await stage.show(<Cases />, inRole('risk_officer', 'decide_risk'));
  await stage.press(stage.buttons(say['cases.decide'])[0]);
  expect(stage.all('dialog input[type="radio"]').map(one => (one as HTMLInputElement).value)).toEqual(['refuse']);
  await stage.press(stage.find('dialog button[type="submit"]'));
  const body = { user_id: OTHER, subject: 'transfer 7', release: false };
  expect(stage.sent).toEqual([{ path: '/ops/risk/cases/decide', body }]);
});

test('a case is decided only after somebody chose, and says when another has to agree', async () => {
  stage.look = () => ({ cases: [risky(null)], next: null });
  stage.act = () => json({ ...risky(OWN), needs_another_operator: true });
  await stage.show(<Cases />, inRole('risk_officer', 'decide_risk'));
  await stage.press(stage.buttons(say['cases.decide'])[0]);
  expect(stage.find<HTMLButtonElement>('dialog button[type="submit"]')?.disabled).toBe(true);
  await stage.press(stage.find('dialog input[value="release"]'));
  await stage.press(stage.find('dialog button[type="submit"]'));
  expect(stage.sent).toHaveLength(1);
  expect(stage.find('dialog'), 'it is closed').toBeUndefined();
});

test('nobody decides about oneself, and the screen says so', async () => {
  stage.look = () => ({ cases: [{ ...risky(null), user_id: OWN }], next: null });
  await stage.show(<Cases />, inRole('risk_officer', 'decide_risk'));
  expect(stage.buttons(say['cases.decide'])).toEqual([]);
  expect(stage.text).toContain(say['cases.own']);
});

test('a role that decides nothing has no button for it', async () => {
  stage.look = () => ({ cases: [risky(null)], next: null });
  await stage.show(<Cases />, inRole('viewer'));
  expect(stage.buttons(say['cases.decide'])).toEqual([]);
  expect(stage.text).toContain('risk officer');
});

const application = {
  login: 'a@b.example',
  state: 'AUDITING',
  kind: 'individual',
  name: 'Tea',
  name_matches: true,
  site: null,
  documents: ['id_front'],
  documents_missing: [],
  reviewer: null,
  reasons: [],
  note: null,
  seller_id: null,
  app_id: null,
  opened_at: at,
  changed_at: at,
  known: null,
};

test('an application is turned down with a reason only', async () => {
  stage.look = () => application;
  stage.act = () => json({ ...application, state: 'AUDIT_REJECT' });
  await stage.show(<OneApplication />, inRole('clerk', 'look_at_persons', 'review_merchant'));
  await stage.press(stage.buttons(say['application.reject'])[0]);
  const submit = () => stage.find<HTMLButtonElement>('dialog button[type="submit"]');
  expect(submit()?.disabled).toBe(true);
  await stage.press(stage.find('dialog input[type="checkbox"]'));
  await stage.press(submit());
  const body = { reasons: ['document_unreadable'], note: null };
  expect(stage.sent).toEqual([{ path: '/ops/applications/a@b.example/reject', body }]);
});

test('who may not look at persons asks for no application', async () => {
  await stage.show(<OneApplication />, inRole('treasurer'));
  expect(stage.looked).toEqual([]);
  expect(stage.text).toContain('clerk or risk officer');
});

const party = {
  user_id: '2088100000000777',
  slot: 77,
  kind: 'person',
  status: 'normal',
  opened_at: at,
  name: '*雷',
  login: '138****0001',
  payments_stopped_by: null,
  class: 'class_2',
  accounts: [],
  holds: [],
  holds_left_out: false,
  contracts_left_out: 0,
  limits: [],
  cards: [],
  apps: [],
  contracts: [],
  operator: null,
};

test('what is personal is asked for by a press alone, once, because each look is noted', async () => {
  const person = {
    user_id: party.user_id,
    login: '13800000001',
    name: '李雷',
    id_number: null,
    evidence: [],
    class: null,
  };
  stage.look = path =>
    path.endsWith('/person')
      ? { ...person, forgotten: false }
      : path.endsWith('/deals')
        ? { deals: [], next: null }
        : party;
  const asked = () => stage.looked.filter(path => path.endsWith('/person')).length;
  await stage.show(<OneParty />, inRole('clerk', 'look_at_persons'));
  expect([asked(), stage.text.includes('李雷')]).toEqual([0, false]);
  await stage.press(stage.buttons(say['party.person_go'])[0]);
  window.dispatchEvent(new Event('focus'));
  await stage.settle();
  expect([asked(), stage.text.includes('李雷')]).toEqual([1, true]);
});

test('while a world has no staff, each proposes itself, as an admin', async () => {
  stage.look = () => ({ operators: [], proposals: [] });
  await stage.show(<Operators />, { ...inRole('none', 'appoint'), role: null, everybody: true });
  await stage.press(stage.buttons(say['operators.propose_own'])[0]);
  expect(stage.all('dialog input, dialog select')).toEqual([]);
  await stage.press(stage.find('dialog button[type="submit"]'));
  const body = { user_id: OWN, role: 'admin', active: true };
  expect(stage.sent).toEqual([{ path: '/ops/operators/proposal', body }]);
});

test('while a world has no staff, only who is proposed as an admin takes the post', async () => {
  const first = { user_id: null, name: 'admin', login: null, role: 'admin', active: true, since: at };
  const proposal = {
    user_id: OWN,
    name: OWN,
    login: '138****0001',
    role: 'admin',
    active: true,
    proposed_by: 'admin',
    at,
  };
  const operators = [{ ...first, proposed_by: null, approved_by: null }];
  stage.look = () => ({ operators, proposals: [proposal] });
  const everybody = { ...inRole('none', 'appoint'), role: null, everybody: true };
  await stage.show(<Operators />, { ...everybody, user_id: OTHER });
  expect(stage.buttons(say.approve)).toEqual([]);
  expect(stage.text).toContain(say['operators.taken']);
  await stage.show(<Operators />, everybody);
  await stage.press(stage.buttons(say.approve)[0]);
  await stage.press(stage.buttons(say.approve).at(-1));
  const body = { user_id: OWN, role: 'admin', active: true };
  expect(stage.sent).toEqual([{ path: '/ops/operators/approval', body }]);
});
