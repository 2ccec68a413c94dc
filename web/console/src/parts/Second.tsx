// Who has to be the second person: stands beside every proposal, and before everything that is proposed. The second one
// agrees here and nowhere else, to what was read when the button was pressed: something else that is proposed while the
// question is open is not agreed to by answering it.
import { Button } from '@kit/desk/Button';
import { Note, Wrong } from '@kit/desk/states';
import { sure } from '@kit/sure';
import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useMe } from '../me';
import { partIn, type Part } from '../second';
import { useShown } from '../shown';
import type { Act } from '../told';

interface Props<Read> {
  proposer: string;
  /** What agrees to it. */
  act: Act;
  /** The part in it, where another rule says so. */
  part?: Part;
  /** Says who has to agree, where another rule says so. */
  text?: string;
  /** What is read beside it, as agreeing sends it. */
  read: Read;
  /** Agrees to what it is given. It takes nothing from the screen, which may show something else by then. */
  approving: UseMutationResult<unknown, Error, Read>;
  question: { title: string; text?: string };
  /** What the button says, where that is not "approve". */
  go?: string;
  /** Another button, whatever the part: to take it back. */
  beside?: ReactNode;
  /** Why that did not come about. */
  besideWrong?: Error | null;
}

/** What whoever looks is to a proposal. The own one cannot be agreed to, and says so. */
export function Second<Read>(props: Props<Read>) {
  const { proposer, act, part, text, read, approving, question, go, beside, besideWrong } = props;
  const me = useMe();
  const { say, second, roles } = useShown();
  const own = part ?? partIn(me, proposer, act);
  const words = {
    own: say('second.own', { roles: second(me, act) }),
    second: say('second.second'),
    other: say('second.other', { roles: roles(act) }),
  };
  const yes = go ?? say('approve');
  const ask = async () => {
    if (await sure({ ...question, yes, no: say('desk.cancel') })) {
      approving.mutate(read);
    }
  };
  return (
    <>
      <Wrong thrown={approving.error ?? besideWrong} />
      <Note tone={own === 'second' ? 'info' : 'warn'}>{text ?? words[own]}</Note>
      <div className="form-foot">
        {beside}
        {own === 'second' && (
          <Button kind="primary" isBusy={approving.isPending} onClick={() => void ask()}>
            {yes}
          </Button>
        )}
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
