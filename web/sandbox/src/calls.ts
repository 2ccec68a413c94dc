// What the sandbox API tells, and how it is asked.
import { given, piece } from '@kit/api/pieces';
import { ask } from './api';

export const MODES = ['key', 'cert'] as const;
export const SIGN_TYPES = ['RSA2', 'SM2'] as const;
export const PROFILES = ['strict', 'real'] as const;
export const SIGNATURES = ['right', 'wrong', 'not_checked'] as const;
export const ANSWER_KINDS = ['json', 'page', 'redirect', 'encrypted', 'nothing'] as const;
export const NOTICE_STATES = ['due', 'delivered', 'given_up'] as const;
export const FORGERIES = ['unsigned', 'other_key', 'changed_after_signing'] as const;
export const LETTER_KINDS = ['usual', 'delayed', 'reordered', 'duplicate', 'again', 'changed', 'forged'] as const;
/** Roles of those who act for a merchant. */
export const ROLES = ['owner', 'manager', 'finance', 'till', 'developer', 'viewer'] as const;
export type Role = (typeof ROLES)[number];
export const FINDINGS = [
  'paid_twice',
  'refunded_twice',
  'never_asked',
  'took_forgery',
  'took_changed',
  'duplicate_refused',
] as const;

export interface App {
  app_id: string;
  seller_id: string;
  seller_login: string;
  seller_name: string;
  mode: (typeof MODES)[number];
  sign_type: (typeof SIGN_TYPES)[number];
  profile: (typeof PROFILES)[number];
  platform_public_key: string | null;
  /** Paths on the machine of the server. */
  files: Record<string, string>;
}

export interface Buyer {
  login: string;
  user_id: string;
  name: string;
  balance: string;
  pay_password: string;
}

export interface Demo {
  gateway: string;
  gateway_port_80: string | null;
  sandbox: string;
  base_url: string;
  languages: string[];
  apps: App[];
  buyers: Buyer[];
}

export interface Snippet {
  title: string;
  code: string;
}

/** An app that was opened just now. Its private key is told this once. */
export interface NewApp {
  app_id: string;
  seller_id: string;
  mode: (typeof MODES)[number];
  sign_type: (typeof SIGN_TYPES)[number];
  platform_public_key: string;
  private_key_pkcs1?: string;
  private_key_sec1?: string;
  private_key_pkcs8?: string;
  app_cert?: string;
  platform_cert?: string;
  root_cert?: string;
  aes_key?: string;
}

export interface Party {
  user_id: string;
  kind: 'buyer' | 'merchant';
  status: 'normal' | 'frozen' | 'closed';
  balance: string;
}

export interface PayCode {
  auth_code: string;
  expires_at: string;
}

export interface Order {
  trade_no: string;
  out_trade_no: string;
  app_id: string;
  seller_id: string;
  taken_up: boolean;
  trade_status: string;
  subject: string;
  total_amount: string;
  expires_at: string;
  paid_at: string | null;
}

export interface Paid {
  trade_no: string;
  out_trade_no: string;
  trade_status: string;
  total_amount: string;
}

/** A call of the gateway, as a list has it. */
export interface Seen {
  number: number;
  at: string;
  took_us: number;
  interface: 'v2' | 'v3';
  verb: string;
  app_id: string | null;
  method: string | null;
  status: number | null;
  code: string | null;
  sub_code: string | null;
  sub_msg: string | null;
  trace_id: string | null;
  signature: (typeof SIGNATURES)[number];
  sign_type: string | null;
  fault: string | null;
}

export interface SeenWhole extends Seen {
  string_to_sign: { text: string; cut: boolean; bytes: number; masked: boolean } | null;
  parameters: { name: string; value: string; cut: boolean }[];
  parameters_cut: boolean;
  answer: { text: string; cut: boolean };
  answer_kind: (typeof ANSWER_KINDS)[number];
  mistake: { name: string; advice: string; advice_zh: string } | null;
}

export interface SeenPage {
  requests: Seen[];
  next: number | null;
}

export interface KnownFault {
  fault: string;
  name: string;
  of: 'calls' | 'notifications';
  leaves_unknown: boolean;
}

/** A fault that was asked for. */
export interface Rule {
  no: number;
  fault: string;
  app_id: string | null;
  method: string | null;
  next: number | null;
  every: number | null;
  percent: number | null;
  seed: number;
  until: string | null;
  seen: number;
  hits: number;
}

export interface Finding {
  kind: string;
  order: string;
  other: string | null;
  method: string | null;
  at: string;
  trace_id: string | null;
  text: string;
  advice: string;
  text_zh: string;
  advice_zh: string;
}

export interface Clock {
  now: string;
  now_us: number;
  offset_seconds: number;
  mode: 'running' | 'frozen';
}

export interface Due {
  at: string;
  what: string;
  trade_no?: string | null;
  notify_id?: string;
  bank_order_no?: string;
}

