// /cards: the own cards; each is given up here, or gets its code.
import { api, told } from '@kit/api/client';
import type { Card } from '@kit/api/shapes';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { useState } from 'react';
import { notice } from '@kit/notices';
import { Page } from '../parts/Page';
import { PasswordSheet } from '../parts/PasswordSheet';
import { Empty, Loaded } from '../parts/states';
import { cardsQuery } from '../queries';
import { useShown } from '../shown';

function OneCard({ card }: { card: Card }) {
  const shown = useShown();
  const { say, named } = shown;
  const client = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const gone = () => {
    setAsking(false);
    notice(say('cards.unbound'));
    void client.invalidateQueries({ queryKey: cardsQuery.queryKey });
  };
  return (
    <li className="panel card">
      <div>
        <h2>{named('bank', card.bank)}</h2>
        <p>
          {named('card', card.kind)} <span className="digits">•••• {card.last_four}</span>
        </p>
        {card.state !== 'bound' && <p className="state">{named('card.state', card.state)}</p>}
      </div>
      <div className="acts">
        {card.state === 'asked' && (
          <Link to="/cards/$no" params={{ no: card.no }} className="button">
            {say('cards.confirm')}
          </Link>
        )}
        <Button onClick={() => setAsking(true)} aria-label={`${say('cards.unbind')} ${shown.card(card)}`}>
          {say('cards.unbind')}
        </Button>
      </div>
      {isAsking && (
        <PasswordSheet
          title={say('cards.unbind_sure', { card: shown.card(card) })}
          text={say('cards.unbind_text')}
          byPassword={pay_password =>
            told(api.DELETE('/me/cards/{no}', { params: { path: { no: card.no } }, body: { pay_password } }))
          }
          onDone={gone}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  );
}

export function Cards() {
  const { say } = useShown();
  const cards = useQuery(cardsQuery);
  return (
    <Page title={say('cards.title')} up="/">
      <Loaded query={cards}>
        {found =>
          found.length === 0 ? (
            <Empty words={say('cards.none')} />
          ) : (
            <>
              <ul>
                {found.map(card => (
                  <OneCard key={card.no} card={card} />
                ))}
              </ul>
              {found.some(card => card.state === 'bound') && (
                <Link to="/cards/order" className="button">
                  {say('pockets.title')}
                </Link>
              )}
            </>
          )
        }
      </Loaded>
      <Link to="/cards/new" className="button primary">
        {say('cards.bind')}
      </Link>
    </Page>
  );
}
