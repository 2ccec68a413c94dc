// Risk rules as a table.
import { Badge, Moment } from '@kit/desk/facts';
import { Table } from '@kit/desk/Table';
import { useShown } from '../shown';
import { toneOf } from '../tones';
import type { Rule } from '../told';

/** Microseconds of a millisecond. */
const US_OF_MS = 1_000;

export function RuleTable({ rules, label }: { rules: readonly Rule[]; label: string }) {
  const { say, named, language } = useShown();
  return (
    <Table
      label={label}
      rows={rules}
      rowKey={rule => rule.id}
      columns={[
        { head: say('risk.id'), cell: rule => <strong className="rule-id">{rule.id}</strong> },
        { head: say('risk.condition'), cell: rule => <code className="condition">{rule.condition}</code> },
        {
          head: say('risk.verdict'),
          cell: rule => (
            <span className="badges">
              <Badge tone={toneOf(rule.verdict)}>{named('verdict', rule.verdict)}</Badge>
              {rule.shadow && <Badge>{say('risk.shadow')}</Badge>}
              {rule.from_us ? (
                <span className="quiet">
                  <Moment at={new Date(rule.from_us / US_OF_MS).toISOString()} />
                </span>
              ) : null}
            </span>
          ),
        },
        { head: say('risk.told'), cell: rule => (language === 'en' ? rule.reason_en : rule.reason_zh) },
      ]}
    />
  );
}
