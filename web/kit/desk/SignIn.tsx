// Signing in to a desk: by a password, and by a passkey where the app has one.
import { addressOf } from '../api/client';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { Button } from './Button';
import { Field } from './fields';
import { Form } from './Form';
import { Language } from './Language';
import { useDesk } from './shown';
import { Wrong } from './states';

interface Props {
  /** What this desk is called. */
  desk: string;
  text?: ReactNode;
  /** What the login is called; a mobile number or an e-mail address unless said. */
  loginLabel?: string;
  byPassword: (login: string, password: string) => Promise<unknown>;
  byPasskey?: () => Promise<unknown>;
  onDone: () => void;
  /** Below the form: other ways. */
  children?: ReactNode;
}

export function SignIn({ desk, text, loginLabel, byPassword, byPasskey, onDone, children }: Props) {
  const { say } = useDesk();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const passkey = useMutation({ mutationFn: async () => byPasskey?.(), onSuccess: onDone });
  useEffect(() => {
    document.title = `${say('desk.sign_in')} · ${desk}`;
  }, [desk, say]);
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <img src="icon.svg" alt="" width="48" height="48" />
        <h1>{desk}</h1>
        {text && <p className="quiet">{text}</p>}
        <Form
          go={say('desk.sign_in_go')}
          isReady={login.trim() !== '' && password !== ''}
          send={() => byPassword(login, password)}
          onDone={onDone}
        >
          <Field
            label={loginLabel ?? say('desk.login')}
            value={login}
            onValue={setLogin}
            name="login"
            autoComplete="username"
            autoCapitalize="none"
            required
          />
          <Field
            label={say('desk.password')}
            value={password}
            onValue={setPassword}
            name="password"
            type="password"
            autoComplete="current-password"
            required
          />
        </Form>
        {byPasskey && (
          <>
            <Button isBusy={passkey.isPending} onClick={() => passkey.mutate()}>
              {say('desk.by_passkey')}
            </Button>
            <Wrong thrown={passkey.error} />
          </>
        )}
        <a href={addressOf('app/wallet/#/sign-up')}>{say('desk.sign_up')}</a>
        {children}
      </div>
      <Language />
    </main>
  );
}
