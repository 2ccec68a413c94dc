// /codes: a code for one order, to be printed or shown, and the code for the counter.
import { CodePicture } from '@kit/CodePicture';
import { Button } from '@kit/desk/Button';
import { Copy } from '@kit/desk/CodeBlock';
import { AmountField, Field } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { addressWith, Go, useGo } from '@kit/desk/Go';
import { Icon } from '@kit/desk/Icon';
import { Page, Section } from '@kit/desk/Page';
import { Failed, Note, Wrong } from '@kit/desk/states';
import { Tabs } from '@kit/desk/Tabs';
import { FormKey } from '@kit/key';
import { amountOf } from '@kit/money';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { calls, type MadeCode } from '../calls';
import { overOf, type Over } from '../over';
import { useCancelling } from '../parts/cancelling';
import { StoreField } from '../parts/StoreField';
import { orderQuery, refreshMoney } from '../queries';
import { May, useSeller } from '../seller';
import { useShown } from '../shown';
import { Counter } from './Counter';

function Poster({ of, onAnother }: { of: MadeCode; onAnother: () => void }) {
  const { say, money, moment } = useShown();
  const { id, name, to } = useSeller();
  const look = useQuery(orderQuery(id, of.trade_no));
  const details = look.data;
  const { cancelling, ask } = useCancelling(of.trade_no);
  const isPaid = details?.order.paid_at;
  const isClosed = details?.order.state === 'closed';
  return (
    <>
      <div role="status" className="unprinted">
        {isPaid && <Note tone="good">{say('codes.paid')}</Note>}
        {isClosed && <Note tone="warn">{say('codes.closed')}</Note>}
        {!isPaid && <Wrong thrown={cancelling.error} />}
        {!isPaid && look.isError && <Failed thrown={look.error} again={() => void look.refetch()} />}
      </div>
      {!isClosed && (
        <figure className="poster">
          <figcaption>{name}</figcaption>
          <CodePicture svg={of.qr_svg} label={say('codes.qr', { amount: money(of.amount) })} className="poster-code" />
          <p className="poster-amount">{money(of.amount)}</p>
          <p>{of.subject}</p>
          <p className="poster-hint">{say('codes.scan_me')}</p>
          <p className="quiet">{say('codes.expires', { at: moment(of.expires_at) })}</p>
        </figure>
      )}
      <div className="actions poster-actions">
        {!isClosed && (
          <>
            <Button kind="primary" onClick={() => window.print()}>
              <Icon name="print" />
              {say('desk.print')}
            </Button>
            <Copy text={of.text} />
          </>
        )}
        <Go to={to(`/orders/${of.trade_no}`)} className="button">
          {say('till.see')}
        </Go>
        {details?.can_cancel && (
          <Button kind="danger" isBusy={cancelling.isPending} onClick={ask}>
            {say('order.cancel')}
          </Button>
        )}
        <Button onClick={onAnother}>{say('codes.another')}</Button>
      </div>
    </>
  );
}

/** That the code was made before, under the key of this form, and what came of it since. */
function Known({ of: { no, state }, onAnother }: { of: Over; onAnother: () => void }) {
  const { say } = useShown();
  const { to } = useSeller();
  const isClosed = state === 'closed';
  return (
    <Section className="narrow">
      <div role="status">
        <Note tone={isClosed ? 'warn' : 'good'}>
          <p>
            <strong>{say(isClosed ? 'codes.over_closed' : 'codes.over_paid')}</strong>
          </p>
          <p>{say(isClosed ? 'codes.over_closed_text' : 'codes.over_paid_text')}</p>
        </Note>
      </div>
      <div className="actions">
        <Go to={to(no ? `/orders/${no}` : '/orders')} className="button primary">
          {say(no ? 'till.see' : 'till.look')}
        </Go>
        <Button onClick={onAnother}>{say('codes.another')}</Button>
      </div>
    </Section>
  );
}

function Make() {
  const { say } = useShown();
  const { id } = useSeller();
  const client = useQueryClient();
  const form = useRef(new FormKey());
  const [typed, setTyped] = useState('');
  const [subject, setSubject] = useState('');
  const [store, setStore] = useState('');
  const [made, setMade] = useState<MadeCode | null>(null);
  const [over, setOver] = useState<Over | null>(null);
  const amount = amountOf(typed);
  const send = () => {
    const wish = { amount: amount ?? '', subject: subject.trim(), ...(store ? { store_id: store } : {}) };
    return form.current.send(wish, key => calls.makeCode(id, wish, key));
  };
  const done = (code: MadeCode) => {
    form.current.done();
    setMade(code);
    refreshMoney(client, id);
  };
  const wrong = (thrown: unknown) => {
    const known = overOf(thrown);
    if (known) {
      form.current.done();
      setOver(known);
      refreshMoney(client, id);
    }
  };
  if (over) {
    return <Known of={over} onAnother={() => setOver(null)} />;
  }
  if (made) {
    return <Poster of={made} onAnother={() => setMade(null)} />;
  }
  return (
    <Section className="narrow">
      <Form
        go={say('codes.make')}
        isReady={amount !== null && subject.trim() !== ''}
        send={send}
        onDone={done}
        onWrong={wrong}
      >
        <AmountField label={say('till.amount')} value={typed} onValue={setTyped} name="amount" />
        <Field label={say('till.subject')} value={subject} onValue={setSubject} name="subject" maxLength={256} />
        <StoreField value={store} onValue={setStore} />
      </Form>
    </Section>
  );
}

export function Codes() {
  const { say } = useShown();
  const { to } = useSeller();
  const go = useGo();
  const { part } = useSearch({ strict: false }) as { part?: string };
  const chosen = part === 'counter' ? part : 'order';
  return (
    <Page title={say('codes.title')} text={chosen === 'order' ? say('codes.text') : ''}>
      <May act="take_payments">
        <Tabs
          label={say('codes.parts')}
          tabs={[
            { name: 'order', label: say('codes.one_order') },
            { name: 'counter', label: say('counter.title') },
          ]}
          chosen={chosen}
          onChoose={name => go(addressWith(to('/codes'), { part: name === 'order' ? '' : name }), true)}
        >
          {chosen === 'order' ? <Make /> : <Counter />}
        </Tabs>
      </May>
    </Page>
  );
}
