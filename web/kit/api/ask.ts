// Calls whose answers the caller names (`answers.ts` has them out of openapi.json), over the client that the wallet's
// go through: for desks, whose paths are made of parts.
import { api, told, withKey } from './client';
import { given } from './pieces';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Members that are missing or empty are left out of the address. */
export type Query = Record<string, string | number | boolean | undefined | null>;

export interface Asking {
  query?: Query;
  body?: unknown;
  /** The key of the form that sends it, for what makes something new. */
  key?: string;
}

interface Untyped {
  request: (
    method: Method,
    path: string,
    init: Record<string, unknown>,
  ) => Promise<{ data?: unknown; error?: unknown; response: Response }>;
}

/** What a call answers; throws a Problem when it says no or says nothing. */
export function ask<T>(method: Method, path: string, { query, body, key }: Asking = {}): Promise<T> {
  const init = {
    ...(query ? { params: { query: given(query) } } : {}),
    ...(body === undefined ? {} : { body }),
    ...(key ? withKey(key) : {}),
  };
  return told((api as unknown as Untyped).request(method, path, init)) as Promise<T>;
}

/** A file that the API hands out, with the name that it gives it. */
export async function askFile(path: string, query: Query = {}): Promise<{ name: string; blob: Blob }> {
  let name = '';
  const asked = (api as unknown as Untyped)
    .request('get', path, { params: { query: given(query) }, parseAs: 'blob' })
    .then(answered => {
      const told = answered.response.headers.get('content-disposition') ?? '';
      name = /filename="([^"/\\]+)"/.exec(told)?.[1] ?? '';
      return answered;
    });
  const blob = (await told(asked)) as Blob;
  return { name, blob };
}

/** A call that answers nothing (204) when it was done, where `told` would take an empty answer for somebody else's. */
export async function askNothing(method: Method, path: string, { body, key }: Asking = {}): Promise<void> {
  const init = { ...(body === undefined ? {} : { body }), ...(key ? withKey(key) : {}) };
  const asked = (api as unknown as Untyped)
    .request(method, path, init)
    .then(answered => (answered.response.status === 204 ? { ...answered, data: true } : answered));
  await told(asked);
}
