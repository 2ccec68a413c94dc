// Books play money for a buyer, or for any login.
import { Dialog } from '@kit/desk/Dialog';
import { AmountField, Field } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { amountOf } from '@kit/money';
import { notice } from '@kit/notices';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Buyer } from '../calls';
import { useShown } from '../shown';
import { topUp } from '../topping-up';

/** Without a buyer it asks whom. */
export function TopUpDialog({ buyer, onClose }: { buyer: Buyer | null; onClose: () => void }) {
  const { say, money } = useShown();
  const client = useQueryClient();
  const [login, setLogin] = useState('');
  const [typed, setTyped] = useState('100.00');
  const amount = amountOf(typed);
  const whom = buyer ? { user_id: buyer.user_id } : { login: login.trim() };
  return (
    <Dialog title={buyer ? say('top_up.title', { name: buyer.name }) : say('top_up.other')} onClose={onClose}>
      <Form
        go={say('top_up.go')}
        isReady={amount !== null && (buyer !== null || login.trim() !== '')}
        send={() => topUp(whom, amount ?? '')}
        onDone={({ balance }) => {
          notice(say('top_up.done', { balance: money(balance) }));
          void client.invalidateQueries();
          onClose();
        }}
      >
        {!buyer && (
          <Field
            label={say('open.login')}
            text={say('other.login_text')}
            value={login}
            onValue={setLogin}
            name="login"
            autoComplete="off"
            autoCapitalize="none"
          />
        )}
        <AmountField label={say('top_up.amount')} value={typed} onValue={setTyped} name="amount" />
      </Form>
    </Dialog>
  );
}
