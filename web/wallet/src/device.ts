// What this device remembers that is no secret: whether the balance is hidden.
import { useState } from 'react';

const HIDDEN = 'tongbao-balance-hidden';

function kept(): boolean {
  try {
    return localStorage.getItem(HIDDEN) === 'yes';
  } catch {
    return false;
  }
}

/** Whether the balance is hidden, and the switch for it. */
export function useHidden(): [boolean, () => void] {
  const [isHidden, setHidden] = useState(kept);
  const turn = () => {
    setHidden(!isHidden);
    try {
      localStorage.setItem(HIDDEN, isHidden ? 'no' : 'yes');
    } catch {
      // It holds for this visit.
    }
  };
  return [isHidden, turn];
}
