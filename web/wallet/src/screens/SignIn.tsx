// /sign-in: by password, by a code, or with a passkey.
import { api, told } from '@kit/api/client';
import { useArriving } from '@kit/arriving';
import { signInByPasskey } from '@kit/persons';
import { asProblem } from '@kit/problem';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { useState } from 'react';
import { Choice } from '../parts/Choice';
import { CodeField } from '../parts/CodeField';
import { Field } from '@kit/Field';
import { Form } from '../parts/Form';
import { Welcome } from '../parts/Welcome';
import { Wrong } from '../parts/states';
import { deviceName } from '@kit/device-name';
import { dropKept } from '../session';
import { useShown } from '../shown';
import { usePasskeys } from '../site';

const route = getRouteApi('/sign-in');

export function SignIn() {
  const { say } = useShown();
  const passkeys = usePasskeys();
  const { back } = route.useSearch();
  const [way, setWay] = useState<'password' | 'code'>('password');
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [idNumber, setIdNumber] = useState('');
  const [isKnown, setKnown] = useState(false);
  const arrive = useArriving(back, dropKept);
  const passkey = useMutation({ mutationFn: signInByPasskey, onSuccess: arrive });
  const send = () => {
    const proof = way === 'password' ? { password } : { code, ...(isKnown ? { id_number: idNumber.trim() } : {}) };
    return told(api.POST('/sessions', { body: { login: login.trim(), device: deviceName(), ...proof } }));
  };
  const wrong = (thrown: unknown) => {
    if (asProblem(thrown).code === 'identity_needed') {
      setKnown(true);
      setCode('');
    }
  };
  const isReady = login.trim() !== '' && (way === 'password' ? password !== '' : code.length === 6);
  return (
    <Welcome title={say('sign_in.title')} text={say('sign_in.intro')}>
      <Form go={say('sign_in.go')} isReady={isReady} send={send} onDone={arrive} onWrong={wrong}>
        <Choice
          label={say('sign_in.way')}
          isPlain
          value={way}
          onValue={setWay}
          options={[
            { value: 'password', label: say('sign_in.by_password') },
            { value: 'code', label: say('sign_in.by_code') },
          ]}
        />
        <Field
          label={say('sign_in.login')}
          value={login}
          onValue={setLogin}
          name="login"
          autoComplete="username"
          autoCapitalize="none"
          required
        />
        {way === 'password' ? (
          <Field
            label={say('sign_in.password')}
            value={password}
            onValue={setPassword}
            name="password"
            type="password"
            autoComplete="current-password"
            required
          />
        ) : (
          <CodeField to={login} purpose="sign_in" value={code} onValue={setCode} />
        )}
        {way === 'code' && isKnown && (
          <Field
            label={say('sign_in.id_number')}
            text={say('sign_in.id_number_text')}
            value={idNumber}
            onValue={setIdNumber}
            name="id_number"
            autoComplete="off"
          />
        )}
      </Form>
      {passkeys.work && (
        <>
          <Button block size="large" fill="outline" loading={passkey.isPending} onClick={() => passkey.mutate()}>
            {say('sign_in.by_passkey')}
          </Button>
          <Wrong thrown={passkey.error} />
        </>
      )}
      <p className="links">
        <Link to="/sign-up" search={{ back }} className="link">
          {say('sign_in.to_sign_up')}
        </Link>
        <Link to="/reset/$which" params={{ which: 'login' }} className="link">
          {say('sign_in.forgot')}
        </Link>
      </p>
    </Welcome>
  );
}
