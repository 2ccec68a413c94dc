// /transfer: to whom, how much, and when it arrives. The next screen shows who that is, before any password.
import { api, told, withKey } from '@kit/api/client';
import type { Collect } from '@kit/api/shapes';
import { FormKey } from '@kit/key';
import { amountOf } from '@kit/money';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { collectQuery } from '../collecting';
import { Choice } from '../parts/Choice';
import { AmountField, Field } from '@kit/Field';
import { Form } from '../parts/Form';
import { Lines } from '../parts/Lines';
import { Page } from '../parts/Page';
import { Loaded } from '../parts/states';
import { balanceQuery, transferQuery } from '../queries';
import { useShown } from '../shown';

const route = getRouteApi('/shell/transfer');

/** When a transfer can arrive. */
const ARRIVALS = ['at_once', '2h', '24h'] as const;

/** The form. With a code to collect by, payee and amount are what the code says. */
function TransferForm({ code }: { code?: Collect }) {
  const { say, money } = useShown();
  const navigate = useNavigate();
  const client = useQueryClient();
  const balance = useQuery(balanceQuery).data;
  const [to, setTo] = useState('');
  const [typed, setTyped] = useState(code?.amount ?? '');
  const [remark, setRemark] = useState(code?.remark ?? '');
  const [arrival, setArrival] = useState<(typeof ARRIVALS)[number]>('at_once');
  const [key] = useState(() => new FormKey());
  const amount = amountOf(typed);
  const send = () => {
    const payee = code ? { collect: code.token } : { to: to.trim() };
    const note = remark.trim() ? { remark: remark.trim() } : {};
    const body = { ...payee, amount: amount ?? '', arrival, ...note };
    return key.send(body, sent => told(api.POST('/me/transfers', { body, ...withKey(sent) })));
  };
  return (
    <section className="panel">
      <Form
        go={say('next')}
        isReady={amount !== null && (code !== undefined || to.trim() !== '')}
        send={send}
        onDone={offered => {
          key.done();
          client.setQueryData(transferQuery(offered.no, false).queryKey, offered);
          void navigate({ to: '/transfers/$no', params: { no: offered.no }, replace: true });
        }}
      >
        {code ? (
          <Lines of={[[say('transfer.to_known'), code.name]]} />
        ) : (
          <Field
            label={say('transfer.to')}
            value={to}
            onValue={setTo}
            name="to"
            autoComplete="off"
            autoCapitalize="none"
            required
          />
        )}
        <AmountField
          label={say('transfer.amount')}
          value={typed}
          onValue={setTyped}
          name="amount"
          readOnly={Boolean(code?.amount)}
          {...(balance === undefined ? {} : { text: say('cash.available', { amount: money(balance) }) })}
        />
        <Field
          label={say('transfer.remark')}
          value={remark}
          onValue={setRemark}
          name="remark"
          maxLength={200}
          autoComplete="off"
        />
        <Choice
          label={say('transfer.arrival')}
          value={arrival}
          onValue={setArrival}
          options={ARRIVALS.map(value => ({ value, label: say(`arrival.${value}`) }))}
        />
      </Form>
    </section>
  );
}

export function Transfer() {
  const { say } = useShown();
  const { c = '' } = route.useSearch();
  const code = useQuery(collectQuery(c));
  return (
    <Page title={say('transfer.title')} up="/">
      {c ? <Loaded query={code}>{found => <TransferForm code={found} />}</Loaded> : <TransferForm />}
    </Page>
  );
}
