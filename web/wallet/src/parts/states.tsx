// The four faces of whatever is asked for: it loads, it failed, it is empty, it is there.
import { asProblem, NO_CONNECTION } from '@kit/problem';
import type { UseQueryResult } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd-mobile';
import type { ReactNode } from 'react';
import { useShown } from '../shown';

/** Something is on its way. */
export function Loading({ lines = 4 }: { lines?: number }) {
  const { say } = useShown();
  return (
    <div role="status" aria-label={say('loading')} className="panel">
      <Skeleton.Paragraph lineCount={lines} animated />
    </div>
  );
}

/** It did not come about, with the way to try again. */
export function Failed({ thrown, again }: { thrown: unknown; again?: () => void }) {
  const { say, problem } = useShown();
  return (
    <div className="panel empty" role="alert">
      <p>{problem(thrown)}</p>
      {again && <Button onClick={again}>{say('retry')}</Button>}
    </div>
  );
}

/** There is nothing. */
export function Empty({ words, children }: { words: string; children?: ReactNode }) {
  return (
    <div className="panel empty">
      <p>{words}</p>
      {children}
    </div>
  );
}

/** A newer look failed, above what was seen before. Without a connection the shell says so already. */
export function Stale({ thrown, again }: { thrown: unknown; again: () => void }) {
  return asProblem(thrown).code === NO_CONNECTION ? null : <Failed thrown={thrown} again={again} />;
}

/** Shows what a query gave. What was seen before stays while a newer look fails, and says so. */
export function Loaded<T>({
  query,
  children,
  lines,
}: {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
  lines?: number;
}) {
  const again = () => void query.refetch();
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <Stale thrown={query.error} again={again} />}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) {
    return <Failed thrown={query.error} again={again} />;
  }
  return <Loading {...(lines ? { lines } : {})} />;
}

/** What went wrong with a form. Silent while nothing did. */
export function Wrong({ thrown }: { thrown: unknown }) {
  const { problem } = useShown();
  return (
    <p role="alert" className={thrown ? 'wrong' : 'wrong none'}>
      {thrown ? problem(thrown) : ''}
    </p>
  );
}
