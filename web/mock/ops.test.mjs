// @vitest-environment node
// The mock's console answers in the shapes of api/openapi.json, and refuses as the platform does.
import { beforeEach, expect, test } from 'vitest';
import { OPS } from './ops.mjs';
import { BUYER, dayOf, ME, OTHER, RULES, SHOP } from './ops-world.mjs';
import { api, wrongs } from './shapes.mjs';
import { livedIn, newWorld } from './world.mjs';

let world;
const asked = new Set();

beforeEach(() => {
  world = livedIn(newWorld());
});

const describedOf = (method, path) => api.paths[`/api/v1${path}`]?.[method.toLowerCase()];

/** Asks the mock, and compares what it says with what is described. */
async function call(method, path, { parts = {}, body, query = '' } = {}) {
  asked.add(`${method} ${path}`);
  const [, , , act] = OPS.find(([verb, template]) => verb === method && template === path);
  const told = await act(world, { path: parts, query: new URLSearchParams(query), body });
  // One call of the mock stands for all acts about an application.
  const known = describedOf(method, path.replace('{act}', parts.act));
  expect(known, `${method} ${path} is described`).toBeDefined();
  const good = Object.entries(known.responses).find(([status]) => status.startsWith('2'))?.[1];
  const schema = good?.content?.['application/json']?.schema;
  expect(schema, `${method} ${path} tells something`).toBeDefined();
  expect(wrongs(schema, JSON.parse(JSON.stringify(told))), `${method} ${path}`).toEqual([]);
  return told;
}

const refused = async (code, doing) => expect(doing).rejects.toMatchObject({ code });
const look = (path, more) => call('GET', path, more);
const doIt = (path, body, parts) => call('POST', path, { body, parts });

test('what is looked for', async () => {
  await look('/ops/me');
  const { orders } = await look('/ops/orders', { query: 'limit=100' });
  for (const words of [orders[0].trade_no, BUYER, 'nothing']) {
    await look('/ops/search', { query: `q=${words}` });
  }
  await refused('bad_q', look('/ops/search'));
  for (const { trade_no } of orders.slice(0, 9)) {
    await look('/ops/orders/{trade_no}', { parts: { trade_no } });
  }
  await refused('order_not_found', look('/ops/orders/{trade_no}', { parts: { trade_no: '1' } }));
  for (const user_id of [ME, SHOP, BUYER]) {
    await look('/ops/parties/{user_id}', { parts: { user_id } });
    await look('/ops/parties/{user_id}/deals', { parts: { user_id } });
  }
  await look('/ops/parties/{user_id}/person', { parts: { user_id: BUYER } });
  await refused('person_not_found', look('/ops/parties/{user_id}/person', { parts: { user_id: SHOP } }));
});

test('the ledger, the days and how the platform is', async () => {
  await look('/ops/ledger/chart');
  const { accounts } = await look('/ops/ledger/accounts');
  await look('/ops/ledger/accounts/{account_id}/entries', { parts: { account_id: accounts[0].account_id } });
  await look('/ops/ledger/trial-balance');
  await look('/ops/ledger/trial-balance', { query: `day=${dayOf(2)}` });
  await look('/ops/ledger/transit');
  await look('/ops/health');
  await look('/ops/configuration');
  await look('/ops/recon');
  await look('/ops/days');
  await look('/ops/days/{day}', { parts: { day: dayOf(2) } });
  await refused('day_not_closed', look('/ops/days/{day}', { parts: { day: dayOf() } }));
});

test('rules and cases', async () => {
  const { proposal } = await look('/ops/risk');
  await doIt('/ops/risk/backtest', { rules: RULES });
  await doIt('/ops/risk/approval', { version: proposal.version, digest: proposal.digest });
  await refused('stale', doIt('/ops/risk/proposal', { base_version: 1, rules: RULES }));
  await doIt('/ops/risk/proposal', { base_version: proposal.version, rules: RULES });
  await refused('self_approval', doIt('/ops/risk/approval', { version: 5, digest: 'x' }));
  const { cases } = await look('/ops/risk/cases', { query: 'state=open' });
  const decide = ({ user_id, subject }, release) => doIt('/ops/risk/cases/decide', { user_id, subject, release });
  await refused('self_release', decide(cases[1], true));
  await refused('own_case', decide(cases.find(one => one.user_id === ME), false));
  await decide(cases[0], true);
});

