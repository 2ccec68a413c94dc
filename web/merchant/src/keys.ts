// Key pairs, drawn in the browser. The private key is in the memory of this page alone: it is never sent, and nothing
// of it is kept.

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2_048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};
/** Letters in a line of PEM. */
const PEM_LINE = 64;

/** A key pair in the forms that programs want. */
export interface KeyPair {
  /** One line, as the platform takes it. */
  publicKey: string;
  /** One line of PKCS #8, for Java. */
  javaKey: string;
  /** One line of PKCS #1, for other SDKs. */
  plainKey: string;
}

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));

/** A piece of DER at a place: where what it holds begins and ends. */
function piece(bytes: Uint8Array, at: number): { from: number; to: number } {
  const first = bytes[at + 1] ?? 0;
  if (first < 0x80) {
    return { from: at + 2, to: at + 2 + first };
  }
  const count = first & 0x7f;
  let length = 0;
  for (let place = 0; place < count; place += 1) {
    length = length * 256 + (bytes[at + 2 + place] ?? 0);
  }
  return { from: at + 2 + count, to: at + 2 + count + length };
}

/** The PKCS #1 key inside a PKCS #8 key: version, algorithm, and the key itself in an octet string. */
export function plainOf(pkcs8: Uint8Array): Uint8Array {
  const version = piece(pkcs8, piece(pkcs8, 0).from);
  const algorithm = piece(pkcs8, version.to);
  const key = piece(pkcs8, algorithm.to);
  if (pkcs8[algorithm.to] !== 0x04 || key.to > pkcs8.length) {
    throw new Error('this is no PKCS #8 key');
  }
  return pkcs8.slice(key.from, key.to);
}

/** The same key as PEM. */
export function pemOf(kind: 'PRIVATE KEY' | 'RSA PRIVATE KEY' | 'PUBLIC KEY', key: string): string {
  const lines = key.match(new RegExp(`.{1,${PEM_LINE}}`, 'g')) ?? [];
  return [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ''].join('\n');
}

/** Whether this page may draw keys: browsers let only safe addresses do so. */
export const keysCanBeDrawn = (): boolean => globalThis.crypto?.subtle !== undefined;

/** Draws a key pair of RSA with 2048 bits. */
export async function drawKeys(): Promise<KeyPair> {
  const pair = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const [secret, open] = await Promise.all([
    crypto.subtle.exportKey('pkcs8', pair.privateKey),
    crypto.subtle.exportKey('spki', pair.publicKey),
  ]);
  const pkcs8 = new Uint8Array(secret);
  return { publicKey: base64(new Uint8Array(open)), javaKey: base64(pkcs8), plainKey: base64(plainOf(pkcs8)) };
}

/** A public key as the platform takes it, out of what somebody pastes: PEM or one line. Null when it is none, above all
 *  when it is a private key, which must not be sent anywhere. */
export function publicKeyIn(text: string): string | null {
  const line = text.replace(/-----(BEGIN|END) PUBLIC KEY-----/g, '').replace(/\s/g, '');
  if (!/^M[A-Za-z0-9+/]{80,}={0,2}$/.test(line)) {
    return null;
  }
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(line), letter => letter.charCodeAt(0));
  } catch {
    return null;
  }
  // A public key begins with its algorithm; private ones begin with their version.
  return bytes[piece(bytes, 0).from] === 0x30 ? line : null;
}
