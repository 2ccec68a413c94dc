// What the screens ask, by name, and the one cache of the answers.
import { api, told } from '@kit/api/client';
import { deskClient } from '@kit/desk/client';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { calls, type Letter } from './calls';

/** Nobody signs in here: no query tells who looks. */
export const client = deskClient('nobody');

/** How often a list that lives is asked for. */
const LIVE_MS = 2_000;
/** Letters of one answer, and answers that hold all that a world keeps. */
const LETTERS_OF_PAGE = 100;
const LETTER_PAGES_MAX = 10;

export const worldQuery = queryOptions({ queryKey: ['world'], queryFn: calls.world });
/** Which books these are, for anybody. */
export const siteQuery = queryOptions({ queryKey: ['site'], queryFn: () => told(api.GET('/site')) });
export const demoQuery = queryOptions({ queryKey: ['demo'], queryFn: calls.demo });
export const snippetsQuery = (language: string, app: string) =>
  queryOptions({ queryKey: ['snippets', language, app], queryFn: () => calls.snippets(language, app) });
export const partyQuery = (userId: string) =>
  queryOptions({ queryKey: ['party', userId], queryFn: () => calls.party(userId) });
export const requestsQuery = (app: string, isLive: boolean) =>
  infiniteQueryOptions({
    queryKey: ['requests', app],
    queryFn: ({ pageParam }) => calls.requests(app, pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: last => last.next ?? undefined,
    refetchInterval: isLive ? LIVE_MS : false,
  });
export const requestQuery = (number: string) =>
  queryOptions({ queryKey: ['request', number], queryFn: () => calls.request(number), staleTime: Infinity });
export const knownFaultsQuery = queryOptions({ queryKey: ['faults', 'known'], queryFn: calls.knownFaults, staleTime: Infinity });
export const faultsQuery = queryOptions({ queryKey: ['faults'], queryFn: calls.faults, refetchInterval: LIVE_MS });
export const reportQuery = queryOptions({ queryKey: ['report'], queryFn: calls.report, refetchInterval: 3 * LIVE_MS });
export const clockQuery = queryOptions({ queryKey: ['clock'], queryFn: calls.clock, staleTime: 0 });
export const dueQuery = queryOptions({ queryKey: ['clock', 'due'], queryFn: calls.due, refetchInterval: 3 * LIVE_MS });
export const noticesQuery = (app: string) =>
  queryOptions({ queryKey: ['notices', app], queryFn: () => calls.notices(app), refetchInterval: LIVE_MS });
/** The letters that are kept, the newest first: the API tells them from the oldest on, a hundred at a time. */
async function allLetters(app: string): Promise<Letter[]> {
  const all: Letter[] = [];
  for (let page = 0; page < LETTER_PAGES_MAX; page += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each page begins where the one before ended
    const { letters } = await calls.letters(app, all.at(-1)?.no ?? 0);
    all.push(...letters);
    if (letters.length < LETTERS_OF_PAGE) {
      break;
    }
  }
  return all.toReversed();
}

export const lettersQuery = (app: string) =>
  queryOptions({ queryKey: ['letters', app], queryFn: () => allLetters(app), refetchInterval: LIVE_MS });
export const messagesQuery = queryOptions({
  queryKey: ['messages'],
  queryFn: () => calls.messages(''),
  refetchInterval: LIVE_MS,
});
