// The device's one cache of answers, what of it is kept for times without a connection, and how it is forgotten.
import { api, told } from '@kit/api/client';
import { LastSeen } from '@kit/last-seen';
import { asProblem, NO_CONNECTION } from '@kit/problem';
import { forgetSeen } from './seen';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';

/** The name under which bills and balance are kept. The number changes when their shape does. */
const KEPT = 'tongbao-wallet-1';
/** The query of the own account, by the first part of its name. */
const ACCOUNT = 'me';
/** The query of the platform, which is the same for everybody. */
const SITE = 'site';
/** An answer younger than this is shown without asking again. */
const FRESH_MS = 10_000;
/** How often a question is asked again that got no answer. Only questions: what changes something is never repeated. */
const AGAIN_MAX = 2;
/** No answer, or one that says "not just now". */
const AGAIN = [NO_CONNECTION, 'busy', 'behind'];

/** The session is over: whoever holds the device now must not see what was kept. The shell, which looks at the account,
 *  leads to signing in; so the account is asked for again unless that is what was refused. */
function signedOut(thrown: unknown, asked?: string): void {
  if (!asProblem(thrown).isSignedOut) {
    return;
  }
  lastSeen.drop();
  forgetSeen();
  client.removeQueries({ predicate: query => query.queryKey[0] !== ACCOUNT });
  if (asked !== ACCOUNT) {
    void client.invalidateQueries({ queryKey: [ACCOUNT] });
  }
}

/** All answers of the API that the screens show. */
export const client: QueryClient = new QueryClient({
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

/** What of them is kept for times without a connection. Who it is was just told when somebody else is noticed. */
export const lastSeen = new LastSeen(client, KEPT, query => [ACCOUNT, SITE].includes(String(query.queryKey[0])));

/** Forgets everything about whoever was signed in. */
export function forget(): void {
  lastSeen.drop();
  forgetSeen();
  client.clear();
}

/** Ends the session here. What is kept goes first, whether or not the server can be told; if not, that is thrown,
 *  because whoever holds the device could still come back. */
export async function signOut(): Promise<void> {
  lastSeen.drop();
  forgetSeen();
  try {
    await told(api.DELETE('/sessions/{id}', { params: { path: { id: 'current' } } }));
  } catch (thrown) {
    if (!asProblem(thrown).isSignedOut) {
      throw thrown;
    }
  }
  forget();
}
