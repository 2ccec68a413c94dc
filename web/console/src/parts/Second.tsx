// Who has to be the second person: stands beside every proposal, and before everything that is proposed.
import { Note } from '@kit/desk/states';
import type { ReactNode } from 'react';
import { useMe } from '../me';
import { partIn, type Part } from '../second';
import { useShown } from '../shown';
import type { Act } from '../told';

interface Props {
  proposer: string;
  /** What agrees to it. */
  act: Act;
  /** The part in it, where another rule says so. */
  part?: Part;
  /** The button that agrees, shown to the second person alone. */
  approve: ReactNode;
  /** Another button, whatever the part: to take it back. */
  beside?: ReactNode;
  /** Says who has to agree, where another rule says so. */
  text?: string;
}

/** What whoever looks is to a proposal. The own one cannot be agreed to, and says so. */
export function Second({ proposer, act, part, approve, beside, text }: Props) {
  const me = useMe();
  const { say, second, roles } = useShown();
  const own = part ?? partIn(me, proposer, act);
  const words = {
    own: say('second.own', { roles: second(me, act) }),
    second: say('second.second'),
    other: say('second.other', { roles: roles(act) }),
  };
  return (
    <>
      <Note tone={own === 'second' ? 'info' : 'warn'}>{text ?? words[own]}</Note>
      <div className="form-foot">
        {beside}
        {own === 'second' && approve}
      </div>
    </>
  );
}

/** Says before a proposal who has to agree to it. */
export function SecondRule({ act }: { act: Act }) {
  const me = useMe();
  const { say, second } = useShown();
  return <p className="quiet">{say('second.rule', { roles: second(me, act) })}</p>;
}
