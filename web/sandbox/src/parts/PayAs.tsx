// Acts as a buyer: shows a pay code as a phone would, and pays an order by what its buyer has in hand.
import { Button } from '@kit/desk/Button';
import { Copy } from '@kit/desk/CodeBlock';
import { Badge, Code, KeyValues, Money } from '@kit/desk/facts';
import { ChoiceField, DigitsField, Field, LongField } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Section } from '@kit/desk/Page';
import { Note, Wrong } from '@kit/desk/states';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { calls, type Buyer, type Order, type Paid } from '../calls';
import { useDoing } from '@kit/desk/doing';
import { handed, inFours, secondsTo } from '../handed';
import { clockQuery } from '../queries';
import { useNow } from './Now';
import { useShown } from '../shown';

/** Whoever pays: a buyer of the list, or any login, whose password is typed. */
type Payer = Pick<Buyer, 'login' | 'name' | 'pay_password'>;

/** Chosen instead of a buyer. */
const OTHER = 'other';

interface Props {
  buyers: readonly Buyer[];
  /** The number of the buyer, or that it is another login; the first one when it is none of them. */
  chosen: string;
  onChoose: (userId: string) => void;
}

function PayCode({ buyer }: { buyer: Payer }) {
  const { say } = useShown();
  const clock = useQuery(clockQuery);
  const now = useNow(clock.data, clock.dataUpdatedAt);
  const drawing = useDoing({ send: () => calls.payCode(buyer.login) });
  const code = drawing.data;
  const left = code ? secondsTo(code.expires_at, now) : 0;
  return (
    <Section title={say('pay_code.title')}>
      <p className="quiet">{say('pay_code.text')}</p>
      {code && (
        <p className={left > 0 ? 'pay-code' : 'pay-code over'}>
          <span className="digits">{inFours(code.auth_code)}</span>
          {left > 0 && <Copy text={code.auth_code} />}
          <span className="quiet">{left > 0 ? say('pay_code.left', { count: left }) : say('pay_code.over')}</span>
        </p>
      )}
      <Wrong thrown={drawing.error} />
      <Button kind="primary" isBusy={drawing.isPending} disabled={!buyer.login} onClick={() => drawing.mutate(undefined)}>
        {code ? say('pay_code.again') : say('pay_code.go')}
      </Button>
    </Section>
  );
}

function OrderFound({ order }: { order: Order }) {
  const { say, named } = useShown();
  return (
    <KeyValues
      of={[
        { name: say('pay.subject'), value: order.subject },
        { name: say('pay.amount'), value: <Money of={order.total_amount} /> },
        { name: say('pay.state'), value: <Badge>{named('trade', order.trade_status)}</Badge> },
        { name: 'out_trade_no', value: <Code>{order.out_trade_no}</Code> },
        { name: 'trade_no', value: <Code>{order.trade_no}</Code> },
      ]}
    />
  );
}

function PayOrder({ buyer }: { buyer: Payer }) {
  const { say, named, money } = useShown();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [order, setOrder] = useState<Order | null>(null);
  const [paid, setPaid] = useState<Paid | null>(null);
  const [password, setPassword] = useState(buyer.pay_password);
  const change = (typed: string) => {
    setText(typed);
    setOrder(null);
    setPaid(null);
  };
  return (
    <Section title={say('pay.title')}>
      <LongField
        label={say('pay.handed')}
        text={say('pay.handed_text')}
        value={text}
        onValue={change}
        rows={2}
        isCode
        name="handed"
      />
      {paid ? (
        <Note tone="good">
          {say('pay.done', { amount: money(paid.total_amount), status: named('trade', paid.trade_status) })}
        </Note>
      ) : order ? (
        <Form
          go={say('pay.go', { amount: money(order.total_amount), name: buyer.name })}
          isReady={buyer.login !== '' && password.length === 6}
          send={() => calls.pay(buyer.login, password, handed(text))}
          onDone={done => {
            setPaid(done);
            void client.invalidateQueries();
          }}
        >
          <OrderFound order={order} />
          <DigitsField
            label={say('pay.password')}
            value={password}
            onValue={setPassword}
            name="pay_password"
            autoComplete="off"
          />
        </Form>
      ) : (
        <Form go={say('pay.look')} isReady={text.trim() !== ''} send={() => calls.order(handed(text))} onDone={setOrder} />
      )}
    </Section>
  );
}

export function PayAs({ buyers, chosen, onChoose }: Props) {
  const { say } = useShown();
  const place = useRef<HTMLDivElement>(null);
  const [login, setLogin] = useState('');
  const whom = login.trim();
  const found = buyers.find(one => one.user_id === chosen) ?? buyers[0];
  const isOther = chosen === OTHER || found === undefined;
  const buyer: Payer = isOther ? { login: whom, name: whom, pay_password: '' } : found;
  useEffect(() => {
    if (chosen !== '') {
      place.current?.querySelector('select')?.focus();
      place.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [chosen]);
  const known = buyers.map(one => ({ value: one.user_id, label: `${one.name} · ${one.login}` }));
  return (
    <div ref={place} className="pay-as">
      <h2>{say('pay_as.title')}</h2>
      <div className="fields">
        <ChoiceField
          label={say('pay_as.buyer')}
          value={isOther ? OTHER : found.user_id}
          onValue={onChoose}
          options={[...known, { value: OTHER, label: say('other.login') }]}
        />
        {isOther && (
          <Field
            label={say('open.login')}
            text={say('other.login_text')}
            value={login}
            onValue={setLogin}
            name="payer"
            autoComplete="off"
            autoCapitalize="none"
          />
        )}
      </div>
      <div className="columns">
        <PayCode key={`code ${buyer.login}`} buyer={buyer} />
        <PayOrder key={`order ${isOther ? OTHER : buyer.login}`} buyer={buyer} />
      </div>
    </div>
  );
}
