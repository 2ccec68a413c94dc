// An amount, typed or pressed on big keys. On a phone the keyboard of the device stays away.
import { AmountKeys, typingInto } from '@kit/AmountKeys';
import { useId, type ReactNode } from 'react';
import { useShown } from '../shown';

interface Props {
  value: string;
  onValue: (typed: string) => void;
  /** Stands below the amount and explains it, or says what is wrong. */
  about?: ReactNode;
  isWrong?: boolean;
}

/** The amount, and the keys below it. */
export function SumKeys({ value, onValue, about, isWrong = false }: Props) {
  const { say } = useShown();
  const id = useId();
  const type = typingInto(onValue);
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
      <AmountKeys
        className="keys"
        label={say('shop.keypad')}
        value={value}
        onValue={onValue}
        erase={{ label: say('shop.erase'), className: 'erase', face: '⌫' }}
      />
    </div>
  );
}
