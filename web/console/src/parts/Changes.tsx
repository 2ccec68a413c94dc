// What a proposal changes of the rules in force, rule by rule.
import { Badge } from '@kit/desk/facts';
import { Empty } from '@kit/desk/states';
import { changesAnything, memberText, type Change } from '../rules';
import { useShown } from '../shown';
import type { Rule } from '../told';

const TONES = { added: 'good', removed: 'bad', changed: 'wait', same: 'plain' } as const;

function Member({ change, member }: { change: Change; member: keyof Rule }) {
  const { say, named } = useShown();
  const { before, after } = change;
  const shown = (rule: Rule) => {
    const text = memberText(rule, member);
    return member === 'verdict' ? named('verdict', text) : member === 'shadow' ? named('rule_value', text) : text;
  };
  return (
    <div className="change-member">
      <dt>{named('rule_member', member)}</dt>
      {before && (
        <dd className="was">
          <span className="unseen">{say('change.before')}: </span>
          <del>{shown(before)}</del>
        </dd>
      )}
      {after && (
        <dd className="becomes">
          <span className="unseen">{say('change.after')}: </span>
          <ins>{shown(after)}</ins>
        </dd>
      )}
    </div>
  );
}

const WHOLE = ['condition', 'verdict', 'reason_zh', 'reason_en'] as const;

/** The difference; rules that stay are counted only. */
export function Changes({ changes }: { changes: readonly Change[] }) {
  const { say } = useShown();
  if (!changesAnything(changes)) {
    return <Empty words={say('risk.no_change')} />;
  }
  const same = changes.filter(change => change.how === 'same').length;
  return (
    <>
      <ul className="changes">
        {changes.map(change =>
          change.how === 'same' ? null : (
            <li key={change.id} className={change.how}>
              <p>
                <Badge tone={TONES[change.how]}>{say(`change.${change.how}`)}</Badge> <strong>{change.id}</strong>
              </p>
              <dl>
                {(change.how === 'changed' ? change.members : WHOLE).map(member => (
                  <Member key={member} change={change} member={member} />
                ))}
              </dl>
            </li>
          ),
        )}
      </ul>
      {same > 0 && <p className="quiet">{say('risk.unchanged', { count: same })}</p>}
    </>
  );
}
