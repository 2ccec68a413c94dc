// Which notices were shown on this device: the newest of them, for one session. Nobody else who signs in here is told
// from it, and signing out forgets it.
import type { Notice } from '@kit/api/shapes';
import { KEPT_NOTICES } from '@kit/kept';

/** The newest notice that was shown. */
export type Seen = Pick<Notice, 'id' | 'at'>;

interface Kept extends Seen {
  session: string;
}

/** The newest notice that this session was shown; null where it was shown none. */
export function seenBy(session: string): Seen | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT_NOTICES) ?? 'null') as Kept | null;
    return kept?.session === session ? { id: kept.id, at: kept.at } : null;
  } catch {
    return null;
  }
}

/** The session was shown this one, and all before it. */
export function keepSeen(session: string, { id, at }: Seen): void {
  try {
    localStorage.setItem(KEPT_NOTICES, JSON.stringify({ session, id, at } satisfies Kept));
  } catch {
    // A device may refuse to keep anything; then all are new each time.
  }
}

/** The ids of those that are new, of a list whose newest stands first. One that is gone from the list was where its
 *  moment is. */
export function newOf(notices: readonly Seen[], seen: Seen | null): Set<string> {
  const place = seen ? notices.findIndex(one => one.id === seen.id) : -1;
  const isNew = (one: Seen, at: number) => seen === null || (place >= 0 ? at < place : one.at > seen.at);
  return new Set(notices.filter(isNew).map(one => one.id));
}
