// What works at the address that the wallet was opened at.
import { passkeysAreKnown } from '@kit/passkey';
import { useQuery } from '@tanstack/react-query';
import { siteQuery } from './queries';

/** Whether passkeys work here; if not, where they do. They belong to one name, and a machine has several. */
export function usePasskeys(): { work: boolean; elsewhere: string | null } {
  const origin = useQuery(siteQuery).data?.passkey_origin ?? null;
  const work = origin === location.origin && passkeysAreKnown();
  return { work, elsewhere: origin !== null && origin !== location.origin ? origin : null };
}
