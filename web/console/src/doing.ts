// Acts of operators: sent once; afterwards, also when no answer came, what they may have changed is looked at anew, so
// that a screen shows how it stands and not how it was left.
import { notice } from '@kit/notices';
import { asProblem } from '@kit/problem';
import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { NOTED } from './session';

/** What an act is made of: how it is sent, and what is said when it was done. */
interface Doing<Asked, Told> {
  send: (asked: Asked) => Promise<Told>;
  done: string | ((told: Told) => string);
  onDone?: (told: Told) => void;
}

/** After an act that may have changed something: all that was looked at is old, but for looks that are noted. */
export function useRenewed(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ predicate: query => query.queryKey[0] !== NOTED });
}

/** An act behind a button. */
export function useDoing<Asked, Told>({
  send,
  done,
  onDone,
}: Doing<Asked, Told>): UseMutationResult<Told, Error, Asked> {
  const renew = useRenewed();
  return useMutation({
    mutationFn: send,
    onSuccess: told => {
      notice(typeof done === 'string' ? done : done(told));
      void renew();
      onDone?.(told);
    },
    onError: thrown => {
      if (asProblem(thrown).isUnknown || asProblem(thrown).status === 409) {
        void renew();
      }
    },
  });
}
