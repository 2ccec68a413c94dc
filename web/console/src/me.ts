// Whoever looks, for the screens inside the shell, which shows them to nobody else.
import { createContext, useContext } from 'react';
import { may } from './second';
import type { Act, Me } from './told';

export const MeContext = createContext<Me | null>(null);

/** Whoever looks. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) {
    throw new Error('a screen is shown outside of the shell');
  }
  return me;
}

/** Whether whoever looks may do this. */
export function useMay(): (act: Act) => boolean {
  const me = useMe();
  return act => may(me, act);
}
