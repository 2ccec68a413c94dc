// /staff: who works for the merchant, and as what.
import { Button } from '@kit/desk/Button';
import { Dialog } from '@kit/desk/Dialog';
import { Field, RadioField } from '@kit/desk/fields';
import { Badge, Moment } from '@kit/desk/facts';
import { Form } from '@kit/desk/Form';
import { useGo } from '@kit/desk/Go';
import { Icon } from '@kit/desk/Icon';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Wrong } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { asProblem } from '@kit/problem';
import { sure } from '@kit/sure';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { calls, ROLES, type Member, type Role } from '../calls';
import { PasswordField } from '../parts/PasswordField';
import { refresh, sellersQuery, staffQuery } from '../queries';
import { SELLERS } from '../session';
import { useSeller } from '../seller';
import { useShown } from '../shown';

/** Leaves the merchant. Asked again after a lost answer it says that whoever asks has no place there: it is done. */
async function leave(seller: string): Promise<void> {
  try {
    await calls.leave(seller);
  } catch (thrown) {
    if (asProblem(thrown).code !== 'seller_not_found') {
      throw thrown;
    }
  }
}

const nameOf = (one: Member): string => one.name ?? one.login ?? one.user_id;

/** What somebody may do here has changed, perhaps of whoever did it. */
function useChanged() {
  const { id } = useSeller();
  const client = useQueryClient();
  return () => {
    refresh(client, id, 'staff');
    void client.invalidateQueries({ queryKey: [SELLERS] });
  };
}

function Edit({ of, onClose }: { of: Member | null; onClose: () => void }) {
  const { say, named } = useShown();
  const { id } = useSeller();
  const changed = useChanged();
  const [login, setLogin] = useState('');
  const [role, setRole] = useState<Role>(of?.role ?? 'till');
  const [password, setPassword] = useState('');
  return (
    <Dialog title={of ? say('staff.change_of', { name: nameOf(of) }) : say('staff.add')} onClose={onClose}>
      <Form
        go={say('staff.save')}
        isReady={login.trim() !== '' && password !== ''}
        send={() => calls.setStaff(id, { login: login.trim(), role, login_password: password })}
        onDone={() => {
          notice(say('staff.added'));
          changed();
          onClose();
        }}
        onWrong={changed}
      >
        <Field
          label={say('staff.login')}
          {...(of ? { text: say('staff.login_again') } : {})}
          value={login}
          onValue={setLogin}
          name="login"
          autoComplete="off"
          autoCapitalize="none"
        />
        <RadioField
          label={say('staff.role')}
          value={role}
          onValue={setRole}
          options={ROLES.map(value => ({ value, label: `${named('role', value)} · ${named('role_text', value)}` }))}
        />
        <PasswordField value={password} onValue={setPassword} />
      </Form>
    </Dialog>
  );
}

function List({ onEdit }: { onEdit: (one: Member) => void }) {
  const { say, named } = useShown();
  const { id, may } = useSeller();
  const query = useInfiniteQuery(staffQuery(id));
  const changed = useChanged();
  const removing = useMutation({
    mutationFn: (user: string) => calls.removeStaff(id, user),
    onSuccess: () => notice(say('staff.removed')),
    onSettled: changed,
  });
  const remove = async (one: Member) => {
    const yes = say('staff.remove');
    const text = say('staff.remove_sure', { name: nameOf(one) });
    if (await sure({ title: yes, text, yes, no: say('desk.cancel'), isGrave: true })) {
      removing.mutate(one.user_id);
    }
  };
  return (
    <>
      <Wrong thrown={removing.error} />
      <PagedTable
        label={say('staff.title')}
        query={query}
        rowsOf={page => page.staff}
        empty={<Empty words={say('staff.none')} />}
        rowKey={one => one.user_id}
        columns={[
          {
            head: say('staff.who'),
            cell: one => (
              <>
                {nameOf(one)}
                <span className="second">{one.login ?? one.user_id}</span>
              </>
            ),
          },
          { head: say('staff.role'), cell: one => <Badge>{named('role', one.role)}</Badge> },
          { head: say('staff.since'), cell: one => <Moment at={one.since} /> },
          {
            head: say('desk.to_do'),
            isUnnamed: true,
            isEnd: true,
            cell: one =>
              may('set_staff') && (
                <span className="files">
                  <Button
                    isSmall
                    aria-label={say('desk.of', { what: say('staff.change'), name: nameOf(one) })}
                    onClick={() => onEdit(one)}
                  >
                    {say('staff.change')}
                  </Button>
                  <Button
                    isSmall
                    kind="danger"
                    aria-label={say('desk.of', { what: say('staff.remove'), name: nameOf(one) })}
                    onClick={() => void remove(one)}
                  >
                    {say('staff.remove')}
                  </Button>
                </span>
              ),
          },
        ]}
      />
    </>
  );
}

/** The own place, and the way out of it. */
function Own() {
  const { say, named } = useShown();
  const { id, name, role } = useSeller();
  const client = useQueryClient();
  const go = useGo();
  const leaving = useMutation({
    mutationFn: () => leave(id),
    onSuccess: () => {
      notice(say('staff.left', { name }));
      // At once, so that no screen of the merchant is asked for again.
      client.setQueryData(sellersQuery.queryKey, rows => rows?.filter(one => one.seller_id !== id));
      go('/', true);
    },
    onSettled: () => void client.invalidateQueries({ queryKey: [SELLERS] }),
  });
  const ask = async () => {
    const yes = say('staff.leave');
    const text = say('staff.leave_sure', { name });
    if (await sure({ title: yes, text, yes, no: say('desk.cancel'), isGrave: true })) {
      leaving.mutate();
    }
  };
  return (
    <Section title={say('staff.own')} className="narrow">
      <p>
        {name} <Badge>{named('role', role)}</Badge> <span className="quiet">{named('role_text', role)}</span>
      </p>
      <Wrong thrown={leaving.error} />
      <div className="actions">
        <Button kind="danger" isBusy={leaving.isPending} onClick={() => void ask()}>
          {say('staff.leave')}
        </Button>
      </div>
    </Section>
  );
}

export function Staff() {
  const { say } = useShown();
  const { may } = useSeller();
  const [editing, setEditing] = useState<Member | 'new' | null>(null);
  return (
    <Page
      title={say('staff.title')}
      text={say('staff.text')}
      actions={
        may('set_staff') && (
          <Button kind="primary" onClick={() => setEditing('new')}>
            <Icon name="plus" size={16} />
            {say('staff.add')}
          </Button>
        )
      }
    >
      {may('see_staff') && (
        <Section>
          <List onEdit={setEditing} />
        </Section>
      )}
      {may('leave') && <Own />}
      {editing && <Edit of={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </Page>
  );
}
