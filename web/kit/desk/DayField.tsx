// A day that is looked at as soon as it is chosen. While somebody types one by hand, the browser tells a day for each
// letter of it (the year 2026 is the years 2, 20 and 202 first), or none: nothing is asked before it stands still.
import { useEffect, useRef, useState } from 'react';
import { DateField } from './fields';

/** How long a day stands still before it is told. */
const STILL_MS = 600;
/** No day of the platform is before this one. */
const FIRST = '2000-01-01';

/** Whether a text is a day that there may be, as the API writes it. */
export function isDay(text: string, max?: string): boolean {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // February has no 31st, which some browsers read as a day of March.
  const isReal = !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
  return isReal && text >= FIRST && (max === undefined || text <= max);
}

interface Props {
  label: string;
  /** The day that is shown. */
  value: string;
  /** Told a day, and another one than that. */
  onDay: (day: string) => void;
  name?: string;
  max?: string;
}

export function DayField({ label, value, onDay, name, max }: Props) {
  /** What somebody types over a day: '' while that is none. It is gone as soon as another day is shown. */
  const [typing, setTyping] = useState<{ over: string; text: string } | null>(null);
  const typed = typing?.over === value ? typing.text : value;
  const latest = useRef(onDay);
  useEffect(() => {
    latest.current = onDay;
  });
  const isChosen = typed !== value && isDay(typed, max);
  useEffect(() => {
    if (!isChosen) {
      return undefined;
    }
    const waiting = setTimeout(() => latest.current(typed), STILL_MS);
    return () => clearTimeout(waiting);
  }, [isChosen, typed]);
  const leave = () => {
    if (isChosen) {
      onDay(typed);
    } else {
      // What is no day goes again.
      setTyping(null);
    }
  };
  return (
    <DateField
      label={label}
      value={typed}
      onValue={text => setTyping({ over: value, text })}
      onLeave={leave}
      min={FIRST}
      {...(name ? { name } : {})}
      {...(max ? { max } : {})}
    />
  );
}
