// The cache of answers of a desk. Desks keep nothing on the device: they show money of a business, on machines that
// several people use.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { asProblem, NO_CONNECTION } from '../problem';

/** An answer younger than this is shown without asking again. */
const FRESH_MS = 10_000;
/** How often a question is asked again that got no answer. Only questions: what changes something is never repeated. */
const AGAIN_MAX = 2;
/** No answer, or one that says "not just now". */
const AGAIN = [NO_CONNECTION, 'busy', 'behind'];

/** A cache of answers. When the session is over everything is forgotten but the query `who`, which is asked anew: the
 *  frame, which looks at it, leads to signing in. */
export function deskClient(who: string): QueryClient {
  const signedOut = (thrown: unknown, asked?: string) => {
    if (!asProblem(thrown).isSignedOut) {
      return;
    }
    client.removeQueries({ predicate: query => query.queryKey[0] !== who });
    if (asked !== who) {
      void client.invalidateQueries({ queryKey: [who] });
    }
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: (thrown, query) => signedOut(thrown, String(query.queryKey[0])) }),
    mutationCache: new MutationCache({ onError: thrown => signedOut(thrown) }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        // Devices are often wrong about their connection: ask, and say what came of it.
        networkMode: 'always',
        refetchOnReconnect: true,
        retry: (times, thrown) => AGAIN.includes(asProblem(thrown).code) && times < AGAIN_MAX,
      },
      // What was done is not kept: nobody looks at it, and it may have been told a password.
      mutations: { networkMode: 'always', retry: false, gcTime: 0 },
    },
  });
  return client;
}
