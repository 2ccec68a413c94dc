// Payment passwords on their way. What a mutation is called with stays in its cache, so a password is never that: it is
// held beside, and taken away when it is used.
import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';

interface Held {
  current: string | null;
}

/** What is held, which is held no more. */
export function taken(held: Held): string | null {
  const secret = held.current;
  held.current = null;
  return secret;
}

interface Options {
  /** Does it with the secret; without one, in the other way that there is. */
  act: (secret: string | null) => Promise<unknown>;
  onDone: () => void;
  onWrong: (thrown: unknown) => void;
}

/** Something that is done with a secret, once at a time: what is given while it is done is not looked at. */
export function useSecretly({ act, onDone, onWrong }: Options) {
  const held = useRef<string | null>(null);
  const isBusy = useRef(false);
  const doing = useMutation({
    mutationFn: () => act(taken(held)),
    onSuccess: onDone,
    onError: onWrong,
    onSettled: () => {
      isBusy.current = false;
    },
  });
  const give = (secret: string | null) => {
    if (!isBusy.current) {
      isBusy.current = true;
      held.current = secret;
      doing.mutate();
    }
  };
  return { give, isPending: doing.isPending, error: doing.error };
}
