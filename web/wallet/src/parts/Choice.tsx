// One out of a few, as buttons of a group: radio inputs, so that keyboards and readers know them.
import { useId } from 'react';

interface Props<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onValue: (value: T) => void;
  /** Draws the label for readers only. */
  isPlain?: boolean;
}

/** A row of choices. */
export function Choice<T extends string>({ label, value, options, onValue, isPlain }: Props<T>) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend className={isPlain ? 'unseen' : ''}>{label}</legend>
      <div className="chips">
        {options.map(option => (
          <label key={option.value} className="chip">
            <input type="radio" name={name} checked={option.value === value} onChange={() => onValue(option.value)} />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
