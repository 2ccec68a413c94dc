// What a list is looked through for. The fields are the app's; they are sent together, so that nothing is asked for
// while somebody still types.
import { useState, type ReactNode } from 'react';
import { Button } from './Button';
import { useDesk } from './shown';

interface Props<Names extends string> {
  /** What is looked for now, as the address has it. */
  value: Partial<Record<Names, string>>;
  onFind: (value: Partial<Record<Names, string>>) => void;
  /** The fields, over what is typed. `set` with `true` sends at once, for choices. */
  children: (
    typed: Partial<Record<Names, string>>,
    set: (name: Names, text: string, isAtOnce?: boolean) => void,
  ) => ReactNode;
}

/** A row of filters. Mount it anew (`key`) when the address changes from outside. */
export function Filters<Names extends string>({ value, onFind, children }: Props<Names>) {
  const { say } = useDesk();
  const [typed, setTyped] = useState(value);
  const set = (name: Names, text: string, isAtOnce = false) => {
    const next: Partial<Record<Names, string>> = { ...typed, [name]: text };
    setTyped(next);
    if (isAtOnce) {
      onFind(next);
    }
  };
  const isUsed = Object.values(value).some(Boolean);
  return (
    <form
      role="search"
      className="filters"
      aria-label={say('desk.filters')}
      onSubmit={event => {
        event.preventDefault();
        onFind(typed);
      }}
    >
      {children(typed, set)}
      <div className="filters-foot">
        <Button type="submit">{say('desk.filters_go')}</Button>
        {isUsed && (
          <Button
            kind="bare"
            onClick={() => {
              setTyped({});
              onFind({});
            }}
          >
            {say('desk.filters_clear')}
          </Button>
        )}
      </div>
    </form>
  );
}
