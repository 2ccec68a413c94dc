// Shows what a role may do, and to others who may.
import { Note } from '@kit/desk/states';
import type { ReactNode } from 'react';
import { useMay } from '../me';
import { useShown } from '../shown';
import type { Act } from '../told';

/** Its children for whoever has the act. */
export function Allowed({ act, isSilent = false, children }: { act: Act; isSilent?: boolean; children: ReactNode }) {
  const may = useMay();
  const { say, roles } = useShown();
  if (may(act)) {
    return children;
  }
  return isSilent ? null : <Note>{say('not_allowed', { roles: roles(act) })}</Note>;
}
