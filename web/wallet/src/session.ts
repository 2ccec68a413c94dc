// The device's one cache of answers, what of it is kept for times without a connection, and how it is forgotten.
import { clientOf } from '@kit/client';
import { forgetKept, KEPT_ANSWERS } from '@kit/kept';
import { LastSeen } from '@kit/last-seen';
import { signOut as endSession } from '@kit/persons';
import { tellSigned } from '@kit/signed';

/** The query of the own account, by the first part of its name. */
const ACCOUNT = 'me';
/** The query of the platform, which is the same for everybody. */
const SITE = 'site';

/** Whoever holds the device next must not see what is kept, and nothing more is kept of whoever was signed in. */
export function dropKept(): void {
  lastSeen.drop();
  forgetKept();
}

/** All answers of the API that the screens show. The shell, which looks at the account, leads to signing in. */
export const client = clientOf(ACCOUNT, { onSignedOut: dropKept, onSignedElsewhere: () => lastSeen.drop() });

/** What of them is kept for times without a connection. Who it is was just told when somebody else is noticed. */
export const lastSeen = new LastSeen(client, KEPT_ANSWERS, ({ queryKey: [name] }) =>
  [ACCOUNT, SITE].includes(String(name)),
);

/** The platform has ended the session: forgets everything about whoever was signed in. */
export function forget(): void {
  dropKept();
  client.clear();
  tellSigned();
}

/** Ends the session here. What is kept goes first, whether or not the server can be told; if not, that is thrown,
 *  because whoever holds the device could still come back. */
export async function signOut(): Promise<void> {
  dropKept();
  await endSession();
  forget();
}
