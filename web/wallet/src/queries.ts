// What the screens ask, by name. Whatever moves money makes all of it old: see `refreshMoney`.
import { api, told } from '@kit/api/client';
import type { Bill } from '@kit/api/shapes';
import { asProblem, NO_CONNECTION } from '@kit/problem';
import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query';
import { standing, type Handed } from './paying';
import { lastSeen } from './session';

/** Bills of one page. */
const PAGE = 20;
/** How often something is looked at that a bank or a receiver still has to end. */
export const LOOK_EVERY_MS = 2_000;
/** Two parts of one screen that ask for the same share an answer of this age. */
const SHARED_MS = 1_000;

/** The platform, for whoever is not signed in too. */
export const siteQuery = queryOptions({
  queryKey: ['site'],
  queryFn: () => told(api.GET('/site')),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The own account. Its answer says whose what is kept is; without one, what was last seen is shown. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    try {
      const me = await told(api.GET('/me'));
      lastSeen.isOf(`${me.world} ${me.user_id} ${me.session}`);
      return me;
    } catch (thrown) {
      if (asProblem(thrown).code === NO_CONNECTION) {
        lastSeen.show();
      }
      throw thrown;
    }
  },
});

/** The balance alone, which is kept for times without a connection. */
export const balanceQuery = queryOptions({
  queryKey: ['balance'],
  queryFn: async ({ client }) => (await client.fetchQuery({ ...meQuery, staleTime: SHARED_MS })).balance,
  meta: { kept: true },
});

/** Kinds of bills to choose from. */
export const BILL_KINDS = ['payment', 'transfer_out', 'transfer_in', 'top_up', 'withdrawal'] as const;
export type BillKind = (typeof BILL_KINDS)[number];

/** Bills, newest first, page by page. The list without a filter is kept for times without a connection. */
export const billsQuery = (kind: BillKind | '', words: string) =>
  infiniteQueryOptions({
    queryKey: ['bills', kind, words],
    queryFn: ({ pageParam }) => {
      const query = {
        limit: PAGE,
        ...(pageParam ? { before: pageParam } : {}),
        ...(kind ? { kind } : {}),
        ...(words ? { q: words } : {}),
      };
      return told(api.GET('/me/bills', { params: { query } }));
    },
    initialPageParam: '',
    getNextPageParam: page => page.next ?? undefined,
    meta: { kept: !kind && !words },
  });

/** One bill with its story, looked at again while it is not over. */
export const billQuery = (no: string) =>
  queryOptions({
    queryKey: ['bill', no],
    queryFn: () => told(api.GET('/me/bills/{no}', { params: { path: { no } } })),
    refetchInterval: query => (isOpen(query.state.data) ? 5 * LOOK_EVERY_MS : false),
  });

const isOpen = (bill: Bill | undefined) => bill?.state === 'under_way' || bill?.state === 'waiting';

/** What came and went, month by month, newest first. */
export const monthsQuery = (count: number) =>
  queryOptions({
    queryKey: ['months', count],
    queryFn: async () => (await told(api.GET('/me/bills/months', { params: { query: { count } } }))).months,
  });

/** The cards that were not given up. */
export const cardsQuery = queryOptions({
  queryKey: ['cards'],
  queryFn: async () => (await told(api.GET('/me/cards'))).cards.filter(card => card.state !== 'unbound'),
});

/** In which order the own pockets pay. A card that is bound or given up is another list. */
export const pocketsQuery = queryOptions({
  queryKey: ['cards', 'order'],
  queryFn: () => told(api.GET('/me/pockets')),
});

/** A top-up or a withdrawal, looked at again while the bank has it. */
export const bankOrderQuery = (no: string, isUnknown: boolean) =>
  queryOptions({
    queryKey: ['bank-order', no],
    queryFn: () => told(api.GET('/me/bank-orders/{no}', { params: { path: { no } } })),
    refetchInterval: query => {
      const state = query.state.data?.state;
      return isUnknown || state === 'under_way' || state === 'closing' || state === 'returning' ? LOOK_EVERY_MS : false;
    },
  });

/** A transfer, looked at again while it is under way. */
export const transferQuery = (no: string, isUnknown: boolean) =>
  queryOptions({
    queryKey: ['transfer', no],
    queryFn: () => told(api.GET('/me/transfers/{no}', { params: { path: { no } } })),
    refetchInterval: query => {
      const state = query.state.data?.state;
      return isUnknown || state === 'under_way' ? LOOK_EVERY_MS : state === 'waiting' ? 10 * LOOK_EVERY_MS : false;
    },
  });

/** The order that was handed over. */
export const orderQuery = (handed: Handed) =>
  queryOptions({
    queryKey: ['order', handed],
    queryFn: () => told(api.POST('/me/orders', { body: handed })),
    enabled: Object.keys(handed).length === 1,
  });

/** How the payment of an order stands, looked at again and again while somebody waits for it. */
export const paymentQuery = (tradeNo: string, isWaiting: boolean) =>
  queryOptions({
    queryKey: ['payment', tradeNo],
    queryFn: () => standing(tradeNo),
    enabled: isWaiting,
    staleTime: 0,
    refetchInterval: isWaiting ? LOOK_EVERY_MS : false,
  });

/** The newest bill alone. */
export const newestQuery = queryOptions({
  queryKey: ['newest'],
  queryFn: async () => (await told(api.GET('/me/bills', { params: { query: { limit: 1 } } }))).bills[0] ?? null,
  staleTime: 0,
});

/** The devices that are signed in. */
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async () => (await told(api.GET('/sessions'))).sessions,
});

/** The passkeys of the account. */
export const passkeysQuery = queryOptions({
  queryKey: ['passkeys'],
  queryFn: async () => (await told(api.GET('/passkeys'))).passkeys,
});

/** The agreements in force. */
export const agreementsQuery = queryOptions({
  queryKey: ['agreements'],
  queryFn: async () => (await told(api.GET('/me/agreements'))).agreements,
});

/** Notices, newest first, page by page. */
export const noticesQuery = infiniteQueryOptions({
  queryKey: ['notices'],
  queryFn: ({ pageParam }) =>
    told(api.GET('/me/notices', { params: { query: { limit: PAGE, ...(pageParam ? { before: pageParam } : {}) } } })),
  initialPageParam: '',
  getNextPageParam: page => page.next ?? undefined,
});

/** The limits that hold, with what of them is used. */
export const limitsQuery = queryOptions({ queryKey: ['limits'], queryFn: () => told(api.GET('/me/limits')) });

function makeOld(client: QueryClient, names: readonly string[]): void {
  for (const name of names) {
    void client.invalidateQueries({ queryKey: [name] });
  }
}

/** Asks anew for what the account tells. */
export const refreshAccount = (client: QueryClient) => makeOld(client, ['me', 'balance', 'notices']);

/** Asks anew for bills and what is counted from them. */
export const refreshBills = (client: QueryClient) => makeOld(client, ['bills', 'bill', 'months', 'notices', 'limits', 'shop']);

/** Asks anew for everything that moved money changes. */
export function refreshMoney(client: QueryClient): void {
  refreshAccount(client);
  refreshBills(client);
}
