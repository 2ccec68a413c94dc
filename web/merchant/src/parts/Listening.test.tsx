// What is asked anew when the platform tells that something happened to orders.
import { QueryClient, QueryClientProvider, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Act } from '../calls';
import { isToldAtOnce } from '../live';
import { dashboardQuery, lookEvery, ordersQuery, orderQuery, sellersQuery } from '../queries';
import { Works } from '../seller';
import { FIGURES_AFTER_MS, Listening } from './Listening';

vi.mock('@tanstack/react-router', () => ({ useParams: () => ({ seller: '2088' }) }));

/** A stream that says what a test has it say. */
class Stream extends EventTarget {
  static open: Stream[] = [];
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;
  constructor(readonly address: string) {
    super();
    Stream.open.push(this);
  }
  close(): void {
    this.isClosed = true;
  }
  says(changed: string[]): void {
    this.dispatchEvent(new MessageEvent('changed', { data: JSON.stringify({ changed }) }));
  }
}

let asked: string[];
let client: QueryClient;
let root: Root | undefined;
const pages = { orders: [], next: null as string | null, is_whole: true };

/** The clock that a test does not hold: effects run by it. */
const soon = globalThis.setTimeout;

async function act(doing: () => unknown, ms = 50): Promise<void> {
  await doing();
  await new Promise(done => soon(done, 5));
  await vi.advanceTimersByTimeAsync(ms);
}

/** What was asked since the last time, by the ends of the addresses. */
const since = () => asked.splice(0).toSorted();

function Screen() {
  useQuery(sellersQuery);
  useQuery(dashboardQuery('2088', ''));
  useQuery(orderQuery('2088', '2026'));
  useInfiniteQuery(ordersQuery('2088', {}));
  return null;
}

beforeEach(async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  vi.stubGlobal('EventSource', Stream);
  Stream.open = [];
  asked = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async wanted => {
    const { pathname } = new URL((wanted as Request).url);
    asked.push(pathname.replace(/.*\/sellers(\/2088)?\/?/, '') || 'sellers');
    const told = pathname.endsWith('/orders')
      ? pages
      : pathname.endsWith('/2026')
        ? { order: { state: 'waiting' }, refunds: [] }
        : { sellers: [], next: null };
    return new Response(JSON.stringify(told), { headers: { 'content-type': 'application/json' } });
  });
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  root = createRoot(document.createElement('div'));
  const acts: Act[] = ['see_orders'];
  await act(() =>
    root?.render(
      <QueryClientProvider client={client}>
        <Works at={{ seller_id: '2088', name: 'Shop', role: 'viewer', acts }}>
          <Listening />
          <Screen />
        </Works>
      </QueryClientProvider>,
    ),
  );
  expect(since()).toEqual(['dashboard', 'orders', 'orders/2026', 'sellers']);
});

afterEach(async () => {
  await act(() => root?.unmount());
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('orders are asked for at once, and figures once for all that happens meanwhile', async () => {
  const [stream] = Stream.open;
  expect(stream?.address).toMatch(/\/api\/v1\/sellers\/2088\/events$/);
  for (const part of ['orders', 'money', 'orders']) {
    await act(() => stream?.says([part]));
    expect(since(), part).toEqual(['orders', 'orders/2026']);
  }
  await act(() => undefined, FIGURES_AFTER_MS);
  expect(since().filter(one => one === 'dashboard')).toEqual(['dashboard']);
  await act(() => stream?.says([]));
  expect(since(), 'nothing changed').toEqual([]);
});

test('whoever is told looks seldom, and whoever is not any more looks often and asks why', async () => {
  const often = lookEvery();
  const [stream] = Stream.open;
  await act(() => stream?.says(['orders', 'money']));
  expect(isToldAtOnce()).toBe(true);
  expect(lookEvery()).toBeGreaterThan(often);
  since();
  await act(() => stream?.onerror?.());
  expect(since()).toEqual(['sellers']);
  expect([isToldAtOnce(), lookEvery(), stream?.isClosed]).toEqual([false, often, true]);
  await act(() => undefined, 7_000);
  expect(Stream.open.length, 'it is listened to again').toBe(2);
});

test('a list that was followed far back is not asked for again by itself', async () => {
  const key = ordersQuery('2088', {}).queryKey;
  const page = { ...pages, next: 'x' };
  const six = <T,>(one: T): T[] => Array.from({ length: 6 }, () => one);
  await act(() => client.setQueryData(key, { pages: six(page), pageParams: six('') }));
  since();
  await act(() => Stream.open[0]?.says(['orders']));
  expect(since()).toEqual(['orders/2026']);
});

test('nobody is told any more once the desk is left', async () => {
  await act(() => Stream.open[0]?.says(['orders', 'money']));
  await act(() => root?.unmount());
  expect([Stream.open[0]?.isClosed, isToldAtOnce()]).toEqual([true, false]);
  since();
  await act(() => undefined, FIGURES_AFTER_MS);
  expect(since()).toEqual([]);
});
