// Whether the device believes to be connected. It may be wrong: what a call says counts.
import { useSyncExternalStore } from 'react';

function listen(changed: () => void): () => void {
  addEventListener('online', changed);
  addEventListener('offline', changed);
  return () => {
    removeEventListener('online', changed);
    removeEventListener('offline', changed);
  };
}

/** Whether there is a connection. */
export const useOnline = () => useSyncExternalStore(listen, () => navigator.onLine);
