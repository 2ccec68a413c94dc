// /sign-in: as the wallet does, by a password or a passkey.
import { signInByPasskey, signInByPassword } from '@kit/desk/persons';
import { SignIn } from '@kit/desk/SignIn';
import { usePasskeysWork } from '@kit/desk/usePasskeys';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { client } from '../session';
import { useShown } from '../shown';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { say } = useShown();
  const { back } = route.useSearch();
  const { history } = useRouter();
  const hasPasskeys = usePasskeysWork();
  const arrive = () => {
    // Nothing of whoever used this device before.
    client.clear();
    history.replace(back?.startsWith('/') ? back : '/');
  };
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
