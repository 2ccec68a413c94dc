// What the wallet keeps on a device of whoever is signed in. All pages of a browser have the same session, so whichever
// of them ends it forgets this; the names stand here, where each of them finds them.

/** Bills and balance. The number changes when their shape does. */
export const KEPT_ANSWERS = 'tongbao-wallet-1';
/** Which notices were shown. */
export const KEPT_NOTICES = 'tongbao-wallet-notices';

/** Forgets what the device keeps of whoever was signed in. */
export function forgetKept(): void {
  for (const name of [KEPT_ANSWERS, KEPT_NOTICES]) {
    try {
      localStorage.removeItem(name);
    } catch {
      // Then nothing was kept.
    }
  }
}
