// Names and values below each other. What has no value has no line.
import type { ReactNode } from 'react';

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
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
