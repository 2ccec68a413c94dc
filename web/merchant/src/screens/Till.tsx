// /till: the amount, the payer's code, what came of it; then the next customer.
import { Button } from '@kit/desk/Button';
import { Field } from '@kit/desk/fields';
import { Page, Section } from '@kit/desk/Page';
import { Loading } from '@kit/desk/states';
import { amountOf } from '@kit/money';
import { useRef, useState } from 'react';
import { AmountPad } from '../parts/AmountPad';
import { PayCodeReader } from '../parts/PayCodeReader';
import { StoreField } from '../parts/StoreField';
import { TillResult } from '../parts/TillResult';
import { useScanner } from '../scanner';
import { May, useSeller } from '../seller';
import { useShown } from '../shown';
import { useTill } from '../tilling';

/** What stays from one customer to the next. */
interface Kept {
  subject: string;
  store: string;
}

interface Props {
  kept: Kept;
  onKept: (kept: Kept) => void;
  onNext: () => void;
}

function OneCustomer({ kept, onKept, onNext }: Props) {
  const { say, money } = useShown();
  const { id } = useSeller();
  const till = useTill(id);
  const [typed, setTyped] = useState('');
  const [isAtCode, setAtCode] = useState(false);
  const before = useRef({ typed, kept });
  const amount = amountOf(typed);
  const charge = (pay_code: string, total: string, { subject, store }: Kept) => {
    const sold = subject.trim() || say('till.subject_default');
    setAtCode(true);
    till.charge({ pay_code, amount: total, subject: sold, ...(store ? { store_id: store } : {}) });
  };
  useScanner({
    onBegin: () => {
      before.current = { typed, kept };
    },
    onCode: code => {
      // What a scanner typed into the amount, or into what is sold, is taken back: it was a code.
      setTyped(before.current.typed);
      onKept(before.current.kept);
      const total = amountOf(before.current.typed);
      if (total) {
        charge(code, total, before.current.kept);
      }
    },
  });
  if (till.stage === 'charging') {
    return (
      <Section className="till-charging">
        <p className="till-result-sum">{money(amount ?? '')}</p>
        <p role="status">{say('till.charging')}</p>
        <Loading lines={2} />
      </Section>
    );
  }
  if (till.stage !== 'asking') {
    return (
      <TillResult
        till={till}
        stage={till.stage}
        amount={amount ?? ''}
        onNext={onNext}
      />
    );
  }
  if (isAtCode && amount) {
    return (
      <Section className="till-code">
        <p className="till-result-sum">{money(amount)}</p>
        <PayCodeReader
          go={say('till.charge', { amount: money(amount) })}
          isBusy={false}
          onCode={code => charge(code, amount, kept)}
        />
        <Button kind="bare" onClick={() => setAtCode(false)}>
          {say('till.back')}
        </Button>
      </Section>
    );
  }
  return (
    <div className="till">
      <Section>
        <AmountPad value={typed} onValue={setTyped} onEnter={() => amount && setAtCode(true)} />
        <Button kind="primary" className="till-go" disabled={!amount} onClick={() => setAtCode(true)}>
          {say('till.next')}
        </Button>
      </Section>
      <Section>
        <Field
          label={say('till.subject')}
          value={kept.subject}
          onValue={subject => onKept({ ...kept, subject })}
          name="subject"
          maxLength={256}
          placeholder={say('till.subject_default')}
        />
        <StoreField value={kept.store} onValue={store => onKept({ ...kept, store })} />
      </Section>
    </div>
  );
}

export function Till() {
  const { say } = useShown();
  const [kept, setKept] = useState<Kept>({ subject: '', store: '' });
  const [customer, setCustomer] = useState(0);
  return (
    <Page title={say('till.title')}>
      <May act="take_payments">
        <OneCustomer
          key={customer}
          kept={kept}
          onKept={setKept}
          onNext={() => setCustomer(customer + 1)}
        />
      </May>
    </Page>
  );
}
