// The sandbox API as the screens ask it. It says no in a form of its own, which becomes a Problem in this one place.
import { addressOf } from '@kit/api/client';
import { given } from '@kit/api/pieces';
import { problemOf } from '@kit/problem';

type Verb = 'GET' | 'POST' | 'DELETE';

export interface Asking {
  /** Members that are missing or empty are left out of the address. */
  query?: Record<string, string | number | undefined>;
  /** What is sent, as JSON. With it a call is a POST. */
  body?: Record<string, unknown>;
  verb?: Verb;
}

/** What a "no" says: `{"error":{"code","message"}}`. */
function saidIn(told: unknown): unknown {
  const error = typeof told === 'object' && told !== null ? (told as Record<string, unknown>).error : undefined;
  const { code, message } = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {};
  return { code, detail: message };
}

/** What a call answers; throws a Problem when it says no, and a TypeError when it says nothing. */
export async function ask<T>(path: string, { query = {}, body, verb }: Asking = {}): Promise<T> {
  const words = new URLSearchParams(Object.entries(given(query)).map(([name, value]) => [name, String(value)])).toString();
  const response = await fetch(addressOf(`sandbox/${path}${words ? `?${words}` : ''}`), {
    method: verb ?? (body ? 'POST' : 'GET'),
    headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const told: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    throw problemOf(response.status, saidIn(told));
  }
  if (told === undefined || told === null) {
    throw new TypeError('the answer broke off');
  }
  return told as T;
}
