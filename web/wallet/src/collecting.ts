// Codes to collect by. Their text is an address of this wallet with a token that the platform vouches for; what it says
// is asked of the platform and never read here.
import { api, told } from '@kit/api/client';
import type { Site } from '@kit/api/shapes';
import { Problem } from '@kit/problem';
import { queryOptions } from '@tanstack/react-query';
import { siteQuery } from './queries';

/** The text of a code with this token, as the platform wrote it: the address here may be under another name. */
export const textOf = (site: Pick<Site, 'origin' | 'root'>, token: string) =>
  `${site.origin}${site.root}/app/wallet/#/collect?c=${token}`;

/** What a code to collect by asks for: whom it is for, how much, what for. */
export const collectQuery = (token: string) =>
  queryOptions({
    queryKey: ['collect', token],
    queryFn: async ({ client }) => {
      const text = textOf(await client.fetchQuery(siteQuery), token);
      const scanned = await told(api.POST('/codes', { body: { text } }));
      if (scanned.kind !== 'collect') {
        throw new Problem(404, 'code_unknown', '');
      }
      return scanned.collect;
    },
    enabled: token !== '',
  });
