// Codes on the counters of shops. Their text is an address of this wallet with a token that the platform vouches for;
// what it says is asked of the platform and never read here.
import { api, told } from '@kit/api/client';
import type { Shop, Site } from '@kit/api/shapes';
import { fenOf } from '@kit/money';
import { Problem } from '@kit/problem';
import { queryOptions } from '@tanstack/react-query';
import { siteQuery } from './queries';

/** The text of a code with this token, as the platform wrote it: the address here may be under another name. */
export const shopTextOf = (site: Pick<Site, 'origin' | 'root'>, token: string) =>
  `${site.origin}${site.root}/app/wallet/#/shop?c=${token}`;

/** Whose counter a token is of, and what may still be paid there today. */
export const shopQuery = (token: string) =>
  queryOptions({
    queryKey: ['shop', token],
    queryFn: async ({ client }) => {
      const text = shopTextOf(await client.fetchQuery(siteQuery), token);
      const scanned = await told(api.POST('/codes', { body: { text } }));
      if (scanned.kind !== 'shop') {
        throw new Problem(404, 'code_unknown', '');
      }
      return scanned.shop;
    },
    enabled: token !== '',
  });

/** Where an amount stands to what counter codes allow: it fits, only a card may have room for it, or nothing has. */
export function roomFor(amount: string | null, { most, left }: Pick<Shop, 'most' | 'left'>): 'fits' | 'card' | 'none' {
  const [wanted, whole, rest] = [fenOf(amount ?? '') ?? 0n, fenOf(most) ?? 0n, fenOf(left) ?? 0n];
  return wanted > whole ? 'none' : wanted > rest ? 'card' : 'fits';
}

/** How much is left today, as the refusal says it; null where it says nothing of it. */
export const leftIn = (problem: Pick<Problem, 'code' | 'detail'>): string | null =>
  (problem.code === 'static_limit' && /(\d+\.\d\d) yuan/.exec(problem.detail)?.[1]) || null;
