// All pages of a browser have one session. Whoever signs in or out on one of them tells the others, so that none goes
// on showing what somebody else saw.
import { newKey } from './key';

/** The name under which it is told. Nothing stays there. */
const TOLD = 'tongbao-signed';

/** Tells the other pages that somebody signed in or out on this one. */
export function tellSigned(): void {
  try {
    localStorage.setItem(TOLD, newKey());
    localStorage.removeItem(TOLD);
  } catch {
    // Then the others notice when somebody looks at them.
  }
}

/** Calls when another page told so; gives the way to stop. */
export function onSigned(heard: () => void): () => void {
  const listener = ({ key, newValue }: StorageEvent) => {
    if (key === TOLD && newValue !== null) {
      heard();
    }
  };
  addEventListener('storage', listener);
  return () => removeEventListener('storage', listener);
}
