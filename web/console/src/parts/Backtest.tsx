// What rules would have said of payments of the past.
import { Badge, Code } from '@kit/desk/facts';
import { Table } from '@kit/desk/Table';
import { useShown } from '../shown';
import { toneOf } from '../tones';
import type { Backtest } from '../told';

function Subjects({ title, of: subjects }: { title: string; of: readonly string[] }) {
  return subjects.length === 0 ? null : (
    <details className="subjects">
      <summary>{title}</summary>
      <ul>
        {subjects.map(subject => (
          <li key={subject}>
            <Code>{subject}</Code>
          </li>
        ))}
      </ul>
    </details>
  );
}

export function BacktestShown({ of: told }: { of: Backtest }) {
  const { say, named, number, fen } = useShown();
  return (
    <div className="stack">
      <p>
        <strong>
          {say('risk.backtest_done', { count: number(told.payments.count), sum: fen(told.payments.sum_fen) })}
        </strong>
      </p>
      <Table
        label={say('risk.verdict')}
        rows={told.verdicts}
        rowKey={row => `${row.verdict} ${row.became}`}
        columns={[
          {
            head: say('risk.verdict'),
            cell: row => <Badge tone={toneOf(row.verdict)}>{named('verdict', row.verdict)}</Badge>,
          },
          { head: say('risk.became'), cell: row => named('became', row.became) },
          { head: say('risk.count'), cell: row => number(row.count), isEnd: true },
          { head: say('risk.sum'), cell: row => fen(row.sum_fen), isEnd: true },
        ]}
      />
      <Table
        label={say('risk.rules')}
        rows={told.rules}
        rowKey={row => row.id}
        columns={[
          { head: say('risk.id'), cell: row => <strong className="rule-id">{row.id}</strong> },
          {
            head: say('risk.examples'),
            cell: row => row.examples.length > 0 && <Code>{row.examples.join(', ')}</Code>,
          },
          { head: say('risk.failed'), cell: row => number(row.failed), isEnd: true },
          { head: say('risk.count'), cell: row => number(row.count), isEnd: true },
          { head: say('risk.sum'), cell: row => fen(row.sum_fen), isEnd: true },
        ]}
      />
      <Subjects
        title={say('risk.newly_stopped', { count: told.newly_stopped.length })}
        of={told.newly_stopped.map(one => `${one.subject} → ${named('verdict', one.verdict)}`)}
      />
      <Subjects title={say('risk.newly_passed', { count: told.newly_passed.length })} of={told.newly_passed} />
    </div>
  );
}
