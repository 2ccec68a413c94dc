import { KEPT_ANSWERS, KEPT_NOTICES } from '../kept';
import { Problem } from '../problem';
import { signOut } from '../persons';
import { tellSigned } from '../signed';
import { QueryObserver, type QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deskClient } from './client';

vi.mock('../signed', async original => {
  const whole = await original<typeof import('../signed')>();
  return { ...whole, tellSigned: vi.fn(whole.tellSigned) };
});

let client: QueryClient;
/** Who is signed in, as the platform sees it; nobody while it is empty. */
let signedIn: string;
let looks: string[];

const asked = (name: string) => ({
  queryKey: [name],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => {
    looks.push(name);
    if (signedIn === '') {
      throw new Problem(401, 'not_signed_in', '');
    }
    return name === 'me' ? { user_id: signedIn } : `${name} of ${signedIn}`;
  },
});

/** A screen that shows an answer, and all that it showed. */
function screen(name: string) {
  const shown: unknown[] = [];
  const leave = new QueryObserver(client, asked(name)).subscribe(({ data }) => shown.push(data));
  return { shown, leave };
}

/** As the browser tells the pages of the same origin but the one that wrote. */
const toldElsewhere = () => dispatchEvent(new StorageEvent('storage', { key: 'tongbao-signed', newValue: 'x' }));

beforeEach(async () => {
  localStorage.clear();
  client = deskClient('me');
  client.setDefaultOptions({ queries: { retry: false } });
  signedIn = 'Lily';
  looks = [];
  await client.fetchQuery(asked('me'));
  await client.fetchQuery(asked('takings'));
});

afterEach(() => {
  client.clear();
  vi.restoreAllMocks();
});

test('when another page signed somebody else in, nothing of whoever was here is shown any more', async () => {
  const [me, orders] = [screen('me'), screen('orders')];
  await vi.waitFor(() => expect(orders.shown.at(-1)).toBe('orders of Lily'));
  signedIn = 'Tom';
  toldElsewhere();
  await vi.waitFor(() => expect(orders.shown.at(-1)).toBe('orders of Tom'));
  expect(client.getQueryData(['takings']), 'what no screen shows is not there either').toBeUndefined();
  expect(client.getQueryData(['me'])).toEqual({ user_id: 'Tom' });
  const count = looks.length;
  await client.fetchQuery({ ...asked('me'), staleTime: 0 });
  expect(looks.length, 'the same one again changes nothing').toBe(count + 1);
  expect(client.getQueryData(['orders'])).toBe('orders of Tom');
  me.leave();
  orders.leave();
});

test('when another page signed out, this one knows', async () => {
  const me = screen('me');
  localStorage.setItem(KEPT_ANSWERS, '{}');
  signedIn = '';
  toldElsewhere();
  await vi.waitFor(() => expect(client.getQueryState(['me'])?.error).toBeInstanceOf(Problem));
  expect(client.getQueryData(['takings'])).toBeUndefined();
  expect(localStorage.getItem(KEPT_ANSWERS)).toBeNull();
  me.leave();
});

test('after everything was forgotten the next one is nobody else', async () => {
  client.clear();
  signedIn = 'Tom';
  await Promise.all([client.fetchQuery(asked('me')), client.fetchQuery(asked('orders'))]);
  expect(looks.filter(name => name === 'orders'), 'asked once').toHaveLength(1);
});

test('signing out of a desk forgets what the wallet keeps, also without an answer, and tells other pages', async () => {
  const answers = vi.spyOn(globalThis, 'fetch');
  const kept = () => [KEPT_ANSWERS, KEPT_NOTICES].map(name => localStorage.getItem(name));
  for (const isLost of [true, false]) {
    localStorage.setItem(KEPT_ANSWERS, '{"owner":"Lily"}');
    localStorage.setItem(KEPT_NOTICES, '{"session":"s"}');
    answers.mockImplementation(async () => {
      if (isLost) {
        throw new TypeError('Failed to fetch');
      }
      return new Response('{"ended":"current"}', { headers: { 'content-type': 'application/json' } });
    });
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await (isLost ? expect(signOut()).rejects.toMatchObject({ code: 'no_connection' }) : signOut());
    expect(kept()).toEqual([null, null]);
    expect(tellSigned, isLost ? 'not while nobody knows' : 'then').toHaveBeenCalledTimes(isLost ? 0 : 1);
  }
  expect(localStorage.length, 'nothing stays of the telling').toBe(0);
});
