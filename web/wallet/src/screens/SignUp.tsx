// /sign-up: an address, its code, two passwords.
import { api, told } from '@kit/api/client';
import { useArriving } from '@kit/arriving';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { CodeField } from '../parts/CodeField';
import { DigitsField, Field } from '@kit/Field';
import { Form, useFieldsSaid } from '../parts/Form';
import { Welcome } from '../parts/Welcome';
import { deviceName } from '@kit/device-name';
import { dropKept } from '../session';
import { useShown } from '../shown';

const route = getRouteApi('/sign-up');

/** What both fields of the payment password are to the browser. */
const secret = { type: 'password', autoComplete: 'new-password', required: true } as const;

export function SignUp() {
  const { say } = useShown();
  const { back } = route.useSearch();
  const [to, setTo] = useState('');
  const [code, setCode] = useState('');
  const [login, setLogin] = useState('');
  const [pay, setPay] = useState('');
  const [again, setAgain] = useState('');
  const { said, under } = useFieldsSaid('login_password', 'pay_password');
  const differs = again.length === 6 && again !== pay;
  const isReady = to.trim() !== '' && code.length === 6 && login !== '' && pay.length === 6 && again === pay;
  const send = () => {
    const body = { to: to.trim(), code, login_password: login, pay_password: pay, device: deviceName() };
    return told(api.POST('/people', { body }));
  };
  const arrive = useArriving(back, dropKept);
  return (
    <Welcome title={say('sign_up.title')} text={say('sign_up.intro')}>
      <Form go={say('sign_up.go')} isReady={isReady} send={send} onDone={arrive} said={said}>
        <Field
          label={say('sign_in.login')}
          value={to}
          onValue={setTo}
          name="login"
          autoComplete="username"
          autoCapitalize="none"
          required
        />
        <CodeField to={to} purpose="register" value={code} onValue={setCode} />
        <Field
          label={say('sign_up.login_password')}
          text={say('sign_up.login_password_text')}
          {...under('login_password')}
          value={login}
          onValue={setLogin}
          name="login_password"
          type="password"
          autoComplete="new-password"
          required
        />
        <DigitsField
          {...secret}
          label={say('sign_up.pay_password')}
          text={say('sign_up.pay_password_text')}
          {...under('pay_password')}
          value={pay}
          onValue={setPay}
          name="pay_password"
        />
        <DigitsField
          {...secret}
          label={say('sign_up.pay_password_again')}
          value={again}
          onValue={setAgain}
          {...(differs ? { wrong: say('sign_up.pay_password_differs') } : {})}
          name="pay_password_again"
        />
      </Form>
      <p className="links">
        <Link to="/sign-in" search={{ back }} className="link">
          {say('sign_up.to_sign_in')}
        </Link>
      </p>
    </Welcome>
  );
}
