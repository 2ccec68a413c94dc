// Why something did not come about. The API says it as problem+json (RFC 9457); a lost connection says nothing at all,
// and a page must not take that for a "no".

/** A refusal, or the absence of an answer. `code` is for programs, `detail` a sentence in English. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** What the server tells beside the sentence. */
  readonly facts: Facts;

  constructor(status: number, code: string, detail: string, facts: Facts = {}) {
    super(detail || code);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.facts = facts;
  }

  /** Nobody is signed in. */
  get isSignedOut(): boolean {
    return this.status === 401 && this.code === 'not_signed_in';
  }

  /** Whether it is not known if what was asked for was done. Whoever asked must look before asking again. A "no" is
   *  what the platform says with its code, or the device before anything was sent. Whoever stands between says nothing
   *  of it. */
  get isUnknown(): boolean {
    if (this.status === 0) {
      return !BEFORE_SENDING.includes(this.code);
    }
    const isRefused = this.status >= 400 && this.status < 500;
    const isSure = this.status === 503 && SURE.includes(this.code);
    return this.code.startsWith(NO_CODE) || !(isRefused || isSure);
  }
}

/** Facts of a refusal: tries that are left before a lock, the moment until which something is locked, the order that
 *  stands in the way, with its state, and the field that is wrong. */
export interface Facts {
  tries?: string;
  until?: string;
  order?: { no: string; state: string };
  field?: string;
}

/** No answer came. */
export const NO_CONNECTION = 'no_connection';

/** What the server says with 503 when it knows that nothing was done. */
const SURE = ['busy', 'behind', 'not_sent', 'not_noted', 'world_begins_anew'];
/** What the device says before anything is sent. */
const BEFORE_SENDING = ['passkey_known', 'passkey_cancelled', 'passkey_failed'];
/** Begins the code of an answer that has none: such an answer is not the platform's. */
const NO_CODE = 'http_';

/** What `fetch` gave instead of a good answer. */
export function problemOf(status: number, body: unknown): Problem {
  const said = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string): string => (typeof said[name] === 'string' ? said[name] : '');
  const detail = text('detail') || text('title');
  const until = text('locked_until');
  const facts: Facts = {
    ...(typeof said.tries_left === 'number' ? { tries: String(said.tries_left) } : {}),
    ...(until ? { until } : {}),
    ...(text('field') ? { field: text('field') } : {}),
    ...(text('trade_no') ? { order: { no: text('trade_no'), state: text('state') } } : {}),
  };
  return new Problem(status, text('code') || `${NO_CODE}${status}`, detail, { ...factsIn(detail), ...facts });
}

/** Whatever was thrown. A `TypeError` is how `fetch` says that no answer came; anything else is a mistake of ours, made
 *  nobody knows how late. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) {
    return thrown;
  }
  if (thrown instanceof TypeError) {
    return new Problem(0, NO_CONNECTION, thrown.message);
  }
  return new Problem(0, 'internal', thrown instanceof Error ? thrown.message : String(thrown));
}

/** Facts inside a sentence of the server that has no members for them. */
export function factsIn(detail: string): Facts {
  const tries = /(\d+) tr(?:y|ies) left/.exec(detail)?.[1];
  const until = /(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)/.exec(detail);
  return { ...(tries ? { tries } : {}), ...(until ? { until: `${until[1]} ${until[2]}:00` } : {}) };
}
