// /sign-in: as a person, who then works for a merchant.
import { useArriving } from '@kit/arriving';
import { signInByPasskey, signInByPassword } from '@kit/persons';
import { SignIn as Card } from '@kit/desk/SignIn';
import { usePasskeysWork } from '@kit/desk/usePasskeys';
import { useSearch } from '@tanstack/react-router';
import { useShown } from '../shown';

export function SignIn() {
  const { say } = useShown();
  const { back } = useSearch({ strict: false }) as { back?: string };
  const passkeysWork = usePasskeysWork();
  const arrive = useArriving(back);
  return (
    <Card
      desk={say('desk')}
      text={say('sign_in.text')}
      byPassword={signInByPassword}
      {...(passkeysWork ? { byPasskey: signInByPasskey } : {})}
      onDone={arrive}
    />
  );
}
