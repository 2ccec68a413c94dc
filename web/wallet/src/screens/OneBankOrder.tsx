// /bank-orders/:no: a top-up or withdrawal with its fee, the payment password, and then what the bank says.
import { api, told } from '@kit/api/client';
import type { BankOrder } from '@kit/api/shapes';
import { fenOf, yuanOf } from '@kit/money';
import { proven } from '@kit/passkey';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { useState } from 'react';
import { Lines, type Line } from '../parts/Lines';
import { Page } from '../parts/Page';
import { PasswordSheet } from '../parts/PasswordSheet';
import { Result, type Outcome } from '../parts/Result';
import { Loaded, Wrong } from '../parts/states';
import { sure } from '@kit/sure';
import { bankOrderQuery, passkeysQuery, refreshMoney } from '../queries';
import { useShown } from '../shown';
import { useLooks, useUnknown } from '../unknown';

const route = getRouteApi('/shell/bank-orders/$no');

const OUTCOMES: Record<string, Outcome> = {
  under_way: 'waiting',
  closing: 'waiting',
  returning: 'waiting',
  done: 'done',
  failed: 'failed',
  closed: 'failed',
  returned: 'failed',
  credited: 'failed',
};

const wayOf = (order: BankOrder) => (order.kind === 'top_up' ? 'cash.top_up' : 'cash.withdraw');

/** What leaves the balance, or comes to it. */
function movedBy(order: BankOrder): string {
  const [amount, fee] = [fenOf(order.amount) ?? 0n, fenOf(order.fee) ?? 0n];
  return yuanOf(order.kind === 'top_up' ? amount - fee : amount + fee);
}

function linesOf(order: BankOrder, { say, money, moment, card }: ReturnType<typeof useShown>): Line[] {
  return [
    [say('cash.card'), card(order.card)],
    [say('cash.amount'), money(order.amount)],
    [say('cash.fee'), money(order.fee)],
    [say(order.kind === 'top_up' ? 'cash.to_balance' : 'cash.from_balance'), money(movedBy(order))],
    [say('bill.at'), moment(order.at)],
    [say('cash.no'), order.no],
  ];
}

interface Acting {
  order: BankOrder;
  onTold: (order: BankOrder) => void;
}

function GiveUp({ order, onTold }: Acting) {
  const { say } = useShown();
  const closing = useMutation({
    mutationFn: () => told(api.POST('/me/bank-orders/{no}/close', { params: { path: { no: order.no } } })),
    onSuccess: onTold,
  });
  const ask = async () => {
    if (await sure({ title: say('cash.give_up_sure'), yes: say('cash.give_up'), no: say('back') })) {
      closing.mutate();
    }
  };
  return (
    <>
      <Wrong thrown={closing.error} />
      <Button block size="large" loading={closing.isPending} onClick={() => void ask()}>
        {say('cash.give_up')}
      </Button>
    </>
  );
}

function Draft({ order, isStill, onTold, onUnknown }: Acting & { isStill: boolean; onUnknown: () => void }) {
  const shown = useShown();
  const { say, money } = shown;
  const passkeys = useQuery(passkeysQuery).data;
  const [isAsking, setAsking] = useState(false);
  const path = { params: { path: { no: order.no } } };
  const byPassword = async (pay_password: string) =>
    onTold(await told(api.POST('/me/bank-orders/{no}/confirm', { ...path, body: { pay_password } })));
  const byPasskey = async () => {
    const options = await told(api.POST('/me/bank-orders/{no}/confirm/options', path));
    onTold(await told(api.POST('/me/bank-orders/{no}/confirm', { ...path, body: await proven(options) })));
  };
  return (
    <section className="panel">
      <h2>{say('cash.check')}</h2>
      <p className="amount">{money(order.amount)}</p>
      {isStill && <p role="status">{say('cash.still_draft')}</p>}
      <Lines of={linesOf(order, shown)} />
      <Button block color="primary" size="large" onClick={() => setAsking(true)}>
        {say('cash.go', { what: say(wayOf(order)), amount: money(order.amount) })}
      </Button>
      <GiveUp order={order} onTold={onTold} />
      {isAsking && (
        <PasswordSheet
          amount={order.amount}
          lines={[
            [say('cash.card'), shown.card(order.card)],
            [say('cash.fee'), money(order.fee)],
          ]}
          byPassword={byPassword}
          {...(passkeys?.length ? { byPasskey } : {})}
          onDone={() => setAsking(false)}
          onUnknown={() => {
            setAsking(false);
            onUnknown();
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

function Ended({ order, isUnknown, onTold }: Acting & { isUnknown: boolean }) {
  const shown = useShown();
  const { say, named } = shown;
  const isWaiting = order.state === 'under_way';
  const text = isUnknown
    ? say('cash.unknown_text')
    : isWaiting
      ? say('pay.under_way_text')
      : order.state === 'failed' && order.reason
        ? named('reason', order.reason)
        : undefined;
  return (
    <>
      <Result
        outcome={isUnknown ? 'unknown' : (OUTCOMES[order.state] ?? 'waiting')}
        title={isUnknown ? say('pay.unknown') : named('cash.state', order.state)}
        amount={order.amount}
        {...(text ? { text } : {})}
      />
      <section className="panel">
        <Lines of={linesOf(order, shown)} />
        {order.state === 'under_way' && order.kind === 'top_up' && <GiveUp order={order} onTold={onTold} />}
        <Link to="/" className="button">
          {say('to_home')}
        </Link>
      </section>
    </>
  );
}

export function OneBankOrder() {
  const { say } = useShown();
  const { no } = route.useParams();
  const client = useQueryClient();
  const unknown = useUnknown();
  const order = useQuery(bankOrderQuery(no, unknown.isUnknown));
  const isDraft = order.data?.state === 'draft';
  useLooks(unknown, order.dataUpdatedAt, isDraft);
  const onTold = (known: BankOrder) => {
    client.setQueryData(bankOrderQuery(no, false).queryKey, known);
    unknown.end();
    refreshMoney(client);
  };
  return (
    <Page title={say(order.data ? wayOf(order.data) : 'bill.title')} up="/">
      <Loaded query={order}>
        {found =>
          found.state === 'draft' && !unknown.isUnknown ? (
            <Draft order={found} isStill={unknown.isStill} onTold={onTold} onUnknown={unknown.begin} />
          ) : (
            <Ended order={found} isUnknown={unknown.isUnknown && found.state === 'draft'} onTold={onTold} />
          )
        }
      </Loaded>
    </Page>
  );
}
