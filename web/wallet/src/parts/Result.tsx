// What came of it. What is not known is said to be not known.
import { CheckCircleFill, ClockCircleFill, CloseCircleFill, QuestionCircleFill } from 'antd-mobile-icons';
import type { ReactNode } from 'react';
import { useShown } from '../shown';

export type Outcome = 'done' | 'waiting' | 'failed' | 'unknown';

const MARKS = { done: CheckCircleFill, waiting: ClockCircleFill, failed: CloseCircleFill, unknown: QuestionCircleFill };

interface Props {
  outcome: Outcome;
  title: string;
  amount?: string;
  text?: string | readonly string[];
  children?: ReactNode;
}

/** A large mark, a heading, and what to do next. */
export function Result({ outcome, title, amount, text, children }: Props) {
  const { money } = useShown();
  const Mark = MARKS[outcome];
  return (
    <section className={`panel result ${outcome}`}>
      <Mark className="mark" aria-hidden />
      <div role="status">
        <h2>{title}</h2>
        {[text ?? []].flat().map(line => (
          <p key={line} className="quiet">
            {line}
          </p>
        ))}
      </div>
      {amount !== undefined && <p className="amount">{money(amount)}</p>}
      {children}
    </section>
  );
}
