// Server-sent events: what changed while a page is open. Nothing is listened to while nobody looks.
import { useEffect, useRef } from 'react';

/** Waits before listening again, longer each time and never all pages at once: a server may be starting anew, or have
 *  enough listeners. */
const AGAIN_AFTER_MS = 3_000;
const AGAIN_AFTER_MS_MAX = 60_000;

/** Calls `on` with the data of each event of this name, while the page is seen. A stream that ends does not say why:
 *  `onLost` finds out. */
export function useEvents<T>(address: string, name: string, on: (data: T) => void, onLost: () => void): void {
  const latest = useRef({ on, onLost });
  useEffect(() => {
    latest.current = { on, onLost };
  });
  useEffect(() => {
    let source: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    let wait = AGAIN_AFTER_MS;
    const stop = () => {
      clearTimeout(again);
      source?.close();
      source = undefined;
    };
    const listen = () => {
      stop();
      if (document.hidden || typeof EventSource === 'undefined') {
        return;
      }
      source = new EventSource(address);
      source.onopen = () => {
        wait = AGAIN_AFTER_MS;
      };
      source.addEventListener(name, event => {
        const data = parsed<T>((event as MessageEvent<string>).data);
        if (data !== undefined) {
          latest.current.on(data);
        }
      });
      source.onerror = () => {
        stop();
        latest.current.onLost();
        again = setTimeout(listen, wait * (1 + Math.random()));
        wait = Math.min(2 * wait, AGAIN_AFTER_MS_MAX);
      };
    };
    listen();
    document.addEventListener('visibilitychange', listen);
    return () => {
      document.removeEventListener('visibilitychange', listen);
      stop();
    };
  }, [address, name]);
}

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
