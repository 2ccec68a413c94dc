// How the console's calls are answered: by whoever may, page by page, and noted.
import { digest, ME, newOps } from './ops-world.mjs';
import { moment, No } from './world.mjs';

const ACTS = [
  'look',
  'look_at_persons',
  'move_world',
  'see_trail',
  'review_merchant',
  'suspend_merchant',
  'propose_contract',
  'approve_contract',
  'set_risk',
  'decide_risk',
  'propose_closing',
  'approve_closing',
  'appoint',
  'propose_rules',
  'approve_rules',
];
const ROLES = {
  viewer: ['look', 'see_trail'],
  clerk: [
    'look',
    'see_trail',
    'look_at_persons',
    'review_merchant',
    'suspend_merchant',
    'propose_contract',
    'propose_closing',
    'propose_rules',
  ],
  risk_officer: ['look', 'see_trail', 'look_at_persons', 'set_risk', 'decide_risk', 'suspend_merchant'],
  treasurer: [
    'look',
    'see_trail',
    'propose_contract',
    'approve_contract',
    'propose_closing',
    'approve_closing',
    'propose_rules',
    'approve_rules',
  ],
  admin: ['look', 'see_trail', 'move_world', 'appoint'],
};

const ops = world => (world.ops ??= newOps());
export const acts = ({ me }) => (me.everybody ? ACTS : (me.active && ROLES[me.role]) || []);

/** The page of a list that the cursor begins. */
export function page(name, list, query) {
  const limit = Number(query.get('limit') ?? 20);
  if (!(limit >= 1 && limit <= 100)) {
    throw new No(400, 'bad_limit', 'limit is 1 to 100', { field: 'limit' });
  }
  const start = Number(query.get('cursor') ?? 0);
  if (!Number.isInteger(start) || start > list.length) {
    throw new No(400, 'bad_cursor', 'this is no cursor of this list', { field: 'cursor' });
  }
  const next = start + limit < list.length ? String(start + limit) : null;
  return { [name]: list.slice(start, start + limit), next };
}

export const no = (status, code, detail) => {
  throw new No(status, code, detail);
};
export const one = (list, fits, code) => list.find(fits) ?? no(404, code, 'there is no such thing');

function note(own, act, outcome, asked_no, ended) {
  const [last] = own.trail;
  const [number, hash] = [last.number + 1, digest(last.number + 200)];
  own.trail.unshift({
    ...last,
    number,
    at: moment(),
    operator: ME,
    act,
    subject: '',
    outcome,
    asked_no,
    ended,
    previous: last.hash,
    hash,
  });
}

/** A call that needs an act; what it does is noted. */
export function call(method, path, act, doing, isNoted = method !== 'GET') {
  const doIt = (world, asked) => {
    const own = ops(world);
    if (act && !acts(own).includes(act)) {
      const code = own.me.role === null ? 'operator_unknown' : own.me.active ? 'role_forbids' : 'operator_inactive';
      no(403, code, `${own.me.role} may not do this`);
    }
    const told = doing(own, asked, world);
    if (isNoted) {
      const name = path
        .replace('/ops/', '')
        .replace(/\/\{\w+\}/g, '')
        .replaceAll('/', '.');
      note(own, name, 'asked', null, 'done');
      note(own, name, 'done', own.trail[0].number, null);
    }
    return told;
  };
  return [method, path, false, doIt];
}
