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

  /** Whether it is not known if what was asked for was done. Whoever asked must look before asking again. */
  get isUnknown(): boolean {
    return this.code === NO_CONNECTION || this.status === 504 || (this.status >= 500 && !SURE.includes(this.code));
  }
}

/** Facts of a refusal: tries that are left before a lock, and the moment until which something is locked. */
export interface Facts {
  tries?: string;
  until?: string;
}

/** No answer came. */
export const NO_CONNECTION = 'no_connection';

/** What the server says when it knows that nothing was done. */
const SURE = ['busy', 'behind', 'not_sent'];

/** What `fetch` gave instead of a good answer. */
export function problemOf(status: number, body: unknown): Problem {
  const said = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string) => (typeof said[name] === 'string' ? said[name] : '');
  const detail = text('detail') || text('title');
  const until = text('locked_until');
  const facts: Facts = {
    ...(typeof said.tries_left === 'number' ? { tries: String(said.tries_left) } : {}),
    ...(until ? { until } : {}),
  };
  return new Problem(status, text('code') || `http_${status}`, detail, { ...factsIn(detail), ...facts });
}

/** Whatever was thrown. A `TypeError` is how `fetch` says that no answer came. */
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
