// The passkeys of the account: added with both passwords, removed with the payment password.
import { api, told } from '@kit/api/client';
import type { Passkey } from '@kit/api/shapes';
import { created } from '@kit/passkey';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd-mobile';
import { useState } from 'react';
import { passkeysQuery } from '../queries';
import { deviceName } from '@kit/device-name';
import { useShown } from '../shown';
import { usePasskeys } from '../site';
import { DigitsField, Field } from '@kit/Field';
import { Form } from './Form';
import { notice } from '@kit/notices';
import { PasswordSheet } from './PasswordSheet';
import { Sheet } from './Sheet';
import { Loaded } from './states';

function Add({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const { say } = useShown();
  const [name, setName] = useState(deviceName);
  const [login, setLogin] = useState('');
  const [pay, setPay] = useState('');
  const send = async () => {
    const options = await told(api.POST('/passkeys/options', { body: { login_password: login, pay_password: pay } }));
    return told(api.POST('/passkeys', { body: { ...(await created(options)), name: name.trim() } }));
  };
  return (
    <Sheet title={say('security.add_passkey')} onClose={onClose}>
      <Form go={say('security.add_passkey')} isReady={login !== '' && pay.length === 6} send={send} onDone={onDone}>
        <Field
          label={say('security.passkey_name')}
          value={name}
          onValue={setName}
          name="passkey_name"
          maxLength={64}
          autoComplete="off"
        />
        <Field
          label={say('security.login_password')}
          value={login}
          onValue={setLogin}
          name="login_password"
          type="password"
          autoComplete="current-password"
          required
        />
        <DigitsField
          label={say('security.pay_password')}
          value={pay}
          onValue={setPay}
          name="pay_password"
          type="password"
          autoComplete="off"
          required
        />
      </Form>
    </Sheet>
  );
}

/** The list, with adding and removing. */
export function Passkeys() {
  const { say, day } = useShown();
  const client = useQueryClient();
  const passkeys = useQuery(passkeysQuery);
  const { work, elsewhere } = usePasskeys();
  const [isAdding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Passkey>();
  const done = (words: 'security.passkey_added' | 'security.removed') => {
    setAdding(false);
    setRemoving(undefined);
    notice(say(words));
    void client.invalidateQueries({ queryKey: passkeysQuery.queryKey });
  };
  return (
    <section className="panel" aria-labelledby="passkeys">
      <h2 id="passkeys">{say('security.passkeys')}</h2>
      <p className="quiet">{say(work ? 'security.passkeys_text' : 'security.passkeys_not_here')}</p>
      <Loaded query={passkeys} lines={2}>
        {found => (
          <ul>
            {found.length === 0 && <li className="quiet">{say('security.no_passkeys')}</li>}
            {found.map(passkey => (
              <li key={passkey.id} className="row">
                <span className="grow">
                  <span className="row-title">{passkey.name || say('security.unnamed')}</span>
                  <span className="quiet">{say('security.added_at', { at: day(passkey.added_at) })}</span>
                </span>
                <Button
                  size="small"
                  aria-label={say('security.remove_passkey', { name: passkey.name })}
                  onClick={() => setRemoving(passkey)}
                >
                  {say('security.remove')}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {elsewhere && (
        <a href={`${elsewhere}${location.pathname}${location.hash}`} className="link">
          {say('security.passkeys_there', { origin: elsewhere })}
        </a>
      )}
      {work && (
        <Button block onClick={() => setAdding(true)}>
          {say('security.add_passkey')}
        </Button>
      )}
      {isAdding && <Add onDone={() => done('security.passkey_added')} onClose={() => setAdding(false)} />}
      {removing && (
        <PasswordSheet
          byPassword={pay_password =>
            told(api.DELETE('/passkeys/{id}', { params: { path: { id: removing.id } }, body: { pay_password } }))
          }
          onDone={() => done('security.removed')}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </section>
  );
}
