// The amount at the till: typed, or pressed on big keys.
import { AmountKeys, typingInto } from '@kit/AmountKeys';
import { Icon } from '@kit/desk/Icon';
import { useEffect, useRef } from 'react';
import { useShown } from '../shown';

interface Props {
  value: string;
  onValue: (typed: string) => void;
  onEnter: () => void;
}

export function AmountPad({ value, onValue, onEnter }: Props) {
  const { say } = useShown();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const type = typingInto(onValue);
  return (
    <div className="amount-pad">
      <label className="till-amount">
        <span className="quiet">{say('till.amount')}</span>
        <span className="till-sum">
          <span aria-hidden="true">¥</span>
          <input
            ref={input}
            name="amount"
            value={value}
            inputMode="none"
            autoComplete="off"
            placeholder="0.00"
            onChange={event => type(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Enter') {
                event.preventDefault();
                onEnter();
              }
            }}
          />
        </span>
      </label>
      <AmountKeys
        className="pad"
        label={say('till.keypad')}
        value={value}
        onValue={onValue}
        erase={{ label: say('till.erase'), face: <Icon name="left" /> }}
      />
    </div>
  );
}
