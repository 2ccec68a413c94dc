// The cache of answers of a desk. It is kept on no device: desks show money of a business, on machines that several
// people use.
import { clientOf } from '../client';
import { forgetKept } from '../kept';
import type { QueryClient } from '@tanstack/react-query';

/** Whose the answers are, kept among them so that it is forgotten with them. */
const OWNER = 'owner';

/** A cache of answers, all of which are of whoever the query `who` tells, by the first part of its name. The session is
 *  shared by all pages of a browser, so that somebody else may come while a page is open. */
export function deskClient(who: string): QueryClient {
  const client = clientOf(who, { onSignedOut: forgetKept, onWho: (_, told) => belong(client, who, told) });
  client.setQueryDefaults([OWNER], { gcTime: Number.POSITIVE_INFINITY });
  return client;
}

/** What was asked for somebody else is forgotten; what a screen still shows is asked anew. */
function belong(client: QueryClient, who: string, told: unknown): void {
  const { user_id: owner } = (told ?? {}) as { user_id?: string };
  const before = client.getQueryData<string>([OWNER]);
  if (owner === undefined || owner === before) {
    return;
  }
  client.setQueryData([OWNER], owner);
  if (before !== undefined) {
    client.getMutationCache().clear();
    void client.resetQueries({ predicate: query => ![who, OWNER].includes(String(query.queryKey[0])) });
  }
}
