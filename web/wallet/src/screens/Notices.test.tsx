import type { Notice } from '@kit/api/shapes';
import { forgetKept } from '@kit/kept';
import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { keepSeen, seenBy } from '../seen';
import { words } from '../words';
import { byDay, NoticeList } from './Notices';

vi.mock('@tanstack/react-router', () => ({
  Link: ({ children, to, params }: { children: ReactNode; to: string; params?: { no: string } }) => (
    <a href={to.replace('$no', params?.no ?? '')}>{children}</a>
  ),
}));
vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(words);

const say = words.en as Record<string, string>;
const notice = (id: string, more: Partial<Notice>): Notice => ({
  id,
  kind: 'payment_done',
  at: `2026-11-0${id}T10:00:00+08:00`,
  amount: null,
  title: '',
  other_name: null,
  other_login: null,
  reason: null,
  words: null,
  arrives_at: null,
  opens: null,
  ...more,
});

let root: Root | undefined;

afterEach(async () => {
  await act(async () => root?.unmount());
  vi.restoreAllMocks();
  forgetKept();
});

async function shown(notices: Notice[], stopped = 'none') {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => {
    const body = JSON.stringify({ notices, next: null, payments_stopped_by: stopped });
    return new Response(body, { headers: { 'content-type': 'application/json' } });
  });
  const place = document.createElement('div');
  root = createRoot(place);
  await act(async () =>
    root?.render(
      <QueryClientProvider client={new QueryClient()}>
        <NoticeList session="s" />
      </QueryClientProvider>,
    ),
  );
  await vi.waitFor(() => act(async () => expect(place.querySelector('[role="status"]')).toBeNull()));
  return place;
}

test('days are those of the books', () => {
  const late = notice('2', { at: '2026-11-01T16:30:00Z' });
  const early = notice('1', { at: '2026-11-01T15:30:00Z' });
  expect(byDay([late, early]).map(([day]) => day)).toEqual(['2026-11-02', '2026-11-01']);
});

test('each says what it is and leads to what it tells of', async () => {
  const place = await shown([
    notice('6', { kind: 'top_up_failed', reason: 'no_money', other_name: 'ICBC', other_login: '1234', amount: '5.00' }),
    notice('5', { kind: 'agreement_ended', reason: 'merchant', opens: { screen: 'agreement', no: 'a' } }),
    notice('4', { kind: 'signed_in', title: 'Phone', opens: { screen: 'session', no: 's' } }),
    notice('3', { kind: 'refund_arrived', amount: '7.00', words: 'Sold out', opens: { screen: 'bill', no: '77' } }),
  ]);
  const text = place.textContent ?? '';
  for (const part of ['ICBC (1234)', say['reason.no_money'], say['ended_by.merchant'], '+¥7.00', 'Sold out']) {
    expect(text).toContain(part);
  }
  expect([...place.querySelectorAll('li a')].map(one => one.getAttribute('href'))).toEqual([
    '/agreements', '/security', '/bills/77',
  ]);
});

test('what came since the last look is marked, and being opened is having been seen', async () => {
  keepSeen('s', { id: '1', at: '2026-11-01T10:00:00+08:00' });
  const place = await shown([notice('2', {}), notice('1', {})]);
  expect([...place.querySelectorAll('li')].map(one => one.querySelector('.dot-new') !== null)).toEqual([true, false]);
  expect(seenBy('s')?.id).toBe('2');
});

test('stopped payments stand on top, and nothing to tell is said', async () => {
  const place = await shown([], 'owner');
  expect(place.querySelector('a')?.textContent).toContain(say['home.stopped']);
  expect(place.textContent).toContain(say['notices.none']);
});
