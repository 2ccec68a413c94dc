// /bills/:no: one bill with everything that happened to it.
import { api, told } from '@kit/api/client';
import type { BillDetails } from '@kit/api/shapes';
import { fenOf } from '@kit/money';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { otherOf, signOf } from '../parts/BillRow';
import { Lines, type Line } from '../parts/Lines';
import { notice } from '@kit/notices';
import { Page } from '../parts/Page';
import { Loaded, Wrong } from '../parts/states';
import { sure } from '@kit/sure';
import { billQuery, refreshMoney } from '../queries';
import { useShown } from '../shown';
import { RefundRequest } from './RefundRequest';

const route = getRouteApi('/shell/bills/$no');

const isSome = (amount: string | null | undefined) => (amount ? (fenOf(amount) ?? 0n) > 0n : false);

function linesOf(bill: BillDetails, { say, named, money, moment }: ReturnType<typeof useShown>): Line[] {
  return [
    [say('bill.other'), otherOf(bill, named)],
    [say('bill.account'), bill.category === 'cash' && bill.other_login ? `•••• ${bill.other_login}` : bill.other_login],
    [say('bill.refunded'), isSome(bill.refunded) ? money(bill.refunded) : ''],
    [say('bill.fee'), isSome(bill.fee) && bill.fee ? money(bill.fee) : ''],
    [say('bill.pocket'), bill.pocket ? named('bill.pocket', bill.pocket) : ''],
    [say('bill.category'), named('bill.category', bill.category)],
    [say('bill.remark'), bill.remark],
    [say('bill.at'), moment(bill.at)],
    [say('bill.no'), bill.no],
    [say('bill.merchant_no'), bill.merchant_no],
  ];
}

function Timeline({ bill }: { bill: BillDetails }) {
  const { say, named, money, moment } = useShown();
  return (
    <section className="panel" aria-labelledby="timeline">
      <h2 id="timeline">{say('bill.timeline')}</h2>
      <ol className="timeline">
        {bill.timeline.map(event => (
          <li key={`${event.at} ${event.what} ${event.amount ?? ''} ${event.note ?? ''}`} className={event.what}>
            <p>
              <strong>{named('event', event.what)}</strong>
              {event.amount ? ` ${money(event.amount)}` : ''}
            </p>
            {event.note && <p>{event.what === 'failed' ? named('reason', event.note) : event.note}</p>}
            <p className="quiet">{moment(event.at)}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Calls a transfer or a bank order back. Payments are revoked at their cashier page. */
function Cancel({ bill }: { bill: BillDetails }) {
  const { say } = useShown();
  const client = useQueryClient();
  const cancelling = useMutation({
    mutationFn: async (): Promise<unknown> => {
      const path = { params: { path: { no: bill.no } } };
      return bill.kind === 'transfer_out'
        ? told(api.POST('/me/transfers/{no}/cancel', path))
        : told(api.POST('/me/bank-orders/{no}/close', path));
    },
    onSuccess: () => {
      notice(say('bill.cancelled'));
      refreshMoney(client);
    },
  });
  const ask = async () => {
    if (await sure({ title: say('bill.cancel_sure'), yes: say('bill.cancel'), no: say('back') })) {
      cancelling.mutate();
    }
  };
  return (
    <>
      <Wrong thrown={cancelling.error} />
      <Button block size="large" loading={cancelling.isPending} onClick={() => void ask()}>
        {say('bill.cancel')}
      </Button>
    </>
  );
}

function Acts({ bill }: { bill: BillDetails }) {
  const { say } = useShown();
  if (bill.kind === 'payment') {
    return bill.pay_url ? (
      <Link to="/pay" search={{ trade_no: bill.no }} className="button primary">
        {say('bill.pay')}
      </Link>
    ) : null;
  }
  return bill.can_cancel ? <Cancel bill={bill} /> : null;
}

export function OneBill() {
  const shown = useShown();
  const { say, named, money } = shown;
  const { no } = route.useParams();
  const bill = useQuery(billQuery(no));
  return (
    <Page title={say('bill.title')} up="/bills">
      <Loaded query={bill} lines={8}>
        {found => (
          <>
            <section className="panel">
              <div className="centred">
                <h2>{found.title || named('bill.kind', found.kind)}</h2>
                <p className="amount">{money(found.amount, signOf(found))}</p>
                <p className={`state ${found.state}`}>{named('bill.state', found.state)}</p>
              </div>
              <Lines of={linesOf(found, shown)} />
              <Acts bill={found} />
            </section>
            <RefundRequest bill={found} />
            <Timeline bill={found} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
