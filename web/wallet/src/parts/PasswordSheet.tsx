// Where money is let go: what is confirmed, then the payment password or a passkey. When no answer comes, nobody knows
// whether it was done: the sheet closes and `onUnknown` looks.
import { asProblem } from '@kit/problem';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { useSecretly } from '../secret';
import { useShown } from '../shown';
import { usePasskeys } from '../site';
import { Keypad } from './Keypad';
import { Lines, type Line } from './Lines';
import { Sheet } from './Sheet';
import { Wrong } from './states';

interface Props {
  /** What is confirmed; that the password is asked for, when it goes without saying. */
  title?: string;
  text?: string;
  amount?: string;
  lines?: readonly Line[];
  /** Does it with the payment password. */
  byPassword: (password: string) => Promise<unknown>;
  /** Does it with a passkey, where that is possible. */
  byPasskey?: () => Promise<unknown>;
  onDone: () => void;
  onUnknown?: () => void;
  onClose: () => void;
}

/** Asks for the payment password, or for a passkey. */
export function PasswordSheet({
  title,
  text,
  amount,
  lines = [],
  byPassword,
  byPasskey,
  onDone,
  onUnknown,
  onClose,
}: Props) {
  const { say, money } = useShown();
  const passkeys = usePasskeys();
  const doing = useSecretly({
    act: password => (password === null && byPasskey ? byPasskey() : byPassword(password ?? '')),
    onDone,
    onWrong: thrown => {
      if (asProblem(thrown).isUnknown) {
        onUnknown?.();
      }
    },
  });
  return (
    <Sheet title={title ?? say('password.title')} onClose={() => !doing.isPending && onClose()}>
      {text && <p>{text}</p>}
      {title && <p className="quiet">{say('password.title')}</p>}
      {amount !== undefined && <p className="amount">{money(amount)}</p>}
      <Lines of={lines} />
      <Keypad isBusy={doing.isPending} onEntered={doing.give} />
      <p role="status" className="quiet centred">
        {doing.isPending ? say('password.checking') : ''}
      </p>
      <Wrong thrown={doing.error} />
      {byPasskey && passkeys.work && (
        <Button block fill="outline" disabled={doing.isPending} onClick={() => doing.give(null)}>
          {say('password.by_passkey')}
        </Button>
      )}
      <p className="centred">
        <Link to="/reset/$which" params={{ which: 'pay' }} className="link">
          {say('password.forgot')}
        </Link>
      </p>
    </Sheet>
  );
}
