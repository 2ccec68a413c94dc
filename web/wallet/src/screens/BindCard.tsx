// /cards/new and /cards/:no: asks the bank about a card, then takes the code that the bank sends.
import { api, told } from '@kit/api/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { useState } from 'react';
import { DigitsField, Field } from '@kit/Field';
import { Form } from '../parts/Form';
import { notice } from '@kit/notices';
import { Page } from '../parts/Page';
import { PasswordSheet } from '../parts/PasswordSheet';
import { Empty, Loaded } from '../parts/states';
import { cardsQuery, meQuery } from '../queries';
import { EXAMPLE, Example, Told } from '../sandbox';
import { useShown } from '../shown';

const route = getRouteApi('/shell/cards/$no');

/** Digits of a bank's code, at least. */
const CODE_DIGITS_MIN = 4;

/** Takes the code of a card that the bank was asked about. */
function Code({ no, message }: { no: string; message?: string | null | undefined }) {
  const { say } = useShown();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const [isAsking, setAsking] = useState(false);
  return (
    <section className="panel">
      <p>{say('cards.code_text')}</p>
      {message && <Told text={message} from="bank" onCode={setCode} />}
      <form
        onSubmit={event => {
          event.preventDefault();
          setAsking(true);
        }}
      >
        <DigitsField
          label={say('code.label')}
          value={code}
          onValue={setCode}
          name="code"
          autoComplete="one-time-code"
          required
        />
        <Button block color="primary" size="large" type="submit" disabled={code.length < CODE_DIGITS_MIN}>
          {say('cards.confirm')}
        </Button>
      </form>
      {isAsking && (
        <PasswordSheet
          byPassword={pay_password =>
            told(api.POST('/me/cards/{no}/confirm', { params: { path: { no } }, body: { code, pay_password } }))
          }
          onDone={() => {
            notice(say('cards.bound'));
            void client.invalidateQueries({ queryKey: cardsQuery.queryKey });
            void client.invalidateQueries({ queryKey: meQuery.queryKey });
            void navigate({ to: '/cards', replace: true });
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

export function ConfirmCard() {
  const { say } = useShown();
  const { no } = route.useParams();
  return (
    <Page title={say('cards.bind')} up="/cards">
      <Code no={no} />
    </Page>
  );
}

export function BindCard() {
  const { say } = useShown();
  const account = useQuery(meQuery);
  const me = account.data;
  const client = useQueryClient();
  const [number, setNumber] = useState('');
  const [holder, setHolder] = useState('');
  const [idNumber, setIdNumber] = useState('');
  const [mobile, setMobile] = useState('');
  const [asked, setAsked] = useState<{ no: string; message?: string | null | undefined }>();
  const send = () => {
    const id = idNumber.trim();
    const body = { number, holder: holder.trim(), mobile, ...(id ? { id_number: id } : {}) };
    return told(api.POST('/me/cards', { body }));
  };
  const fill = () => {
    setNumber(EXAMPLE.card);
    setMobile(EXAMPLE.mobile);
  };
  if (asked) {
    return (
      <Page title={say('cards.bind')} up="/cards">
        <Code no={asked.no} message={asked.message} />
      </Page>
    );
  }
  if (!me) {
    return (
      <Page title={say('cards.bind')} up="/cards">
        <Loaded query={account}>{() => null}</Loaded>
      </Page>
    );
  }
  if (!me.identified && me.class === 'unverified') {
    return (
      <Page title={say('cards.bind')} up="/cards">
        <Empty words={say('cards.identify_first')}>
          <Link to="/identity" className="button primary">
            {say('identity.title')}
          </Link>
        </Empty>
      </Page>
    );
  }
  return (
    <Page title={say('cards.bind')} up="/cards">
      <section className="panel">
        <p className="quiet">{say('cards.bind_text')}</p>
        <Example about="card" onFill={fill} />
        <Form
          go={say('cards.ask')}
          isReady={number.length >= 16 && holder.trim() !== '' && mobile.length === 11}
          send={send}
          onDone={({ card, message }) => {
            setAsked({ no: card.no, message });
            void client.invalidateQueries({ queryKey: cardsQuery.queryKey });
          }}
        >
          <Field
            label={say('cards.number')}
            value={number}
            onValue={text => setNumber(text.replace(/\D/g, '').slice(0, 19))}
            name="number"
            inputMode="numeric"
            autoComplete="cc-number"
            required
          />
          <Field
            label={say('cards.holder')}
            value={holder}
            onValue={setHolder}
            {...(me.name_masked ? { text: say('cards.holder_text', { name: me.name_masked }) } : {})}
            name="holder"
            autoComplete="cc-name"
            required
          />
          <Field
            label={say('cards.mobile')}
            value={mobile}
            onValue={text => setMobile(text.replace(/\D/g, '').slice(0, 11))}
            name="mobile"
            type="tel"
            autoComplete="tel-national"
            required
          />
          {!me.identified && (
            <Field
              label={say('cards.id_number')}
              value={idNumber}
              onValue={setIdNumber}
              name="id_number"
              autoComplete="off"
            />
          )}
        </Form>
      </section>
    </Page>
  );
}
