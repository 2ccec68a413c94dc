// The big keys below an amount, and what typing into it makes of it.
import type { ReactNode } from 'react';
import { typing } from './money';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '0'] as const;

/** Hears text as an amount that is being typed; what could become none is not heard. */
export const typingInto = (onValue: (typed: string) => void) => (text: string) => {
  const typed = typing(text);
  if (typed !== null) {
    onValue(typed);
  }
};

interface Props {
  value: string;
  onValue: (typed: string) => void;
  className: string;
  label: string;
  erase: { label: string; className?: string; face: ReactNode };
}

export function AmountKeys({ value, onValue, className, label, erase }: Props) {
  const type = typingInto(onValue);
  return (
    <div className={className} role="group" aria-label={label}>
      {KEYS.map(key => (
        <button key={key} type="button" onClick={() => type(value + key)}>
          {key}
        </button>
      ))}
      <button
        type="button"
        className={erase.className}
        aria-label={erase.label}
        onClick={() => onValue(value.slice(0, -1))}
      >
        {erase.face}
      </button>
    </div>
  );
}
