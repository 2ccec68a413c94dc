// Makes a person staff of a merchant. The merchants of a sandbox world are opened without anybody who acts for them.
import { addressOf } from '@kit/api/client';
import { ChoiceField, Field } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Note } from '@kit/desk/states';
import { asProblem, problemOf } from '@kit/problem';
import { useState } from 'react';
import { calls, ROLES, type App, type Role } from '../calls';
import { useShown } from '../shown';

/** Whom the form is about. */
interface Named {
  person: string;
  merchant: string;
  role: Role;
}

export function StaffForm({ apps }: { apps: readonly App[] }) {
  const { say, named } = useShown();
  const sellers = [...new Map(apps.map(app => [app.seller_login, app.seller_name]))];
  const [chosen, setChosen] = useState(sellers[0]?.[0] ?? '');
  const [typed, setTyped] = useState('');
  const [person, setPerson] = useState('');
  const [role, setRole] = useState<Role>('owner');
  const [done, setDone] = useState<Named | null>(null);
  const seller = chosen || typed.trim();
  const send = async (): Promise<Named> => {
    try {
      await calls.setStaff(seller, person.trim(), role);
    } catch (thrown) {
      const { code, status, detail } = asProblem(thrown);
      // A merchant of the list is there, so it is the person who is not.
      throw chosen && code === 'party_not_found' ? problemOf(status, { code: 'person_not_found', detail }) : thrown;
    }
    return { person: person.trim(), merchant: sellers.find(([login]) => login === seller)?.[1] ?? seller, role };
  };
  return (
    <Form
      go={say('staff.go')}
      isReady={seller !== '' && person.trim() !== ''}
      send={send}
      onDone={setDone}
      onWrong={() => setDone(null)}
    >
      <p className="quiet">{say('staff.text')}</p>
      {sellers.length > 0 && (
        <ChoiceField
          label={say('start.seller')}
          name="seller"
          value={chosen}
          onValue={setChosen}
          options={[
            ...sellers.map(([login, name]) => ({ value: login, label: `${name} · ${login}` })),
            { value: '', label: say('staff.other') },
          ]}
        />
      )}
      {chosen === '' && (
        <Field
          label={say('staff.seller')}
          text={say('staff.seller_text')}
          value={typed}
          onValue={setTyped}
          name="seller_login"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      )}
      <Field
        label={say('staff.person')}
        text={say('staff.person_text')}
        value={person}
        onValue={setPerson}
        name="person"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <ChoiceField
        label={say('staff.role')}
        text={named('role_text', role)}
        name="role"
        value={role}
        onValue={setRole}
        options={ROLES.map(one => ({ value: one, label: named('role', one) }))}
      />
      {done && <Done {...done} />}
    </Form>
  );
}

/** What was done, and what to do next. */
function Done({ person, merchant, role }: Named) {
  const { say, named } = useShown();
  return (
    <Note tone="good">
      <p>{say('staff.done', { person, merchant, role: named('role', role) })}</p>
      <p>
        {say('staff.next', { person })} <a href={addressOf('app/merchant/')}>{say('staff.open')}</a>
      </p>
    </Note>
  );
}
