// What operators of the mock decide: one proposes, another approves.
import { call, no, one } from './ops-desk.mjs';
import { digest, ME, nowOf } from './ops-world.mjs';
import { masked, moment, number } from './world.mjs';

const stale = (body, version) => body.base_version !== version && no(409, 'stale', 'another version is in force');

/** What agrees to a proposal of somebody else, as it was read. */
function agreed(proposal, body) {
  if (!proposal) {
    no(404, 'proposal_not_found', 'nothing is proposed');
  }
  if (proposal.proposed_by === ME) {
    no(409, 'self_approval', 'who proposed does not approve');
  }
  if (body.digest !== undefined && (proposal.digest !== body.digest || proposal.version !== body.version)) {
    no(409, 'edited', 'something else is proposed than what was read');
  }
  return proposal;
}

const suspenseOf = ({ suspense }, body) =>
  one(suspense, row => row.serial === body.serial && row.day === body.day, 'suspense_not_found');

/** How far the clock goes, whatever is asked for, microseconds. */
const BY_US = 259_200_000_000;

/** What operators do. */
export const WRITES = [
  call('POST', '/ops/risk/proposal', 'set_risk', ({ risk }, { body }) => {
    stale(body, risk.in_force.version);
    if (body.rules.some(rule => rule.condition.includes('§'))) {
      no(400, 'bad_rules', `rule ${body.rules[0].id}: column 1: unknown letter`);
    }
    const version = risk.in_force.version + 1;
    risk.proposal = {
      version,
      rules: body.rules,
      digest: digest(body.rules.length + 40),
      proposed_by: ME,
      proposed_at: moment(),
    };
    return { version, digest: risk.proposal.digest };
  }),
  call('POST', '/ops/risk/approval', 'set_risk', ({ risk }, { body }) => {
    const { proposed_at: _, ...proposal } = agreed(risk.proposal, body);
    risk.in_force = { ...proposal, approved_by: ME, effective_at: moment() };
    risk.proposal = null;
    return { version: proposal.version, effective_at: moment() };
  }),
  call('POST', '/ops/risk/cases/decide', 'decide_risk', ({ cases }, { body }) => {
    const found = one(cases, row => row.subject === body.subject && row.user_id === body.user_id, 'case_not_found');
    if (found.state !== 'open') {
      no(409, 'decided', 'the case is decided');
    }
    if (found.user_id === ME) {
      no(409, 'own_case', 'nobody decides the own case');
    }
    if (body.release && found.first_release_by === ME) {
      no(409, 'self_release', 'somebody else has to release it too');
    }
    Object.assign(found, { state: body.release ? 'released' : 'refused', decided_by: ME, decided_at: moment() });
    return { ...found, needs_another_operator: false };
  }),
  call('POST', '/ops/risk/backtest', 'set_risk', (_, { body }) => ({
    payments: { count: 4_120, sum_fen: '88203411' },
    verdicts: [
      { count: 4_080, sum_fen: '80203411', verdict: 'allow', became: 'paid' },
      { count: 40, sum_fen: '8000000', verdict: 'review', became: 'paid' },
    ],
    rules: body.rules.map((rule, place) => ({
      id: rule.id,
      count: 40 * place,
      sum_fen: '8000000',
      failed: 0,
      examples: place ? [`order ${number()}`] : [],
    })),
    newly_stopped: [{ subject: `order ${number()}`, verdict: 'review' }],
    newly_passed: [],
  })),
  call('POST', '/ops/operators/proposal', 'appoint', ({ operatorProposals }, { body }) => {
    operatorProposals.push({ ...body, name: body.user_id, login: masked(body.user_id), proposed_by: ME, at: moment() });
    return body;
  }),
  call('POST', '/ops/operators/approval', 'appoint', (own, { body }) => {
    const found = agreed(
      own.operatorProposals.find(row => row.user_id === body.user_id),
      {},
    );
    own.operatorProposals = own.operatorProposals.filter(row => row !== found);
    const { at, ...operator } = found;
    own.operators.push({ ...operator, approved_by: ME, since: at });
    return body;
  }),
  call('POST', '/ops/operators/withdrawal', 'appoint', (own, { body }) => {
    own.operatorProposals = own.operatorProposals.filter(row => row.user_id !== body.user_id);
    return { withdrawn: true };
  }),
  call('POST', '/ops/applications/{login}/{act}', 'review_merchant', ({ applications }, { path, body }) => {
    const found = one(applications, row => row.login === path.login, 'application_not_found');
    const becomes = {
      claim: 'AUDITING',
      pass: 'AUDIT_PASS',
      reject: 'AUDIT_REJECT',
      suspend: 'SUSPENDED',
      resume: 'SIGNED',
      unsign: 'UNSIGNED',
    };
    if (!becomes[path.act]) {
      no(404, 'act_unknown', 'there is no such act');
    }
    const reasons = body.reasons.map(reason => ({ reason, zh: reason, en: reason }));
    return Object.assign(found, { state: becomes[path.act], reviewer: ME, reasons, note: body.note });
  }),
  call('POST', '/ops/contracts/proposal', 'propose_contract', ({ contracts }, { body }) => {
    const found = one(contracts, row => row.product === body.product, 'product_unknown');
    stale(body, found.version);
    const { base_version, user_id: _, ...terms } = body;
    found.proposal = {
      ...terms,
      version: base_version + 1,
      proposed_by: ME,
      proposed_at: moment(),
      approved_by: null,
      approved_at: null,
    };
    return found.proposal;
  }),
  call('POST', '/ops/contracts/approval', 'approve_contract', ({ contracts }, { body }) => {
    const found = one(contracts, row => row.product === body.product, 'product_unknown');
    const agreedTo = agreed(found.proposal, {});
    Object.assign(found, {
      version: agreedTo.version,
      in_force: { ...agreedTo, approved_by: ME, approved_at: moment() },
      proposal: null,
    });
    return found.in_force;
  }),
  call('POST', '/ops/rules/proposal', 'propose_rules', ({ dated }, { body }) => {
    stale(body, dated.version);
    const { base_version, ...words } = body;
    return (dated.proposal = {
      ...words,
      version: base_version + 1,
      proposed_by: ME,
      proposed_at: moment(),
      approved_by: null,
      approved_at: null,
    });
  }),
  call('POST', '/ops/rules/approval', 'approve_rules', ({ dated }) => {
    const now = moment();
    const version = { ...agreed(dated.proposal, {}), approved_by: ME, approved_at: now };
    version.valid_from ??= now;
    const { merchant_fee_ppm, password_free_limit } = version;
    const rules = { merchant_fee_ppm, password_free_limit, effective_at: version.valid_from };
    if (version.valid_from > now) {
      dated.waiting.push(rules);
    } else {
      dated.in_force = rules;
    }
    dated.history.unshift(version);
    Object.assign(dated, { version: version.version, proposal: null });
    return version;
  }),
  call('POST', '/ops/suspense/proposal', 'propose_closing', (own, { body }) => {
    const { way, bank_order_no, reason } = body;
    return (suspenseOf(own, body).proposed = { way, bank_order_no, reason, operator: ME, at: moment() });
  }),
  call('POST', '/ops/suspense/closing', 'approve_closing', (own, { body }) => {
    const found = suspenseOf(own, body);
    agreed(found.proposed && { ...found.proposed, proposed_by: found.proposed.operator }, {});
    return (found.closed = { ...found.proposed, approved_by: ME });
  }),
  call('POST', '/ops/suspense/withdrawal', 'propose_closing', (own, { body }) => {
    suspenseOf(own, body).proposed = null;
    return { withdrawn: true };
  }),
  call('POST', '/ops/screening/proposal', 'set_risk', ({ screening }, { body }) => {
    stale(body, screening.in_force.version);
    const entries = body.list.trim().split('\n').length - 1;
    if (entries < 1) {
      no(400, 'bad_list', 'line 1: the head is missing');
    }
    const version = body.base_version + 1;
    screening.proposal = {
      version,
      digest: digest(entries),
      entries,
      threshold: body.threshold,
      proposed_by: ME,
      proposed_at: moment(),
    };
    return { version, digest: screening.proposal.digest, entries };
  }),
  call('POST', '/ops/screening/approval', 'set_risk', ({ screening }, { body }) => {
    const { proposed_at: _, ...proposal } = agreed(screening.proposal, body);
    screening.in_force = { ...proposal, approved_by: ME, effective_at: moment() };
    screening.proposal = null;
    return { version: proposal.version, effective_at: moment() };
  }),
  call('POST', '/ops/world/clock', 'move_world', ({ clock }, { body }) => {
    if (body.by !== undefined && !/^\d+[smhd]?$/.test(String(body.by))) {
      no(400, 'bad_span', 'a span is like 90, 15m, 12h or 3d');
    }
    if ((body.by === undefined) !== (body.now_us === undefined)) {
      no(400, 'bad_request', 'by goes with the now_us that was shown, and now_us with by alone');
    }
    const { now_us } = nowOf(clock);
    if (body.by !== undefined && (now_us < body.now_us || now_us >= body.now_us + BY_US)) {
      no(409, 'moved', 'the clock does not stand any more where it was shown');
    }
    clock.mode = body.run === undefined ? clock.mode : body.run ? 'running' : 'frozen';
    clock.offset_seconds += body.by === undefined ? 0 : BY_US / 1_000_000;
    return { ...clock, ...nowOf(clock), steps: 4, counts: { order_expired: 2 } };
  }),
  call('POST', '/ops/world/faults', 'move_world', ({ faults }, { body }) => {
    const same = one => ['fault', 'app_id', 'method', 'next'].every(name => (one[name] ?? null) === (body[name] ?? null));
    const there = faults.find(same);
    if (there) {
      return there;
    }
    const fault = {
      no: faults.length + 2,
      app_id: null,
      method: null,
      next: null,
      every: null,
      percent: null,
      seed: 0,
      ...body,
      until: null,
      seen: 0,
      hits: 0,
    };
    delete fault.for_s;
    faults.push(fault);
    return fault;
  }),
  call('DELETE', '/ops/world/faults/{no}', 'move_world', (own, { path }) => {
    const found = one(own.faults, row => String(row.no) === path.no, 'fault_not_found');
    own.faults = own.faults.filter(row => row !== found);
    return { cleared: 1 };
  }),
];
