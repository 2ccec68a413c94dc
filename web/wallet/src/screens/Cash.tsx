// /top-up and /withdraw: a card and an amount. The next screen shows the fee, before any password.
import { api, told, withKey } from '@kit/api/client';
import { FormKey } from '@kit/key';
import { amountOf } from '@kit/money';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { AmountField } from '@kit/Field';
import { Form } from '../parts/Form';
import { Page } from '../parts/Page';
import { Empty, Loaded } from '../parts/states';
import { balanceQuery, bankOrderQuery, cardsQuery } from '../queries';
import { useShown } from '../shown';
import type { Card } from '@kit/api/shapes';

/** Credit cards only pay. */
const moves = (card: Card) => card.state === 'bound' && card.kind === 'debit';

function CashForm({ way, cards }: { way: 'top_up' | 'withdraw'; cards: readonly Card[] }) {
  const shown = useShown();
  const { say, money } = shown;
  const navigate = useNavigate();
  const client = useQueryClient();
  const balance = useQuery(balanceQuery).data;
  const [card, setCard] = useState(cards[0]?.no ?? '');
  const [typed, setTyped] = useState('');
  const [key] = useState(() => new FormKey());
  const amount = amountOf(typed);
  const send = () => {
    const body = { card, amount: amount ?? '' };
    return key.send(body, sent => {
      const asked = { body, ...withKey(sent) };
      return told(way === 'top_up' ? api.POST('/me/top-ups', asked) : api.POST('/me/withdrawals', asked));
    });
  };
  return (
    <section className="panel">
      <Form
        go={say('next')}
        isReady={amount !== null && card !== ''}
        send={send}
        onDone={order => {
          key.done();
          client.setQueryData(bankOrderQuery(order.no, false).queryKey, order);
          void navigate({ to: '/bank-orders/$no', params: { no: order.no }, replace: true });
        }}
      >
        <fieldset className="choice">
          <legend>{say('cash.card')}</legend>
          {cards.map(one => (
            <label key={one.no} className="row pocket">
              <input type="radio" name="card" checked={one.no === card} onChange={() => setCard(one.no)} />
              <span className="grow row-title">{shown.card(one)}</span>
            </label>
          ))}
        </fieldset>
        <AmountField
          label={say('cash.amount')}
          value={typed}
          onValue={setTyped}
          name="amount"
          {...(balance === undefined ? {} : { text: say('cash.available', { amount: money(balance) }) })}
        />
        {way === 'withdraw' && <p className="quiet">{say('cash.fee_text')}</p>}
      </Form>
    </section>
  );
}

function Cash({ way }: { way: 'top_up' | 'withdraw' }) {
  const { say } = useShown();
  const cards = useQuery(cardsQuery);
  return (
    <Page title={say(`cash.${way}`)} up="/">
      <Loaded query={cards}>
        {found =>
          found.some(moves) ? (
            <CashForm way={way} cards={found.filter(moves)} />
          ) : (
            <Empty words={say('cash.no_card')}>
              <Link to="/cards/new" className="button primary">
                {say('cards.bind')}
              </Link>
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

export const TopUp = () => <Cash way="top_up" />;
export const Withdraw = () => <Cash way="withdraw" />;