export interface Happened {
  at: string;
  what: string;
  out_trade_no?: string | null;
  trade_no?: string | null;
  notify_id?: string;
  bank_order_no?: string;
  agreement_no?: string;
  auth_no?: string;
  order_id?: string;
  outcome?: string;
}

export interface Journey extends Clock {
  from: string;
  steps: number;
  counts: Record<string, number>;
  events: Happened[];
  left_out: number;
}

export interface Notice {
  notify_id: string;
  app_id: string;
  trade_no: string | null;
  out_trade_no: string | null;
  trade_status: string | null;
  url: string;
  state: (typeof NOTICE_STATES)[number];
  attempts: number;
  happened_at: string;
  next_attempt_at: string | null;
  last_error: string | null;
  params: Record<string, unknown> | null;
}

export interface LetterEnd {
  delivered: boolean;
  error: string | null;
  took_ms: number;
}

export interface Letter {
  no: number;
  notify_id: string;
  app_id: string;
  kind: string;
  sent_at: string;
  url: string;
  content_type: string;
  form: string;
  to_listener: boolean;
  ended: LetterEnd | null;
}

export interface Message {
  to: string;
  kind: string;
  code: string | null;
  text: string;
  sent_at: string;
}

export interface World {
  name: string;
  seed: number | null;
  starts_at: string | null;
  resets: number;
}

/** What a new app is to be. */
export interface AppWanted {
  seller_id: string;
  mode: (typeof MODES)[number];
  sign_type: (typeof SIGN_TYPES)[number];
  profile: (typeof PROFILES)[number];
}

/** What a fault is to be. What is empty is left out. */
export interface RuleWanted {
  fault: string;
  app_id: string;
  method: string;
  next?: number | undefined;
  every?: number | undefined;
  percent?: number | undefined;
  for_s?: number | undefined;
}

export const calls = {
  demo: () => ask<Demo>('demo'),
  snippets: (language: string, app_id: string) =>
    ask<{ language: string; snippets: Snippet[] }>(`snippets/${piece(language)}`, { query: { app_id } }),
  openApp: (wanted: AppWanted) => ask<NewApp>('app', { body: { ...wanted } }),
  party: (user_id: string) => ask<Party>('party', { query: { user_id } }),
  openBuyer: (login: string, name: string, balance: string) =>
    ask<Buyer>('party', { body: given({ kind: 'buyer', login, name, balance }) }),
  topUp: (whom: { user_id: string } | { login: string }, amount: string, key: string) =>
    ask<{ user_id: string; balance: string }>('topup', { body: { ...whom, amount, key } }),
  payCode: (login: string) => ask<PayCode>('paycode', { body: { login } }),
  order: (handed: Record<string, string>) => ask<Order>('order', { body: handed }),
  pay: (login: string, pay_password: string, handed: Record<string, string>) =>
    ask<Paid>('pay', { body: { login, pay_password, ...handed } }),
  requests: (app_id: string, after: number | undefined) =>
    ask<SeenPage>('requests', { query: { app_id, after, limit: 50 } }),
  request: (number: string) => ask<SeenWhole>(`requests/${piece(number)}`),
  knownFaults: () => ask<{ faults: KnownFault[] }>('faults/known'),
  faults: () => ask<{ faults: Rule[] }>('faults'),
  setFault: (wanted: RuleWanted) => ask<{ no: number }>('faults', { body: given({ ...wanted }) }),
  endFault: (no: number) => ask<{ cleared: number }>('faults', { verb: 'DELETE', query: { no } }),
  endFaults: () => ask<{ cleared: number }>('faults', { verb: 'DELETE' }),
  report: () => ask<{ findings: Finding[] }>('report'),
  forgetReport: () => ask<{ forgotten: boolean }>('report', { verb: 'DELETE' }),
  clock: () => ask<Clock>('clock'),
  due: () => ask<{ due: Due[] }>('clock/due'),
  advance: (by: string) => ask<Journey>('clock/advance', { body: { by } }),
  moveTo: (to: string) => ask<Journey>('clock/set', { body: { to } }),
  setRunning: (runs: boolean) => ask<Clock>(runs ? 'clock/run' : 'clock/freeze', { body: {} }),
  notices: (app_id: string) => ask<{ notifications: Notice[] }>('notifications', { query: { app_id } }),
  letters: (app_id: string, after: number) =>
    ask<{ letters: Letter[] }>('notifications/letters', { query: { app_id, after } }),
  resend: (notify_id: string, url: string, forge: string) =>
    ask<{ notify_id: string; ended: LetterEnd }>('notifications/resend', { body: given({ notify_id, url, forge }) }),
  messages: (to: string) => ask<{ messages: Message[] }>('messages', { query: { to } }),
  setStaff: (seller: string, login: string, role: Role) =>
    ask<{ user_id: string }>(`merchants/${piece(seller)}/staff`, { body: { login, role } }),
  world: () => ask<World>('world'),
  reset: () => ask<World>('world/reset', { body: {} }),
};
