// /sign-in: as a person, who then works for a merchant.
import { signInByPasskey, signInByPassword } from '@kit/desk/persons';
import { SignIn as Card } from '@kit/desk/SignIn';
import { usePasskeysWork } from '@kit/desk/usePasskeys';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useShown } from '../shown';

export function SignIn() {
  const { say } = useShown();
  const { back } = useSearch({ strict: false }) as { back?: string };
  const { history } = useRouter();
  const client = useQueryClient();
  const passkeysWork = usePasskeysWork();
  const arrive = () => {
    // Nothing of whoever used this device before.
    client.clear();
    history.replace(back?.startsWith('/') && !back.startsWith('//') ? back : '/');
  };
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
