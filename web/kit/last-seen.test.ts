import { QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, test, vi } from 'vitest';
import { LastSeen } from './last-seen';

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});

const lily = 'world 2088 session';

function begin(owner?: string) {
  const client = new QueryClient();
  const seen = new LastSeen(client, 'seen');
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

test('what cannot be read is as good as nothing', () => {
  localStorage.setItem('seen', '{broken');
  const { client, seen } = begin();
  seen.show();
  seen.isOf(lily);
  expect(client.getQueryCache().getAll()).toEqual([]);
});
