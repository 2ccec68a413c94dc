// The portal API as the screens ask it. The session is a cookie that no script reads; an answer that says no becomes
// a Problem, in this one place.
import createClient from 'openapi-fetch';
import { asProblem, problemOf } from '../problem';
import type { paths } from './schema';

/** Where the platform begins: our pages lie at `app/<name>/` below it, under whatever path it is served. */
export const house = new URL('../../', document.baseURI);

/** An address of the platform. */
export const addressOf = (path: string) => new URL(path, house).toString();

/** The calls. Give their promise to `told`. */
export const api = createClient<paths>({
  baseUrl: addressOf('api/v1'),
  // Asked for at each call, so that tests may put another one in its place.
  fetch: request => {
    const { lang } = document.documentElement;
    if (lang) {
      // What the platform words itself is in the language of the page, which may be another than the browser's.
      request.headers.set('Accept-Language', lang);
    }
    return globalThis.fetch(request);
  },
});

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What a call gives; throws a Problem when it says no or says nothing. */
export async function told<T>(asked: Promise<Answered<T>>): Promise<NonNullable<T>> {
  let answered: Answered<T>;
  try {
    answered = await asked;
  } catch (thrown) {
    // An answer that breaks off, or is none of ours, tells as little as none.
    throw asProblem(thrown instanceof SyntaxError ? new TypeError(thrown.message) : thrown);
  }
  // A good answer always says something: an empty one is somebody else's, and a problem without a code.
  if (!answered.response.ok || answered.data === undefined || answered.data === null) {
    throw problemOf(answered.response.status, answered.error);
  }
  return answered.data;
}

/** The header with the key of a form. */
export const withKey = (key: string) => ({ headers: { 'Idempotency-Key': key } });
