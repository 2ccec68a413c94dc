// When no answer came: looked at again and again, and only after a few looks that find nothing done does the screen say
// "not so far". Before that the call may still be on its way.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { refreshMoney } from './queries';
import { LOOKS } from './stage';

/** Whether the outcome of what was confirmed here is unknown, or was and nothing has come of it so far. */
export function useUnknown() {
  const [state, setState] = useState<'known' | 'unknown' | 'still'>('known');
  return {
    isUnknown: state === 'unknown',
    isStill: state === 'still',
    begin: () => setState('unknown'),
    end: () => setState('known'),
    giveUp: () => setState('still'),
  };
}

/** Counts the looks at an unknown outcome: `at` is when the last one was, `isUndone` whether nothing was done. */
export function useLooks(unknown: ReturnType<typeof useUnknown>, at: number, isUndone: boolean): void {
  const client = useQueryClient();
  const undone = useRef(0);
  useEffect(() => {
    undone.current = unknown.isUnknown && isUndone ? undone.current + 1 : 0;
    if (unknown.isUnknown && !isUndone) {
      unknown.end();
      refreshMoney(client);
    } else if (undone.current >= LOOKS) {
      // Nothing is looked at any more: the next lost answer is counted from the beginning.
      undone.current = 0;
      unknown.giveUp();
    }
    // Each look counts once, also one that sees the same again.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [at]);
}
