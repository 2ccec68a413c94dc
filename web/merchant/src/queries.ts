// What the screens ask, by name. All of one merchant begins with its number.
import { api, told } from '@kit/api/client';
import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query';
import { calls, type OrderFilter } from './calls';
import { isToldAtOnce } from './live';
import { SELLERS, WHO } from './session';

/** How often something is looked at while somebody waits for it. */
export const LOOK_EVERY_MS = 2_000;
/** The same where the platform tells at once. */
const TOLD_LOOK_EVERY_MS = 10_000;
/** How often figures and lists are asked anew while they are looked at, told or not. */
const FIGURES_EVERY_MS = 30_000;
/** A list that was followed further than this is not asked anew by itself: each of its pages is a call. */
const PAGES_ANEW_MAX = 5;

/** How often somebody who waits looks. */
export const lookEvery = (): number => (isToldAtOnce() ? TOLD_LOOK_EVERY_MS : LOOK_EVERY_MS);

const isShort = (data: unknown): boolean =>
  ((data as { pages?: unknown[] } | undefined)?.pages?.length ?? 0) <= PAGES_ANEW_MAX;

export const sellersQuery = queryOptions({
  queryKey: [SELLERS],
  queryFn: () => calls.sellers(),
});

export const meQuery = queryOptions({
  queryKey: [WHO],
  queryFn: () => told(api.GET('/me')),
  // Somebody else may have signed in meanwhile.
  refetchOnWindowFocus: 'always',
});

export const dashboardQuery = (seller: string, day: string) =>
  queryOptions({
    queryKey: ['of', seller, 'dashboard', day],
    queryFn: () => calls.dashboard(seller, day || undefined),
    refetchInterval: day ? false : FIGURES_EVERY_MS,
  });

export const ordersQuery = (seller: string, filter: OrderFilter) =>
  infiniteQueryOptions({
    queryKey: ['of', seller, 'orders', filter],
    queryFn: ({ pageParam }) => calls.orders(seller, filter, pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: page => page.next ?? undefined,
    refetchInterval: query => (isShort(query.state.data) ? FIGURES_EVERY_MS : false),
  });

/** Buyers who ask for their money and wait. */
export const requestsQuery = (seller: string) =>
  infiniteQueryOptions({
    queryKey: ['of', seller, 'requests'],
    queryFn: ({ pageParam }) => calls.refundRequests(seller, pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: page => page.next ?? undefined,
    refetchInterval: query => (isShort(query.state.data) ? FIGURES_EVERY_MS : false),
  });

/** One order, looked at again while it waits for its payer or a refund is on its way. */
export const orderQuery = (seller: string, no: string) =>
  queryOptions({
    queryKey: ['of', seller, 'order', no],
    queryFn: () => calls.order(seller, no),
    refetchInterval: query => {
      const data = query.state.data;
      const isOpen = data?.order.state === 'waiting' || data?.refunds.some(one => one.state === 'under_way');
      return isOpen ? lookEvery() : false;
    },
  });

export const billsQuery = (seller: string) =>
  infiniteQueryOptions({
    queryKey: ['of', seller, 'bills'],
    queryFn: ({ pageParam }) => calls.bills(seller, pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: page => page.next ?? undefined,
  });

export const settlementsQuery = (seller: string) =>
  infiniteQueryOptions({
    queryKey: ['of', seller, 'settlements'],
    queryFn: ({ pageParam }) => calls.settlements(seller, pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: page => page.next ?? undefined,
  });

export const notificationsQuery = (seller: string, app: string) =>
  infiniteQueryOptions({
    queryKey: ['of', seller, 'notifications', app],
    queryFn: ({ pageParam }) => calls.notifications(seller, app, pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: page => page.next ?? undefined,
  });

export const staffQuery = (seller: string) =>
  infiniteQueryOptions({
    queryKey: ['of', seller, 'staff'],
    queryFn: ({ pageParam }) => calls.staff(seller, pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: page => page.next ?? undefined,
  });

export const actsQuery = (seller: string) =>
  infiniteQueryOptions({
    queryKey: ['of', seller, 'acts'],
    queryFn: ({ pageParam }) => calls.acts(seller, pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: page => page.next ?? undefined,
    // Whoever looks wants what was done just now.
    staleTime: 0,
  });

export const storesQuery = (seller: string) =>
  queryOptions({ queryKey: ['of', seller, 'stores'], queryFn: () => calls.stores(seller) });

/** The code of the counter, or of a store's. It is the same each time. */
export const counterQuery = (seller: string, store: string) =>
  queryOptions({
    queryKey: ['of', seller, 'counter', store],
    queryFn: () => calls.counter(seller, store || undefined),
    staleTime: 60_000,
  });

export const appsQuery = (seller: string) =>
  queryOptions({ queryKey: ['of', seller, 'apps'], queryFn: async () => (await calls.apps(seller)).apps });

/** Asks anew for parts of what is known of a merchant. */
export function refresh(client: QueryClient, seller: string, ...parts: string[]): void {
  for (const part of parts) {
    void client.invalidateQueries({ queryKey: ['of', seller, part] });
  }
}

/** Asks anew for the orders that are looked at. */
export function refreshOrders(client: QueryClient, seller: string, how: { cancelRefetch: boolean }): void {
  const predicate = ({ state }: { state: { data: unknown } }) => isShort(state.data);
  for (const part of ['orders', 'order', 'requests']) {
    void client.invalidateQueries({ queryKey: ['of', seller, part], predicate }, how);
  }
}

/** Asks anew for everything that moved money changes. */
export const refreshMoney = (client: QueryClient, seller: string) =>
  refresh(client, seller, 'orders', 'order', 'requests', 'dashboard');
