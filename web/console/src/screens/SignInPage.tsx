// /sign-in: as the wallet does, by a password or a passkey.
import { useArriving } from '@kit/arriving';
import { signInByPasskey, signInByPassword } from '@kit/persons';
import { SignIn } from '@kit/desk/SignIn';
import { usePasskeysWork } from '@kit/desk/usePasskeys';
import { getRouteApi } from '@tanstack/react-router';
import { useShown } from '../shown';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { say } = useShown();
  const { back } = route.useSearch();
  const hasPasskeys = usePasskeysWork();
  const arrive = useArriving(back);
  return (
    <SignIn
      desk={say('desk')}
      text={say('sign_in.text')}
      byPassword={signInByPassword}
      {...(hasPasskeys ? { byPasskey: signInByPasskey } : {})}
      onDone={arrive}
    />
  );
}
