// Asks before something that is hard to undo. One question at a time.
import { Button } from 'antd-mobile';
import { useSyncExternalStore } from 'react';
import { Sheet } from './Sheet';

interface Words {
  title: string;
  text?: string;
  yes: string;
  no: string;
}

let open: (Words & { answer: (isSure: boolean) => void }) | undefined;
const listeners = new Set<() => void>();

function set(question: typeof open): void {
  open = question;
  listeners.forEach(listener => listener());
}

/** Whether whoever is asked is sure. A question that was open before is answered with no. */
export function sure(words: Words): Promise<boolean> {
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

/** Where the question appears. Once in a page. */
export function Questions() {
  const question = useSyncExternalStore(listen, () => open);
  if (!question) {
    return null;
  }
  const { title, text, yes, no, answer } = question;
  return (
    <Sheet title={title} onClose={() => answer(false)}>
      {text && <p>{text}</p>}
      <Button block color="primary" size="large" onClick={() => answer(true)}>
        {yes}
      </Button>
      <Button block size="large" onClick={() => answer(false)}>
        {no}
      </Button>
    </Sheet>
  );
}
