import { useQuery } from '@tanstack/react-query';
import { passkeysAreKnown } from '../passkey';
import { site } from '../persons';

/** Whether a person can sign in with a passkey at this address. They belong to one name, and a machine has several. */
export function usePasskeysWork(): boolean {
  const asked = useQuery({ queryKey: ['site'], queryFn: site, staleTime: Number.POSITIVE_INFINITY });
  return asked.data?.passkey_origin === location.origin && passkeysAreKnown();
}
