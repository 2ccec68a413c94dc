// The amount at the till: typed, or pressed on big keys.
import { Icon } from '@kit/desk/Icon';
import { typing } from '@kit/money';
import { useEffect, useRef } from 'react';
import { useShown } from '../shown';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '0'] as const;

interface Props {
  value: string;
  onValue: (typed: string) => void;
  onEnter: () => void;
}

export function AmountPad({ value, onValue, onEnter }: Props) {
  const { say } = useShown();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const type = (text: string) => {
    const typed = typing(text);
    if (typed !== null) {
      onValue(typed);
    }
  };
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
      <div className="pad" role="group" aria-label={say('till.keypad')}>
        {KEYS.map(key => (
          <button key={key} type="button" onClick={() => type(value + key)}>
            {key}
          </button>
        ))}
        <button type="button" aria-label={say('till.erase')} onClick={() => onValue(value.slice(0, -1))}>
          <Icon name="left" />
        </button>
      </div>
    </div>
  );
}
