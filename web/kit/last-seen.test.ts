import { QueryClient, QueryObserver, type Query } from '@tanstack/react-query';
import { beforeEach, expect, test, vi } from 'vitest';
import { LastSeen } from './last-seen';

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});

const lily = 'world 2088 session';

function begin(owner?: string, isAnybodys?: (query: Query) => boolean) {
  const client = new QueryClient();
  const seen = new LastSeen(client, 'seen', isAnybodys);
  if (owner) {
    seen.isOf(owner);
  }
  const sees = (name: string, data: unknown, kept: boolean) =>
    client.fetchQuery({ queryKey: [name], queryFn: () => data, meta: { kept } });
  return { client, seen, sees };
}

async function lilySaw() {
  const { sees, ...more } = begin(lily);
  await sees('balance', '12.30', true);
  await sees('me', { name: 'secret' }, false);
  vi.runAllTimers();
  return more;
}

test('what says so is shown again without a connection, and nothing else is kept', async () => {
  await lilySaw();
  expect(localStorage.getItem('seen')).not.toContain('secret');
  const { client, seen } = begin();
  expect(client.getQueryData(['balance']), 'not before somebody asks in vain').toBeUndefined();
  seen.show();
  expect(client.getQueryData(['balance'])).toBe('12.30');
  expect(client.getQueryData(['me'])).toBeUndefined();
});

test('another owner, session or world sees nothing of it', async () => {
  for (const other of ['world 2089 session', 'world 2088 other', 'other 2088 session']) {
    await lilySaw();
    const { client, seen } = begin();
    // Shown before it was known who asks, and gone when it is.
    seen.show();
    seen.isOf(other);
    expect(client.getQueryData(['balance'])).toBeUndefined();
    expect(localStorage.getItem('seen')).toBeNull();
    seen.show();
    expect(client.getQueryData(['balance'])).toBeUndefined();
  }
});

test('another owner who comes while a page is open sees nothing of it either', async () => {
  const { client, seen, sees } = begin(lily, query => ['me', 'site'].includes(String(query.queryKey[0])));
  await sees('balance', '12.30', true);
  await sees('card', 'secret', false);
  await sees('me', 'who', false);
  await sees('site', 'where', false);
  vi.advanceTimersByTime(1_000);
  const tom = 'world 2089 session';
  // Another page of the browser signed in, and keeps what is its own.
  localStorage.setItem('seen', JSON.stringify({ owner: tom, queries: [], mutations: [] }));
  const shown: unknown[] = [];
  const asked = vi.fn(() => 'of Tom');
  const query = { queryKey: ['balance'], queryFn: asked, staleTime: Number.POSITIVE_INFINITY };
  const screen = new QueryObserver(client, query);
  const leave = screen.subscribe(({ data }) => shown.push(data));
  seen.isOf(tom);
  expect(client.getQueryData(['card'])).toBeUndefined();
  expect([client.getQueryData(['me']), client.getQueryData(['site'])]).toEqual(['who', 'where']);
  await vi.waitFor(() => expect(shown.at(-1)).toBe('of Tom'));
  expect(shown, 'what Lily saw is not shown again').not.toContain('12.30');
  expect(asked).toHaveBeenCalledTimes(1);
  leave();
  vi.advanceTimersByTime(1_000);
  expect(localStorage.getItem('seen') ?? '').not.toMatch(/2088|12\.30|secret/);
});

test('what was about to be written of one owner is not kept as another one’s', async () => {
  const { seen, sees } = begin(lily);
  await sees('balance', '12.30', true);
  seen.isOf('world 2089 session');
  vi.advanceTimersByTime(1_000);
  expect(localStorage.getItem('seen') ?? '').not.toContain('12.30');
});

test('the same owner keeps it', async () => {
  await lilySaw();
  const { client, seen } = begin(lily);
  seen.show();
  expect(client.getQueryData(['balance'])).toBe('12.30');
});

test('nothing is kept before it is known who asks', async () => {
  const { sees } = begin();
  await sees('balance', '12.30', true);
  vi.runAllTimers();
  expect(localStorage.getItem('seen')).toBeNull();
});

test('of a long list the first page is kept', async () => {
  const { sees } = begin(lily);
  await sees('bills', { pages: ['first', 'second'], pageParams: ['', 'x'] }, true);
  vi.runAllTimers();
  const next = begin();
  next.seen.show();
  expect(next.client.getQueryData(['bills'])).toEqual({ pages: ['first'], pageParams: [''] });
});

test('dropped, nothing is left, also of what was about to be written', async () => {
  const { seen, sees } = begin(lily);
  await sees('balance', '12.30', true);
  seen.drop();
  vi.runAllTimers();
  await sees('bills', [], true);
  vi.runAllTimers();
  expect(localStorage.getItem('seen')).toBeNull();
});

test('dropped, it stays known whose the answers are: the next owner sees none of them', async () => {
  const { client, seen, sees } = begin(lily, query => query.queryKey[0] === 'site');
  await sees('balance', '12.30', true);
  await sees('site', 'where', false);
  seen.drop();
  expect(client.getQueryData(['balance']), 'the same one may go on').toBe('12.30');
  // Nobody can be asked, and another page keeps what is its own.
  const queries = [{ queryKey: ['bills'], queryHash: '["bills"]', state: { data: 'of Tom' } }];
  localStorage.setItem('seen', JSON.stringify({ owner: 'world 2089 session', queries, mutations: [] }));
  seen.show();
  expect(client.getQueryData(['bills']), 'answers of two are not mixed').toBeUndefined();
  seen.isOf('world 2089 session');
  expect(client.getQueryData(['balance'])).toBeUndefined();
  expect(client.getQueryData(['site'])).toBe('where');
  await sees('balance', '8.00', true);
  vi.runAllTimers();
  expect(localStorage.getItem('seen'), 'what comes is kept again').toContain('8.00');
});

test('what cannot be read is as good as nothing', () => {
  localStorage.setItem('seen', '{broken');
  const { client, seen } = begin();
  seen.show();
  seen.isOf(lily);
  expect(client.getQueryCache().getAll()).toEqual([]);
});
