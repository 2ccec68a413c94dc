// Short words that come and go. They stand in a region that readers announce.
import { useSyncExternalStore } from 'react';

/** How long words stay. Long enough to read two lines. */
const SHOWN_MS = 4_000;

let words = '';
let waiting: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function set(text: string): void {
  words = text;
  listeners.forEach(listener => listener());
}

/** Tells something for a while. */
export function notice(text: string): void {
  clearTimeout(waiting);
  set(text);
  waiting = setTimeout(() => set(''), SHOWN_MS);
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where the words appear. Once in a page. */
export function Notices() {
  const shown = useSyncExternalStore(listen, () => words);
  return (
    <div role="status" className={shown ? 'notice' : 'notice none'}>
      {shown}
    </div>
  );
}