test('operators, applications and contracts', async () => {
  const { proposals } = await look('/ops/operators');
  const { user_id, role, active } = proposals[0];
  await doIt('/ops/operators/approval', { user_id, role, active });
  await doIt('/ops/operators/proposal', { user_id: BUYER, role: 'clerk', active: true });
  await doIt('/ops/operators/withdrawal', { user_id: BUYER });
  await look('/ops/operators');
  const { applications } = await look('/ops/applications');
  const parts = { login: applications[0].login };
  await look('/ops/applications/{login}', { parts });
  for (const act of ['claim', 'reject', 'pass']) {
    const reasons = act === 'reject' ? ['data_differs'] : [];
    await doIt('/ops/applications/{login}/{act}', { reasons, note: null }, { ...parts, act });
  }
  await look('/ops/contracts', { query: `user_id=${SHOP}` });
  const terms = { product: 'page', status: 'in_force', fee_ppm: 3_800, valid_from: null, settlement: 'same_day' };
  const wish = { user_id: SHOP, ...terms, reason: 'volume' };
  await doIt('/ops/contracts/approval', { ...wish, version: 2 });
  await doIt('/ops/contracts/proposal', { ...wish, base_version: 2 });
  await look('/ops/contracts', { query: `user_id=${SHOP}` });
});

test('the fee without a contract and the limit without a password', async () => {
  const { in_force, proposal } = await look('/ops/rules');
  const { merchant_fee_ppm, password_free_limit, valid_from, reason, version } = proposal;
  const words = { merchant_fee_ppm, password_free_limit, valid_from, reason };
  await doIt('/ops/rules/approval', { ...words, version });
  const after = await look('/ops/rules');
  expect(after.in_force).not.toEqual(in_force);
  expect([after.version, after.proposal, after.history.length]).toEqual([1, null, 1]);
  await refused('stale', doIt('/ops/rules/proposal', { ...words, base_version: 0 }));
  await doIt('/ops/rules/proposal', { ...words, base_version: 1 });
  await refused('self_approval', doIt('/ops/rules/approval', { ...words, version: 2 }));
});

test('suspense, lists of names, the world and the trail', async () => {
  const { suspense } = await look('/ops/suspense');
  const at = ({ slot, account, day, serial }) => ({ slot, account, day, serial });
  const way = { way: 'give_back', bank_order_no: null, reason: 'asked' };
  await doIt('/ops/suspense/proposal', { ...at(suspense[0]), ...way });
  await doIt('/ops/suspense/withdrawal', at(suspense[0]));
  await refused('self_approval', doIt('/ops/suspense/closing', { ...at(suspense[1]), ...way }));
  await doIt('/ops/suspense/closing', { ...at(suspense[2]), ...way });
  await look('/ops/suspense');
  await look('/ops/screening');
  await look('/ops/screening/hits', { query: `user_id=${BUYER}` });
  await look('/ops/screening/hits', { query: `user_id=${OTHER}` });
  await doIt('/ops/screening/proposal', { base_version: 2, threshold: 850, list: 'kind,name\nperson,x' });
  world.ops.screening.proposal.proposed_by = OTHER;
  const { proposal } = world.ops.screening;
  await doIt('/ops/screening/approval', { version: proposal.version, digest: proposal.digest });
  await look('/ops/screening');
  await look('/ops/configuration');
  await look('/ops/world');
  const { clock } = await look('/ops/world');
  const ahead = { by: '3d', now_us: clock.now_us };
  for (const body of [ahead, { run: false }]) {
    await doIt('/ops/world/clock', body);
  }
  await refused('moved', doIt('/ops/world/clock', ahead));
  for (let times = 0; times < 2; times += 1) {
    await doIt('/ops/world/faults', { fault: 'latency:5', next: 1 });
  }
  expect((await look('/ops/world')).faults.filter(one => one.fault === 'latency:5')).toHaveLength(1);
  await call('DELETE', '/ops/world/faults/{no}', { parts: { no: '1' } });
  await look('/ops/trail');
});

test('every call of the mock was compared, and every described one is there', () => {
  const mine = OPS.map(([method, path]) => `${method} ${path}`);
  expect(mine.filter(one => !asked.has(one))).toEqual([]);
  const described = Object.entries(api.paths)
    .filter(([path]) => path.startsWith('/api/v1/ops/') && !path.endsWith('/documents/{kind}'))
    .flatMap(([path, calls]) => Object.keys(calls).map(method => `${method.toUpperCase()} ${path.slice(7)}`));
  const ACTS = /(applications\/\{login\}\/)(claim|pass|reject|suspend|resume|unsign)$/;
  expect(described.filter(one => !mine.includes(one.replace(ACTS, '$1{act}')))).toEqual([]);
});
