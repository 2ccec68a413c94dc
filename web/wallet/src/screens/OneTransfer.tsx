// /transfers/:no: who the payee is, the payment password, and then where the transfer stands.
import { api, told } from '@kit/api/client';
import type { Transfer } from '@kit/api/shapes';
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
import { passkeysQuery, refreshMoney, transferQuery } from '../queries';
import { useShown } from '../shown';
import { useLooks, useUnknown } from '../unknown';

const route = getRouteApi('/shell/transfers/$no');

const OUTCOMES: Record<string, Outcome> = {
  done: 'done',
  waiting: 'waiting',
  under_way: 'waiting',
  returned: 'failed',
  cancelled: 'failed',
};

function linesOf(transfer: Transfer, { say, named, moment }: ReturnType<typeof useShown>): Line[] {
  return [
    [say('transfer.to_known'), transfer.payee_name],
    [say('transfer.account'), transfer.payee_login],
    [say('transfer.arrival'), named('arrival', transfer.arrival)],
    [
      say('transfer.arrives_at'),
      transfer.state === 'waiting' && transfer.arrives_at ? moment(transfer.arrives_at) : '',
    ],
    [say('bill.remark'), transfer.remark],
    [say('bill.at'), moment(transfer.at)],
    [say('transfer.no'), transfer.no],
  ];
}

function Cancel({ transfer, onDone }: { transfer: Transfer; onDone: (transfer: Transfer) => void }) {
  const { say } = useShown();
  const cancelling = useMutation({
    mutationFn: () => told(api.POST('/me/transfers/{no}/cancel', { params: { path: { no: transfer.no } } })),
    onSuccess: onDone,
  });
  const ask = async () => {
    if (await sure({ title: say('transfer.cancel_sure'), yes: say('transfer.cancel'), no: say('back') })) {
      cancelling.mutate();
    }
  };
  return (
    <>
      <Wrong thrown={cancelling.error} />
      <Button block size="large" loading={cancelling.isPending} onClick={() => void ask()}>
        {say('transfer.cancel')}
      </Button>
    </>
  );
}

function Offered({
  transfer,
  isStill,
  onTold,
  onUnknown,
}: {
  transfer: Transfer;
  isStill: boolean;
  onTold: (transfer: Transfer) => void;
  onUnknown: () => void;
}) {
  const shown = useShown();
  const { say, money } = shown;
  const passkeys = useQuery(passkeysQuery).data;
  const [isAsking, setAsking] = useState(false);
  const path = { params: { path: { no: transfer.no } } };
  const byPassword = async (pay_password: string) =>
    onTold(await told(api.POST('/me/transfers/{no}/confirm', { ...path, body: { pay_password } })));
  const byPasskey = async () => {
    const options = await told(api.POST('/me/transfers/{no}/confirm/options', path));
    onTold(await told(api.POST('/me/transfers/{no}/confirm', { ...path, body: await proven(options) })));
  };
  return (
    <section className="panel">
      <h2>{say('transfer.check')}</h2>
      <p className="payee">{transfer.payee_name}</p>
      <p className="amount">{money(transfer.amount)}</p>
      {!transfer.known && <p className="warning">{say('transfer.stranger')}</p>}
      {isStill && <p role="status">{say('transfer.still_offered')}</p>}
      <Lines of={linesOf(transfer, shown)} />
      <p className="quiet">{say('transfer.check_text')}</p>
      <Button block color="primary" size="large" onClick={() => setAsking(true)}>
        {say('transfer.go', { amount: money(transfer.amount) })}
      </Button>
      <Cancel transfer={transfer} onDone={onTold} />
      {isAsking && (
        <PasswordSheet
          amount={transfer.amount}
          lines={[[say('transfer.to_known'), transfer.payee_name]]}
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

function Ended({
  transfer,
  isUnknown,
  onTold,
}: {
  transfer: Transfer;
  isUnknown: boolean;
  onTold: (transfer: Transfer) => void;
}) {
  const shown = useShown();
  const { say, named } = shown;
  return (
    <>
      <Result
        outcome={isUnknown ? 'unknown' : (OUTCOMES[transfer.state] ?? 'waiting')}
        title={isUnknown ? say('pay.unknown') : named('transfer.state', transfer.state)}
        amount={transfer.amount}
        {...(isUnknown ? { text: say('transfer.unknown_text') } : {})}
      />
      <section className="panel">
        <Lines of={linesOf(transfer, shown)} />
        {transfer.state === 'waiting' && <Cancel transfer={transfer} onDone={onTold} />}
        <Link to="/" className="button">
          {say('to_home')}
        </Link>
      </section>
    </>
  );
}

export function OneTransfer() {
  const { say } = useShown();
  const { no } = route.useParams();
  const client = useQueryClient();
  const unknown = useUnknown();
  const transfer = useQuery(transferQuery(no, unknown.isUnknown));
  useLooks(unknown, transfer.dataUpdatedAt, transfer.data?.state === 'offered');
  const onTold = (known: Transfer) => {
    client.setQueryData(transferQuery(no, false).queryKey, known);
    unknown.end();
    refreshMoney(client);
  };
  return (
    <Page title={say('transfer.title')} up="/">
      <Loaded query={transfer}>
        {found =>
          found.state === 'offered' && !unknown.isUnknown ? (
            <Offered transfer={found} isStill={unknown.isStill} onTold={onTold} onUnknown={unknown.begin} />
          ) : (
            <Ended transfer={found} isUnknown={unknown.isUnknown && found.state === 'offered'} onTold={onTold} />
          )
        }
      </Loaded>
    </Page>
  );
}
