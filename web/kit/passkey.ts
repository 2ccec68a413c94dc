// Passkeys: what the API gives as `publicKey` goes to the browser, what the browser makes of it goes back whole.
import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import { Problem } from './problem';

interface Options {
  challenge_id: string;
  publicKey: unknown;
}

/** Whether this browser knows passkeys. Whether they work at this address is for the platform to say. */
export const passkeysAreKnown = (): boolean => browserSupportsWebAuthn() && window.isSecureContext;

/** Lets the device prove who holds it. */
export async function proven(options: Options) {
  const optionsJSON = options.publicKey as PublicKeyCredentialRequestOptionsJSON;
  const made = await asked(startAuthentication({ optionsJSON }));
  return { challenge_id: options.challenge_id, credential: { ...made } };
}

/** Lets the device make a passkey. */
export async function created(options: Options) {
  const optionsJSON = options.publicKey as PublicKeyCredentialCreationOptionsJSON;
  const made = await asked(startRegistration({ optionsJSON }));
  return { challenge_id: options.challenge_id, credential: { ...made } };
}

/** Nothing was sent yet when the device says no: that is a refusal and never an unknown outcome. */
async function asked<T>(doing: Promise<T>): Promise<T> {
  try {
    return await doing;
  } catch (thrown) {
    const name = thrown instanceof Error ? thrown.name : '';
    const cancelled = name === 'NotAllowedError' || name === 'AbortError';
    const code = name === 'InvalidStateError' ? 'passkey_known' : cancelled ? 'passkey_cancelled' : 'passkey_failed';
    throw new Problem(0, code, thrown instanceof Error ? thrown.message : '');
  }
}
