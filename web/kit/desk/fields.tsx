// Fields of forms. Each has its label, and a line that explains it or says what is wrong.
import { useId, type ReactNode } from 'react';

export { AmountField, DigitsField, Field } from '../Field';

interface Around {
  label: string;
  /** Explains what is wanted. */
  text?: string;
  /** Says what is wrong. */
  wrong?: string;
}

function Labelled({ id, label, text, wrong, children }: Around & { id: string; children: ReactNode }) {
  const about = wrong || text;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {about && (
        <p id={`${id}-about`} className={wrong ? 'wrong' : 'quiet'}>
          {about}
        </p>
      )}
    </div>
  );
}

const described = (id: string, { text, wrong }: Around) => ({
  'aria-describedby': text || wrong ? `${id}-about` : undefined,
  'aria-invalid': wrong ? true : undefined,
});

interface ChoiceProps<Value extends string> extends Around {
  value: Value;
  onValue: (value: Value) => void;
  options: readonly { value: Value; label: string }[];
  name?: string;
  disabled?: boolean;
}

/** One of several, in a list that opens. */
export function ChoiceField<Value extends string>(props: ChoiceProps<Value>) {
  const { value, onValue, options, name, disabled } = props;
  const id = useId();
  return (
    <Labelled {...props} id={id}>
      <select
        {...described(id, props)}
        id={id}
        name={name}
        value={value}
        disabled={disabled}
        onChange={event => onValue(event.target.value as Value)}
      >
        {options.map(option => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

interface RadioProps<Value extends string> extends ChoiceProps<Value> {
  /** Fewer than four short words stand side by side. */
  isPlain?: boolean;
}

/** One of several, all of them to be seen. */
export function RadioField<Value extends string>({ isPlain = false, ...props }: RadioProps<Value>) {
  const { label, value, onValue, options, text, wrong } = props;
  const id = useId();
  return (
    <fieldset className={isPlain ? 'field radios plain' : 'field radios'} {...described(id, props)}>
      <legend>{label}</legend>
      {options.map(option => (
        <label key={option.value}>
          <input
            type="radio"
            name={id}
            value={option.value}
            checked={option.value === value}
            onChange={() => onValue(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
      {(wrong || text) && (
        <p id={`${id}-about`} className={wrong ? 'wrong' : 'quiet'}>
          {wrong || text}
        </p>
      )}
    </fieldset>
  );
}

interface CheckProps {
  label: string;
  text?: string;
  checked: boolean;
  onValue: (checked: boolean) => void;
  name?: string;
  disabled?: boolean;
}

/** Yes or no. */
export function CheckField({ label, text, checked, onValue, name, disabled }: CheckProps) {
  const id = useId();
  return (
    <div className="field check">
      <input
        id={id}
        type="checkbox"
        name={name}
        checked={checked}
        disabled={disabled}
        onChange={event => onValue(event.target.checked)}
        aria-describedby={text ? `${id}-about` : undefined}
      />
      <label htmlFor={id}>{label}</label>
      {text && (
        <p id={`${id}-about`} className="quiet">
          {text}
        </p>
      )}
    </div>
  );
}

interface LongProps extends Around {
  value: string;
  onValue: (value: string) => void;
  name?: string;
  rows?: number;
  maxLength?: number;
  /** For programs: letters of one width, nothing corrected. */
  isCode?: boolean;
  readOnly?: boolean;
  placeholder?: string;
}

/** A text of several lines. */
export function LongField(props: LongProps) {
  const { value, onValue, name, rows = 3, maxLength, isCode = false, readOnly, placeholder } = props;
  const id = useId();
  return (
    <Labelled {...props} id={id}>
      <textarea
        {...described(id, props)}
        id={id}
        name={name}
        rows={rows}
        maxLength={maxLength}
        readOnly={readOnly}
        placeholder={placeholder}
        className={isCode ? 'code' : undefined}
        spellCheck={!isCode}
        autoComplete="off"
        value={value}
        onChange={event => onValue(event.target.value)}
      />
    </Labelled>
  );
}

interface DateProps extends Around {
  /** As the API writes days: "2026-11-30"; nothing while none is chosen. */
  value: string;
  onValue: (value: string) => void;
  name?: string;
  min?: string;
  max?: string;
  /** The field is left, or enter is pressed. */
  onLeave?: () => void;
}

/** A day. */
export function DateField(props: DateProps) {
  const { value, onValue, name, min, max, onLeave } = props;
  const id = useId();
  return (
    <Labelled {...props} id={id}>
      <input
        {...described(id, props)}
        id={id}
        type="date"
        name={name}
        min={min}
        max={max}
        value={value}
        onChange={event => onValue(event.target.value)}
        onBlur={onLeave}
        onKeyDown={event => event.key === 'Enter' && onLeave?.()}
      />
    </Labelled>
  );
}
