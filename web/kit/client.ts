// The cache of answers that each app has, and what becomes of it when the session is over.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { asProblem, NO_CONNECTION } from './problem';
import { onSigned } from './signed';

/** An answer younger than this is shown without asking again. */
const FRESH_MS = 10_000;
/** How often a question is asked again that got no answer. Only questions: what changes something is never repeated. */
const AGAIN_MAX = 2;
/** No answer, or one that says "not just now". */
const AGAIN = [NO_CONNECTION, 'busy', 'behind'];

interface Hearing {
  /** The session is over: forgets what lies beside the cache. */
  onSignedOut: () => void;
  /** Another page of the browser signed somebody in or out; the cache asks by itself who it is. */
  onSignedElsewhere?: () => void;
  /** What the query `who` was told. */
  onWho?: (client: QueryClient, told: unknown) => void;
}

/** A cache of answers. When the session is over everything is forgotten but the query `who`, by the first part of its
 *  name, which is asked anew: the frame, which looks at it, leads to signing in. */
export function clientOf(who: string, { onSignedOut, onSignedElsewhere, onWho }: Hearing): QueryClient {
  const isWho = (query: { queryKey: readonly unknown[] }) => query.queryKey[0] === who;
  const failed = (thrown: unknown, isOfWho: boolean) => {
    if (!asProblem(thrown).isSignedOut) {
      return;
    }
    onSignedOut();
    client.removeQueries({ predicate: query => !isWho(query) });
    if (!isOfWho) {
      void client.invalidateQueries({ queryKey: [who] });
    }
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (thrown, query) => failed(thrown, isWho(query)),
      onSuccess: (told, query) => isWho(query) && onWho?.(client, told),
    }),
    mutationCache: new MutationCache({ onError: thrown => failed(thrown, false) }),
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
  onSigned(() => {
    onSignedElsewhere?.();
    void client.invalidateQueries({ queryKey: [who] });
  });
  return client;
}
