// One field of a form: its label, its input, a line that explains it.
import { useId, type InputHTMLAttributes } from 'react';
import { typing } from './money';

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  label: string;
  value: string;
  onValue: (value: string) => void;
  /** Explains what is wanted. */
  text?: string;
  /** Says what is wrong. */
  wrong?: string;
}

/** A labelled input. */
export function Field({ label, value, onValue, text, wrong, ...input }: Props) {
  const id = useId();
  const about = wrong || text;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        value={value}
        onChange={event => onValue(event.target.value)}
        aria-describedby={about ? `${id}-about` : undefined}
        aria-invalid={wrong ? true : undefined}
      />
      {about && (
        <p id={`${id}-about`} className={wrong ? 'wrong' : 'quiet'}>
          {about}
        </p>
      )}
    </div>
  );
}

/** A field for an amount of yuan, which takes nothing that cannot become one. */
export function AmountField({ label, value, onValue, ...more }: Omit<Props, 'type' | 'inputMode'>) {
  return (
    <Field
      {...more}
      label={label}
      value={value}
      onValue={text => {
        const typed = typing(text);
        if (typed !== null) {
          onValue(typed);
        }
      }}
      className="sum"
      inputMode="decimal"
      autoComplete="off"
      placeholder="0.00"
    />
  );
}

/** A field for one of the six-digit things: codes and payment passwords. */
export function DigitsField({ value, onValue, ...more }: Omit<Props, 'inputMode' | 'maxLength'>) {
  return (
    <Field
      {...more}
      value={value}
      onValue={text => onValue(text.replace(/\D/g, '').slice(0, 6))}
      inputMode="numeric"
      maxLength={6}
    />
  );
}
