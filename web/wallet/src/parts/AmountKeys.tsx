// An amount, typed or pressed on big keys. On a phone the keyboard of the device stays away.
import { typing } from '@kit/money';
import { useId, type ReactNode } from 'react';
import { useShown } from '../shown';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '0'] as const;

interface Props {
  value: string;
  onValue: (typed: string) => void;
  /** Stands below the amount and explains it, or says what is wrong. */
  about?: ReactNode;
  isWrong?: boolean;
}

/** The amount, and the keys below it. */
export function AmountKeys({ value, onValue, about, isWrong = false }: Props) {
  const { say } = useShown();
  const id = useId();
  const type = (text: string) => {
    const typed = typing(text);
    if (typed !== null) {
      onValue(typed);
    }
  };
  return (
    <div className="field">
      <label htmlFor={id}>{say('shop.amount')}</label>
      <input
        id={id}
        name="amount"
        className="sum"
        value={value}
        inputMode="none"
        autoComplete="off"
        placeholder="0.00"
        aria-describedby={`${id}-about`}
        aria-invalid={isWrong ? true : undefined}
        onChange={event => type(event.target.value)}
      />
      <div id={`${id}-about`} role="status" className={isWrong ? 'about bad' : 'about'}>
        {about}
      </div>
      <div className="keys" role="group" aria-label={say('shop.keypad')}>
        {KEYS.map(key => (
          <button key={key} type="button" onClick={() => type(value + key)}>
            {key}
          </button>
        ))}
        <button type="button" className="erase" aria-label={say('shop.erase')} onClick={() => type(value.slice(0, -1))}>
          ⌫
        </button>
      </div>
    </div>
  );
}
