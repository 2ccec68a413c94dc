// The world's time, moving on with real time while its clock runs.
import { useEffect, useState } from 'react';
import type { Clock } from '../calls';
import { useShown } from '../shown';

/** Milliseconds that a clock shows now, which showed something else when it was asked; 0 while nothing is known. */
export function useNow(clock: Clock | undefined, askedAt: number): number {
  const [now, setNow] = useState(() => Date.now());
  const runs = clock?.mode === 'running';
  useEffect(() => {
    if (!runs) {
      return;
    }
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [runs]);
  return clock ? clock.now_us / 1_000 + (runs ? Math.max(0, now - askedAt) : 0) : 0;
}

export function Now({ clock, askedAt }: { clock: Clock; askedAt: number }) {
  const { moment } = useShown();
  const now = new Date(useNow(clock, askedAt)).toISOString();
  return (
    <time dateTime={now} className="now">
      {moment(now)}
    </time>
  );
}
