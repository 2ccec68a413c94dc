// Signing in and out as a person: the same for all apps, which have one session in a browser.
import { api, told } from './api/client';
import { deviceName } from './device-name';
import { forgetKept } from './kept';
import { proven } from './passkey';
import { asProblem } from './problem';
import { tellSigned } from './signed';

/** By the login password. */
export const signInByPassword = (login: string, password: string) =>
  told(api.POST('/sessions', { body: { login: login.trim(), device: deviceName(), password } }));

/** By a passkey of this device. */
export async function signInByPasskey() {
  const options = await told(api.POST('/sessions/passkey/options', { body: {} as never }));
  return told(api.POST('/sessions/passkey', { body: { ...(await proven(options)), device: deviceName() } }));
}

/** Ends the session. What the device keeps goes first, whether or not the server can be told; if not, that is thrown,
 *  because whoever holds the device could still come back. */
export async function signOut(): Promise<void> {
  forgetKept();
  try {
    await told(api.DELETE('/sessions/{id}', { params: { path: { id: 'current' } } }));
  } catch (thrown) {
    if (!asProblem(thrown).isSignedOut) {
      throw thrown;
    }
  }
  tellSigned();
}

/** The platform, for whoever is not signed in too. */
export const site = () => told(api.GET('/site'));
