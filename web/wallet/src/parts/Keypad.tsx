// The keypad for the payment password. Its digits are in no input, so no keyboard of the device learns them and no form
// filler keeps them; a real keyboard works all the same.
import { useEffect, useState } from 'react';
import { useShown } from '../shown';

const LENGTH = 6;
const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '', '0'] as const;

interface Props {
  /** Called with six digits. Afterwards the keypad is empty again. */
  onEntered: (password: string) => void;
  isBusy: boolean;
}

/** Six dots and ten digits. */
export function Keypad({ onEntered, isBusy }: Props) {
  const { say } = useShown();
  const [digits, setDigits] = useState('');
  useEffect(() => {
    if (digits.length === LENGTH) {
      setDigits('');
      onEntered(digits);
    }
    // Only a new digit enters anything.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [digits]);
  const press = (digit: string) => !isBusy && setDigits(before => (before + digit).slice(0, LENGTH));
  const erase = () => !isBusy && setDigits(before => before.slice(0, -1));
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const typesElsewhere = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (typesElsewhere || event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      if (/^\d$/.test(event.key)) {
        event.preventDefault();
        press(event.key);
      } else if (event.key === 'Backspace') {
        event.preventDefault();
        erase();
      }
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  });
  return (
    <div className="keypad">
      <p className="dots" role="status" aria-label={say('password.entered', { count: digits.length })}>
        {Array.from({ length: LENGTH }, (_, place) => (
          <span key={place} className={place < digits.length ? 'dot full' : 'dot'} aria-hidden />
        ))}
      </p>
      <div className="keys" role="group" aria-label={say('password.keypad')}>
        {DIGITS.map(digit =>
          digit === '' ? (
            <span key="none" />
          ) : (
            <button key={digit} type="button" disabled={isBusy} onClick={() => press(digit)}>
              {digit}
            </button>
          ),
        )}
        <button type="button" className="erase" disabled={isBusy} aria-label={say('password.delete')} onClick={erase}>
          ⌫
        </button>
      </div>
    </div>
  );
}
