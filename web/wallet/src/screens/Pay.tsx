// /pay: one order, the pockets to pay it from, and what came of it.
//
// An order is paid once, whoever asks how often. So a lost answer is looked up, and paying again is safe once the order
// is seen to be open; until then nobody is told that it failed.
import type { Order, Pocket } from '@kit/api/shapes';
import { asProblem } from '@kit/problem';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { useEffect, useRef, useState } from 'react';
import { Lines, type Line } from '../parts/Lines';
import { Page } from '../parts/Page';
import { PasswordSheet } from '../parts/PasswordSheet';
import { Pockets, pocketName, usable } from '../parts/Pockets';
import { Result } from '../parts/Result';
import { Empty, Loaded, Wrong } from '../parts/states';
import { payByPasskey, payByPassword, revoke, type Shown, type Standing } from '../paying';
import { orderQuery, passkeysQuery, paymentQuery, refreshMoney } from '../queries';
import { useShown } from '../shown';

const route = getRouteApi('/shell/pay');

/** Where paying stands on this screen. `sent` is with the bank, `unknown` got no answer. */
type Stage = 'open' | 'sent' | 'paid' | 'closed' | 'unknown' | 'refused' | 'unpaid';

/** How often an order without an answer is seen open before it is called unpaid: the call may still be on its way. */
const LOOKS = 3;

/** What was shown is not what there is any more. */
const OLD = ['changed', 'moved_on', 'already_paid', 'already_closed'];

const STAGES: Record<Standing['state'], Stage> = { open: 'open', paying: 'sent', paid: 'paid', closed: 'closed' };

/** Looks at a payment until it is over, or open again: then the bank refused, or nothing ever arrived. */
function useLooking(order: Order, stage: Stage, onStage: (stage: Stage) => void): Standing | undefined {
  const client = useQueryClient();
  const isWaiting = stage === 'sent' || stage === 'unknown';
  const look = useQuery(paymentQuery(order.trade_no, isWaiting));
  const seenOpen = useRef(0);
  const state = isWaiting && look.isFetchedAfterMount ? look.data?.state : undefined;
  useEffect(() => {
    if (state === 'paid' || state === 'closed') {
      refreshMoney(client);
      onStage(state);
    } else if (state === 'open') {
      seenOpen.current += 1;
      if (stage === 'sent') {
        onStage('refused');
      } else if (seenOpen.current >= LOOKS) {
        onStage('unpaid');
      }
    } else {
      seenOpen.current = 0;
      if (state === 'paying' && stage === 'unknown') {
        onStage('sent');
      }
    }
    // Each look counts once, also one that sees the same again.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [state, look.dataUpdatedAt]);
  return look.data;
}

function Revoke({ order, lastTry, onDone }: { order: Order; lastTry: string; onDone: (standing: Standing) => void }) {
  const { say } = useShown();
  const revoking = useMutation({ mutationFn: () => revoke(order.trade_no, lastTry), onSuccess: onDone });
  return (
    <>
      <Wrong thrown={revoking.error} />
      <Button block size="large" loading={revoking.isPending} onClick={() => revoking.mutate()}>
        {say('pay.revoke')}
      </Button>
      <p className="quiet">{say('pay.revoke_text')}</p>
    </>
  );
}

interface Looking {
  order: Order;
  stage: Stage;
  onStage: (stage: Stage) => void;
}

function Outcome({ order, stage, onStage }: Looking) {
  const { say } = useShown();
  const client = useQueryClient();
  const seen = useLooking(order, stage, onStage);
  const lastTry = seen?.lastTry ?? order.last_try;
  const again = () => {
    void client.invalidateQueries({ queryKey: ['order'] });
    onStage('open');
  };
  const bill = (
    <Link to="/bills/$no" params={{ no: order.trade_no }} className="button primary">
      {say('pay.see_bill')}
    </Link>
  );
  const home = (
    <Link to="/" className="button">
      {say('to_home')}
    </Link>
  );
  switch (stage) {
    case 'paid':
      return (
        <Result outcome="done" title={say('pay.paid')} text={order.payee_name} amount={order.amount}>
          {bill}
          {home}
        </Result>
      );
    case 'closed':
      return (
        <Result outcome="failed" title={say('pay.closed')} text={say('pay.closed_text')}>
          {home}
        </Result>
      );
    case 'refused':
    case 'unpaid': {
      const word = stage === 'refused' ? 'pay.bank_refused' : 'pay.not_paid';
      return (
        <Result outcome="failed" title={say(word)} text={say(`${word}_text`)} amount={order.amount}>
          <Button block color="primary" size="large" onClick={again}>
            {say('pay.again')}
          </Button>
          {home}
        </Result>
      );
    }
    case 'unknown':
      return (
        <Result outcome="unknown" title={say('pay.unknown')} text={say('pay.unknown_text')} amount={order.amount}>
          {home}
        </Result>
      );
    default:
      return (
        <Result outcome="waiting" title={say('pay.under_way')} text={say('pay.under_way_text')} amount={order.amount}>
          {bill}
          {lastTry && <Revoke order={order} lastTry={lastTry} onDone={again} />}
        </Result>
      );
  }
}

/** The order that waits: what it is, and the way to pay it. */
function Waiting({ order, handed, onStage }: Shown & { onStage: (stage: Stage) => void }) {
  const shown = useShown();
  const { say, money } = shown;
  const client = useQueryClient();
  const passkeys = useQuery(passkeysQuery).data;
  const [chosen, setChosen] = useState<Pocket | undefined>(order.pockets.find(usable));
  const [isAsking, setAsking] = useState(false);
  const pocket = chosen && usable(chosen) ? chosen : undefined;
  const paying = async (doing: Promise<Standing>) => {
    try {
      const { state } = await doing;
      refreshMoney(client);
      onStage(STAGES[state]);
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
          onUnknown={() => onStage('unknown')}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

function Paying({ order, handed }: Shown) {
  const [stage, setStage] = useState<Stage>('open');
  // What the order says counts until something was done here.
  const now = stage === 'open' ? STAGES[order.state] : stage;
  return now === 'open' ? (
    <Waiting order={order} handed={handed} onStage={setStage} />
  ) : (
    <Outcome order={order} stage={now} onStage={setStage} />
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
