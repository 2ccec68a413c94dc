// After signing in: to where somebody wanted to go, and as nobody but oneself.
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { forgetKept } from './kept';
import { tellSigned } from './signed';

/** The screen that `back` names; the first one for what is no screen of the same app. */
export const screenOf = (back: string | undefined): string =>
  back?.startsWith('/') && !back.startsWith('//') ? back : '/';

/** For whoever has just signed in. `forget` is for what an app keeps beside its cache. */
export function useArriving(back: string | undefined, forget: () => void = forgetKept): () => void {
  const { history } = useRouter();
  const client = useQueryClient();
  return () => {
    // Nothing of whoever used this device before.
    forget();
    client.clear();
    tellSigned();
    history.replace(screenOf(back));
  };
}
