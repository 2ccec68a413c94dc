// Opens a buyer with an opening balance. The payment password is drawn.
import { Dialog } from '@kit/desk/Dialog';
import { AmountField, Field } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { amountOf } from '@kit/money';
import { notice } from '@kit/notices';
import { useState } from 'react';
import { calls } from '../calls';
import { keepBuyer } from '../opened';
import { useShown } from '../shown';

export function BuyerDialog({ world, onClose }: { world: string; onClose: () => void }) {
  const { say } = useShown();
  const [login, setLogin] = useState('');
  const [name, setName] = useState('');
  const [typed, setTyped] = useState('');
  return (
    <Dialog title={say('open.title')} onClose={onClose}>
      <Form
        go={say('open.go')}
        isReady={login.trim() !== '' && (typed === '' || amountOf(typed) !== null)}
        send={() => calls.openBuyer(login.trim(), name.trim(), amountOf(typed) ?? '')}
        onDone={buyer => {
          keepBuyer(world, buyer);
          notice(say('open.done', { password: buyer.pay_password }));
          onClose();
        }}
      >
        <Field
          label={say('open.login')}
          text={say('open.login_text')}
          value={login}
          onValue={setLogin}
          name="login"
          autoComplete="off"
          autoCapitalize="none"
        />
        <Field label={say('open.name')} value={name} onValue={setName} name="name" maxLength={64} autoComplete="off" />
        <AmountField label={say('open.balance')} value={typed} onValue={setTyped} name="balance" />
      </Form>
    </Dialog>
  );
}
