// Acts behind buttons: sent once; afterwards, also when no answer came, what they may have changed is looked at anew.
import { notice } from '@kit/notices';
import { asProblem } from '@kit/problem';
import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { useShown } from './shown';

/** What an act is made of: how it is sent, and what is said when it was done. */
interface Doing<Asked, Told> {
  send: (asked: Asked) => Promise<Told>;
  done?: string | ((told: Told) => string);
  onDone?: (told: Told) => void;
  /** Says in a notice why it was not done. Leave it out where the screen says so itself. */
  tells?: boolean;
}

export function useDoing<Asked, Told>(doing: Doing<Asked, Told>): UseMutationResult<Told, Error, Asked> {
  const { send, done, onDone, tells = false } = doing;
  const client = useQueryClient();
  const { problem } = useShown();
  return useMutation({
    mutationFn: send,
    onSuccess: told => {
      if (done) {
        notice(typeof done === 'string' ? done : done(told));
      }
      void client.invalidateQueries();
      onDone?.(told);
    },
    onError: thrown => {
      if (tells) {
        notice(problem(thrown));
      }
      if (asProblem(thrown).isUnknown) {
        void client.invalidateQueries();
      }
    },
  });
}
