// Asks before something that is hard to undo. One question at a time; a page shows it in its own way.
import { useSyncExternalStore } from 'react';

export interface Question {
  title: string;
  text?: string;
  yes: string;
  no: string;
  /** Whether "yes" cannot be taken back. */
  isGrave?: boolean;
}

type Open = Question & { answer: (isSure: boolean) => void };

let open: Open | undefined;
const listeners = new Set<() => void>();

function set(question: typeof open): void {
  open = question;
  listeners.forEach(listener => listener());
}

/** Whether whoever is asked is sure. A question that was open before is answered with no. */
export function sure(words: Question): Promise<boolean> {
  open?.answer(false);
  return new Promise(answered => {
    const answer = (isSure: boolean) => {
      set(undefined);
      answered(isSure);
    };
    set({ ...words, answer });
  });
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The question that is open, with the way to answer it. */
export const useQuestion = (): Open | undefined => useSyncExternalStore(listen, () => open);
