// The buyers that were opened on this page, with their payment passwords: kept in this tab, for the books that they are
// of. The world tells those of the seeding only, and play money is all that these passwords can let go.
import { addressOf } from '@kit/api/client';
import { useSyncExternalStore } from 'react';
import type { Buyer } from './calls';

/** Several worlds may be served by one host. */
const place = (): string => `tongbao-sandbox-buyers ${addressOf('')}`;

interface Kept {
  /** The id of the books: after the world began anew, numbers are of others. */
  world: string;
  buyers: readonly Buyer[];
}

const NONE: readonly Buyer[] = [];
const MEMBERS = ['login', 'user_id', 'name', 'balance', 'pay_password'] as const;
const listeners = new Set<() => void>();
let kept: Kept | undefined;

const isBuyer = (told: unknown): told is Buyer =>
  typeof told === 'object' &&
  told !== null &&
  MEMBERS.every(member => typeof (told as Record<string, unknown>)[member] === 'string');

/** What the tab kept; nothing where that cannot be read. */
function read(): Kept {
  try {
    const told = JSON.parse(sessionStorage.getItem(place()) ?? '{}') as Partial<Kept>;
    const buyers = Array.isArray(told.buyers) ? told.buyers.filter(isBuyer) : NONE;
    return { world: String(told.world ?? ''), buyers };
  } catch {
    return { world: '', buyers: NONE };
  }
}

function set(now: Kept): void {
  kept = now;
  try {
    sessionStorage.setItem(place(), JSON.stringify(now));
  } catch {
    // Without a store they last as long as the page.
  }
  listeners.forEach(listener => listener());
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The buyers that were opened in the world of these books. */
export function openedIn(world: string): readonly Buyer[] {
  kept ??= read();
  return kept.world === world ? kept.buyers : NONE;
}

export const keepBuyer = (world: string, buyer: Buyer): void =>
  set({ world, buyers: [...openedIn(world), buyer] });

/** As after the page was loaded anew. */
export const forgetRead = (): void => {
  kept = undefined;
};

export const useOpened = (world: string): readonly Buyer[] => useSyncExternalStore(listen, () => openedIn(world));
