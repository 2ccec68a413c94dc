// /reset/login and /reset/pay: a new password, by a code.
import { api, told } from '@kit/api/client';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { CodeField } from '../parts/CodeField';
import { DigitsField, Field } from '@kit/Field';
import { Form, useFieldsSaid } from '../parts/Form';
import { notice } from '@kit/notices';
import { Page } from '../parts/Page';
import { meQuery } from '../queries';
import { forget } from '../session';
import { useShown } from '../shown';

const route = getRouteApi('/reset/$which');

export function Reset() {
  const { say } = useShown();
  const { which } = route.useParams();
  const { history } = useRouter();
  const known = useQueryClient().getQueryData(meQuery.queryKey);
  const isPay = which === 'pay';
  const [to, setTo] = useState(known?.login ?? '');
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const [idNumber, setIdNumber] = useState('');
  const { said, under } = useFieldsSaid('password');
  const send = () => {
    const id = idNumber.trim();
    const body = { to: to.trim(), code, password, ...(id ? { id_number: id } : {}) };
    return told(isPay ? api.POST('/pay-password', { body }) : api.POST('/login-password', { body }));
  };
  const done = () => {
    notice(say('reset.done'));
    if (isPay) {
      history.back();
    } else {
      forget();
      history.replace('/sign-in');
    }
  };
  const isReady = to.trim() !== '' && code.length === 6 && (isPay ? password.length === 6 : password !== '');
  const own = { label: say('reset.new'), value: password, onValue: setPassword, ...under('password') };
  const shared = { ...own, type: 'password', required: true };
  return (
    <Page title={say(isPay ? 'reset.pay_title' : 'reset.login_title')} up="/sign-in">
      <section className="panel">
        <p className="quiet">{say(isPay ? 'reset.pay_text' : 'reset.login_text')}</p>
        <Form go={say('reset.go')} isReady={isReady} send={send} onDone={done} said={said}>
          <Field
            label={say('sign_in.login')}
            value={to}
            onValue={setTo}
            name="login"
            autoComplete="username"
            autoCapitalize="none"
            required
          />
          <CodeField to={to} purpose={isPay ? 'pay_password' : 'login_password'} value={code} onValue={setCode} />
          {isPay ? (
            <DigitsField
              {...shared}
              name="pay_password"
              autoComplete="new-password"
              text={say('sign_up.pay_password_text')}
            />
          ) : (
            <Field
              {...shared}
              name="login_password"
              autoComplete="new-password"
              text={say('sign_up.login_password_text')}
            />
          )}
          <Field
            label={say('reset.id_number')}
            value={idNumber}
            onValue={setIdNumber}
            name="id_number"
            autoComplete="off"
          />
        </Form>
      </section>
    </Page>
  );
}
