// Acts behind buttons: sent once; afterwards, also when no answer came, what they may have changed is looked at anew,
// so that a screen shows how it stands and not how it was left.
import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { notice } from '../notices';
import { asProblem } from '../problem';
import { useDesk } from './shown';

/** Looks that the platform notes, by the first part of their name: asked for by somebody, never again by themselves. */
export const NOTED = 'noted';

/** What an act is made of: how it is sent, and what is said when it was done. */
interface Doing<Asked, Told> {
  send: (asked: Asked) => Promise<Told>;
  done?: string | ((told: Told) => string);
  onDone?: (told: Told) => void;
  /** Says in a notice why it was not done. Leave it out where the screen says so itself. */
  tells?: boolean;
}

/** After an act that may have changed something: all that was looked at is old, but for looks that are noted. */
export function useRenewed(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ predicate: query => query.queryKey[0] !== NOTED });
}

/** An act behind a button. */
export function useDoing<Asked, Told>(doing: Doing<Asked, Told>): UseMutationResult<Told, Error, Asked> {
  const { send, done, onDone, tells = false } = doing;
  const renew = useRenewed();
  const { problem } = useDesk();
  return useMutation({
    mutationFn: send,
    onSuccess: told => {
      if (done) {
        notice(typeof done === 'string' ? done : done(told));
      }
      void renew();
      onDone?.(told);
    },
    onError: thrown => {
      if (tells) {
        notice(problem(thrown));
      }
      // With 409 it stands differently than the screen shows.
      if (asProblem(thrown).isUnknown || asProblem(thrown).status === 409) {
        void renew();
      }
    },
  });
}
