// /pay: one order, the pockets to pay it from, and what came of it.
//
// An order is paid once, whoever asks how often. So a lost answer is looked up, and paying again is safe once the order
// is seen to be open; until then nobody is told that it failed.
import type { Pocket } from '@kit/api/shapes';
import { asProblem } from '@kit/problem';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { useState } from 'react';
import { Lines, type Line } from '../parts/Lines';
import { Page } from '../parts/Page';
import { PasswordSheet } from '../parts/PasswordSheet';
import { PayOutcome, useTried } from '../parts/PayOutcome';
import { Pockets, pocketName, usable } from '../parts/Pockets';
import { Empty, Loaded } from '../parts/states';
import { lastTryOf, payByPasskey, payByPassword, type Shown, type Standing } from '../paying';
import { orderQuery, passkeysQuery, refreshMoney } from '../queries';
import { useShown } from '../shown';
import { shown, toldBy, type Now } from '../stage';

const route = getRouteApi('/shell/pay');

/** What was shown is not what there is any more. */
const OLD = ['changed', 'moved_on', 'already_paid', 'already_closed'];

interface Answering {
  onTold: (standing: Standing) => Promise<void>;
  onUnknown: () => void;
}

/** The order that waits: what it is, and the way to pay it. */
function Waiting({ order, handed, onTold, onUnknown }: Shown & Answering) {
  const shown = useShown();
  const { say, money } = shown;
  const client = useQueryClient();
  const passkeys = useQuery(passkeysQuery).data;
  const [chosen, setChosen] = useState<Pocket | undefined>(order.pockets.find(usable));
  const [isAsking, setAsking] = useState(false);
  const pocket = chosen && usable(chosen) ? chosen : undefined;
  const tried = useTried()(lastTryOf(order));
  const paying = async (doing: Promise<Standing>) => {
    try {
      await onTold(await doing);
    } catch (thrown) {
      if (OLD.includes(asProblem(thrown).code)) {
        void client.invalidateQueries({ queryKey: ['order'] });
      }
      throw thrown;
    }
  };
  const lines: Line[] = [
    [say('pay.to'), order.payee_name],
    [say('pay.subject'), order.subject],
    [say('pay.expires'), order.expires_at && shown.moment(order.expires_at)],
  ];
  return (
    <section className="panel">
      <p className="amount">{money(order.amount)}</p>
      <Lines of={lines} />
      {tried.length > 0 && (
        <div role="status" className="warning">
          {tried.map(line => (
            <p key={line}>{line}</p>
          ))}
        </div>
      )}
      {order.signs_agreement ? (
        <>
          <p>{say('pay.signs')}</p>
          <a href={order.cashier_url} className="button primary">
            {say('pay.to_cashier')}
          </a>
        </>
      ) : (
        <>
          <Pockets pockets={order.pockets} chosen={pocket} onChoose={setChosen} />
          <Button block color="primary" size="large" disabled={!pocket} onClick={() => setAsking(true)}>
            {say('pay.go', { amount: money(order.amount) })}
          </Button>
        </>
      )}
      {isAsking && pocket && (
        <PasswordSheet
          amount={order.amount}
          lines={[
            [say('pay.to'), order.payee_name],
            [say('pay.pocket'), pocketName(pocket, shown)],
          ]}
          byPassword={password => paying(payByPassword({ order, handed }, pocket, password))}
          {...(passkeys?.length ? { byPasskey: () => paying(payByPasskey({ order, handed }, pocket)) } : {})}
          onDone={() => setAsking(false)}
          onUnknown={onUnknown}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

function Paying({ order, handed }: Shown) {
  const client = useQueryClient();
  // What the order says counts until something was done here.
  const [told, setTold] = useState<Now>();
  const now = told ?? shown(order);
  // What is told here counts while the screen stands. Whoever comes back reads the order anew, and not as it was.
  const tell = (said: Now) => {
    setTold(said);
    void client.invalidateQueries({ queryKey: ['order'] });
  };
  const onOpen = async () => {
    await client.invalidateQueries({ queryKey: ['order'] });
    setTold(undefined);
  };
  const onTold = async (standing: Standing) => {
    refreshMoney(client);
    if (standing.state === 'open') {
      await onOpen();
    } else {
      tell(toldBy(standing));
    }
  };
  return now.stage === 'open' ? (
    <Waiting
      order={order}
      handed={handed}
      onTold={onTold}
      onUnknown={() => tell({ stage: 'unknown', lastTry: now.lastTry })}
    />
  ) : (
    <PayOutcome order={order} now={now} onNow={setTold} onOpen={onOpen} onTold={onTold} />
  );
}

export function Pay() {
  const { say } = useShown();
  const handed = route.useSearch();
  const order = useQuery(orderQuery(handed));
  return (
    <Page title={say('pay.title')} up="/">
      {Object.keys(handed).length === 1 ? (
        <Loaded query={order}>{found => <Paying order={found} handed={handed} />}</Loaded>
      ) : (
        <Empty words={say('pay.no_order')}>
          <Link to="/scan" className="button primary">
            {say('go.scan')}
          </Link>
        </Empty>
      )}
    </Page>
  );
}
