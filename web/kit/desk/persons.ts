// Signing in and out as a person, which desks of persons share with the wallet.
import { api, told } from '../api/client';
import { deviceName } from '../device-name';
import { proven } from '../passkey';
import { asProblem } from '../problem';

/** By the login password. */
export const signInByPassword = (login: string, password: string) =>
  told(api.POST('/sessions', { body: { login: login.trim(), device: deviceName(), password } }));

/** By a passkey of this device. */
export async function signInByPasskey() {
  const options = await told(api.POST('/sessions/passkey/options', { body: {} as never }));
  return told(api.POST('/sessions/passkey', { body: { ...(await proven(options)), device: deviceName() } }));
}

/** Ends the session. Throws when the server could not be told: whoever holds the device could still come back. */
export async function signOut(): Promise<void> {
  try {
    await told(api.DELETE('/sessions/{id}', { params: { path: { id: 'current' } } }));
  } catch (thrown) {
    if (!asProblem(thrown).isSignedOut) {
      throw thrown;
    }
  }
}

/** The platform, for whoever is not signed in too. */
export const site = () => told(api.GET('/site'));
