// Names and values below each other. What has no value has no line.
import type { ReactNode } from 'react';

/** The long number of a bill or an order: smaller, so that no digit stands alone in a second line. */
const LONG_NUMBER = /^\w{20,}$/;

export type Line = readonly [name: string, value: ReactNode];

/** A list of facts. */
export function Lines({ of }: { of: readonly Line[] }) {
  return (
    <dl className="facts">
      {of
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={typeof value === 'string' && LONG_NUMBER.test(value) ? 'number' : undefined}>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
