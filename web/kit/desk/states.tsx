// The four faces of whatever is asked for: it loads, it failed, it is empty, it is there.
import type { ReactNode } from 'react';
import { asProblem, NO_CONNECTION } from '../problem';
import { Button } from './Button';
import { Icon } from './Icon';
import { useDesk } from './shown';

/** Something is on its way. */
export function Loading({ lines = 4 }: { lines?: number }) {
  const { say } = useDesk();
  return (
    <div role="status" aria-label={say('desk.loading')} className="loading">
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="bone" />
      ))}
    </div>
  );
}

/** It did not come about, with the way to try again. */
export function Failed({ thrown, again }: { thrown: unknown; again?: () => void }) {
  const { say, problem } = useDesk();
  return (
    <div className="state failed" role="alert">
      <p>{problem(thrown)}</p>
      {again && <Button onClick={again}>{say('desk.retry')}</Button>}
    </div>
  );
}

/** There is nothing. */
export function Empty({ words, children }: { words?: string; children?: ReactNode }) {
  const { say } = useDesk();
  return (
    <div className="state empty">
      <p>{words ?? say('desk.nothing')}</p>
      {children}
    </div>
  );
}

/** What `useQuery` and its like give, as far as it is looked at here. */
interface Asked<T> {
  data: T | undefined;
  error: unknown;
  isError: boolean;
  refetch: () => unknown;
}

interface LoadedProps<T> {
  query: Asked<T>;
  children: (data: T) => ReactNode;
  lines?: number;
}

/** Shows what a query gave. What was seen before stays while a newer look fails, and says so. Without a connection the
 *  frame says so already. */
export function Loaded<T>({ query, children, lines }: LoadedProps<T>) {
  const again = () => void query.refetch();
  if (query.data !== undefined) {
    const isStale = query.isError && asProblem(query.error).code !== NO_CONNECTION;
    return (
      <>
        {isStale && <Failed thrown={query.error} again={again} />}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) {
    return <Failed thrown={query.error} again={again} />;
  }
  return <Loading {...(lines ? { lines } : {})} />;
}

/** What went wrong with a form. Silent while nothing did. What is not known looks different from what was refused. */
export function Wrong({ thrown }: { thrown: unknown }) {
  const { problem } = useDesk();
  const kind = thrown && asProblem(thrown).isUnknown ? 'wrong unknown' : 'wrong';
  return (
    <p role="alert" className={thrown ? kind : 'wrong none'}>
      {thrown ? problem(thrown) : ''}
    </p>
  );
}

/** Something to know before going on. */
export function Note({ tone = 'info', children }: { tone?: 'info' | 'good' | 'warn' | 'bad'; children: ReactNode }) {
  const icon = { info: 'info', good: 'check', warn: 'warn', bad: 'warn' } as const;
  return (
    <div className={`note ${tone}`}>
      <Icon name={icon[tone]} />
      <div>{children}</div>
    </div>
  );
}
