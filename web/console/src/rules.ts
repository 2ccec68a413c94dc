// Risk rules as text that is written by hand: read with each mistake told at its place, and laid beside the rules in
// force. The platform checks them again, and the conditions, which are not understood here.
import type { Rule } from './told';

/** Verdicts, from the laxest to the strictest. */
export const VERDICTS = [
  'allow',
  'verify:password',
  'verify:otp',
  'verify:passkey',
  'delay:2',
  'delay:24',
  'review',
  'refuse',
] as const;

/** Most rules of a set, bytes of its text and of a condition, and letters of what a payer is told. As the platform. */
const RULES_MAX = 200;
const TEXT_BYTES_MAX = 96 << 10;
const CONDITION_BYTES_MAX = 512;
const REASON_MAX = 100;
/** Mistakes that are told at once. */
const WRONG_MAX = 20;
const INDENT = 2;

/** A mistake: what is wrong (a word of the page), with which rule, and what it says there. */
export interface Wrong {
  what:
    | 'json'
    | 'list'
    | 'many'
    | 'long'
    | 'object'
    | 'unknown'
    | 'id'
    | 'twice'
    | 'condition'
    | 'verdict'
    | 'reason'
    | 'shadow'
    | 'from';
  /** The id, or the place from 1. */
  rule: string;
  detail: string;
}

export type Read = { rules: Rule[]; wrong: [] } | { rules: null; wrong: Wrong[] };

const bytes = (text: string) => new TextEncoder().encode(text).length;
const isText = (value: unknown): value is string => typeof value === 'string';
const KNOWN = ['id', 'condition', 'verdict', 'reason_zh', 'reason_en', 'shadow', 'from_us'];

/** Rules as they are edited. */
export const asText = (rules: readonly Rule[]): string => JSON.stringify(rules, null, INDENT);

function wrongsOf(value: unknown, place: number, ids: Set<string>): Wrong[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ what: 'object', rule: String(place), detail: JSON.stringify(value).slice(0, 80) }];
  }
  const rule = value as Record<string, unknown>;
  const name = isText(rule.id) && rule.id ? rule.id : String(place);
  const found: Wrong[] = [];
  const wrong = (what: Wrong['what'], detail = '') => found.push({ what, rule: name, detail });
  for (const key of Object.keys(rule).filter(key => !KNOWN.includes(key))) {
    wrong('unknown', key);
  }
  if (!isText(rule.id) || !/^[A-Za-z0-9_-]{1,16}$/.test(rule.id)) {
    wrong('id');
  } else if (ids.has(rule.id)) {
    wrong('twice');
  } else {
    ids.add(rule.id);
  }
  const { condition } = rule;
  const isLine = isText(condition) && condition.trim() !== '' && !/\p{Cc}/u.test(condition);
  if (!isLine || bytes(condition) > CONDITION_BYTES_MAX) {
    wrong('condition');
  }
  if (!VERDICTS.some(one => one === rule.verdict)) {
    wrong('verdict', isText(rule.verdict) ? rule.verdict : '');
  }
  for (const key of ['reason_zh', 'reason_en']) {
    const reason = rule[key];
    if (!isText(reason) || [...reason].length > REASON_MAX) {
      wrong('reason', key);
    }
  }
  if (rule.shadow !== undefined && typeof rule.shadow !== 'boolean') {
    wrong('shadow');
  }
  if (rule.from_us !== undefined && !Number.isSafeInteger(rule.from_us)) {
    wrong('from');
  }
  return found;
}

/** Reads rules; either all of them, or what is wrong. */
export function readRules(text: string): Read {
  const no = (what: Wrong['what'], detail = ''): Read => ({ rules: null, wrong: [{ what, rule: '', detail }] });
  if (bytes(text) > TEXT_BYTES_MAX) {
    return no('long');
  }
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (thrown) {
    return no('json', thrown instanceof Error ? thrown.message : '');
  }
  if (!Array.isArray(list)) {
    return no('list');
  }
  if (list.length > RULES_MAX) {
    return no('many', String(list.length));
  }
  const ids = new Set<string>();
  const wrong = list.flatMap((one: unknown, place) => wrongsOf(one, place + 1, ids)).slice(0, WRONG_MAX);
  return wrong.length > 0 ? { rules: null, wrong } : { rules: list as Rule[], wrong: [] };
}

/** What becomes of one rule. */
export interface Change {
  id: string;
  how: 'added' | 'removed' | 'changed' | 'same';
  before: Rule | null;
  after: Rule | null;
  /** Names of the members that differ. */
  members: (keyof Rule)[];
}

const MEMBERS = ['condition', 'verdict', 'reason_zh', 'reason_en', 'shadow', 'from_us'] as const;
/** Members that need not be written, and what they are then. */
const USUAL: Partial<Rule> = { shadow: false, from_us: 0 };

const valueOf = (rule: Rule, member: keyof Rule) => rule[member] ?? USUAL[member];

/** What a member is called on, as text. */
export const memberText = (rule: Rule, member: keyof Rule): string => String(valueOf(rule, member) ?? '');

/** What a proposal changes: its rules in its order, then those that it drops. */
export function difference(before: readonly Rule[], after: readonly Rule[]): Change[] {
  const was = new Map(before.map(rule => [rule.id, rule]));
  const is = new Set(after.map(rule => rule.id));
  const kept = after.map((rule): Change => {
    const old = was.get(rule.id);
    if (!old) {
      return { id: rule.id, how: 'added', before: null, after: rule, members: [] };
    }
    const members = MEMBERS.filter(member => valueOf(old, member) !== valueOf(rule, member));
    return { id: rule.id, how: members.length > 0 ? 'changed' : 'same', before: old, after: rule, members };
  });
  const dropped = before.filter(rule => !is.has(rule.id));
  return [
    ...kept,
    ...dropped.map((rule): Change => ({ id: rule.id, how: 'removed', before: rule, after: null, members: [] })),
  ];
}

/** Whether a proposal changes anything. */
export const changesAnything = (changes: readonly Change[]): boolean => changes.some(change => change.how !== 'same');
