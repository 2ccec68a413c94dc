// What was last seen is shown while there is no connection, to the session that saw it and to nobody else. Only queries
// that say so (`meta: { kept: true }`) are kept on the device.
import { dehydrate, hydrate, type DehydratedState, type Query, type QueryClient } from '@tanstack/react-query';

/** Waits until a burst of answers is over before it writes. */
const WRITE_AFTER_MS = 500;

interface Kept extends DehydratedState {
  owner: string;
}

/** What one device keeps of the answers of a client. */
export class LastSeen {
  /** Whose the answers in the cache are, also while nothing more is kept of them. */
  private owner: string | null = null;
  private isKeeping = false;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  /** `isAnybodys` says which answers of the client are not about whoever asks. */
  constructor(
    private readonly client: QueryClient,
    private readonly name: string,
    private readonly isAnybodys: (query: Query) => boolean = () => false,
  ) {
    client.getQueryCache().subscribe(event => {
      if (event.type === 'updated' && event.action.type === 'success' && event.query.meta?.kept === true) {
        clearTimeout(this.waiting);
        this.waiting = setTimeout(() => this.write(), WRITE_AFTER_MS);
      }
    });
  }

  /** It is known who asks: what another owner saw is forgotten, and what comes is kept as this one's. The session is
   *  shared by all pages of a browser, so that another owner may come while a page is open. */
  isOf(owner: string): void {
    const before = this.owner ?? owner;
    const isOther = [before, this.read()?.owner ?? owner].some(one => one !== owner);
    if (isOther) {
      this.drop();
    }
    // Before anything is asked anew, which may come back here.
    this.owner = owner;
    this.isKeeping = true;
    if (isOther) {
      // What a screen still shows is asked anew, the rest is empty.
      void this.client.resetQueries({ predicate: query => !this.isAnybodys(query) });
    }
  }

  /** Nobody can be asked: shows what was seen before. */
  show(): void {
    const kept = this.read();
    if (kept && (this.owner === null || this.owner === kept.owner)) {
      hydrate(this.client, kept);
    }
  }

  /** Forgets what is kept, and keeps nothing more before it is known again who asks. Whose the cache is stays known:
   *  the next one may be another. */
  drop(): void {
    clearTimeout(this.waiting);
    this.isKeeping = false;
    stored(() => localStorage.removeItem(this.name));
  }

  private write(): void {
    const { owner } = this;
    if (owner === null || !this.isKeeping) {
      return;
    }
    const state = dehydrate(this.client, {
      shouldDehydrateQuery: query => query.meta?.kept === true && query.state.data !== undefined,
    });
    const queries = state.queries.map(query => ({
      ...query,
      state: { ...query.state, data: begun(query.state.data) },
    }));
    stored(() => localStorage.setItem(this.name, JSON.stringify({ owner, queries, mutations: [] } satisfies Kept)));
  }

  private read(): Kept | null {
    return stored(() => JSON.parse(localStorage.getItem(this.name) ?? 'null') as Kept | null) ?? null;
  }
}

/** Of a list that has pages, the first one. */
function begun(data: unknown): unknown {
  const list = data as { pages?: unknown; pageParams?: unknown } | null;
  return Array.isArray(list?.pages) && Array.isArray(list.pageParams)
    ? { pages: list.pages.slice(0, 1), pageParams: list.pageParams.slice(0, 1) }
    : data;
}

/** A device may refuse to keep anything; then nothing is kept. What cannot be read is as good as nothing. */
function stored<T>(doing: () => T): T | undefined {
  try {
    return doing();
  } catch {
    return undefined;
  }
}
