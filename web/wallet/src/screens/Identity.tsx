// /identity: name and number, which a register compares.
import { api, told } from '@kit/api/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { Field } from '@kit/Field';
import { Form } from '../parts/Form';
import { notice } from '@kit/notices';
import { Page } from '../parts/Page';
import { Result } from '../parts/Result';
import { Loaded } from '../parts/states';
import { meQuery } from '../queries';
import { EXAMPLE, Example } from '../sandbox';
import { useShown } from '../shown';

function Prove() {
  const { say } = useShown();
  const client = useQueryClient();
  const { history } = useRouter();
  const [name, setName] = useState('');
  const [number, setNumber] = useState('');
  const fill = () => {
    setName(EXAMPLE.name);
    setNumber(EXAMPLE.idNumber);
  };
  return (
    <section className="panel">
      <p className="quiet">{say('identity.intro')}</p>
      <Example about="identity" onFill={fill} />
      <Form
        go={say('identity.go')}
        isReady={name.trim() !== '' && number.trim().length === 18}
        send={() =>
          told(api.POST('/identity', { body: { name: name.trim(), id_number: number.trim().toUpperCase() } }))
        }
        onDone={async () => {
          notice(say('identity.done'));
          await client.invalidateQueries({ queryKey: meQuery.queryKey });
          history.back();
        }}
      >
        <Field
          label={say('identity.name')}
          value={name}
          onValue={setName}
          name="name"
          autoComplete="name"
          maxLength={50}
          required
        />
        <Field
          label={say('identity.number')}
          value={number}
          onValue={setNumber}
          name="id_number"
          autoComplete="off"
          maxLength={18}
          required
        />
      </Form>
    </section>
  );
}

export function Identity() {
  const { say, named } = useShown();
  const me = useQuery(meQuery);
  return (
    <Page title={say('identity.title')} up="/me">
      <Loaded query={me}>
        {found =>
          found.identified ? (
            <Result
              outcome="done"
              title={say('identity.known')}
              text={`${found.name_masked ?? ''} ${named('me.class', found.class)}`}
            >
              <Link to="/" className="button">
                {say('to_home')}
              </Link>
            </Result>
          ) : (
            <Prove />
          )
        }
      </Loaded>
    </Page>
  );
}
