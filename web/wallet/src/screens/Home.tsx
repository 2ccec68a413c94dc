// /: the balance, what is done most, the newest bills.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  BankcardOutline,
  DownlandOutline,
  EyeInvisibleOutline,
  EyeOutline,
  FileOutline,
  PayCircleOutline,
  ReceivePaymentOutline,
  ScanningOutline,
  TransportQRcodeOutline,
  UploadOutline,
} from 'antd-mobile-icons';
import { Bell } from '../parts/Bell';
import { BillRow } from '../parts/BillRow';
import { Page } from '../parts/Page';
import { Empty, Failed, Loading, Stale } from '../parts/states';
import { balanceQuery, billsQuery, meQuery } from '../queries';
import { useHidden } from '../device';
import { useShown } from '../shown';

/** Bills that the first screen shows. */
const NEWEST = 5;

const SHORTCUTS = [
  { to: '/collect', word: 'go.collect', Icon: ReceivePaymentOutline },
  { to: '/transfer', word: 'go.transfer', Icon: PayCircleOutline },
  { to: '/top-up', word: 'go.top_up', Icon: DownlandOutline },
  { to: '/withdraw', word: 'go.withdraw', Icon: UploadOutline },
  { to: '/cards', word: 'go.cards', Icon: BankcardOutline },
  { to: '/agreements', word: 'go.agreements', Icon: FileOutline },
] as const;

/** That the balance is not known is not that there is none. */
function NoBalance() {
  const balance = useQuery({ ...balanceQuery, enabled: false });
  const Problem = balance.data === undefined ? Failed : Stale;
  return balance.isError ? <Problem thrown={balance.error} again={() => void balance.refetch()} /> : null;
}

function Balance() {
  const { say, money } = useShown();
  const balance = useQuery(balanceQuery);
  const [isHidden, turn] = useHidden();
  const Eye = isHidden ? EyeInvisibleOutline : EyeOutline;
  return (
    <section className="purse" aria-label={say('home.balance')}>
      <div className="purse-top">
        <span>{say('home.balance')}</span>
        <button type="button" className="icon" aria-label={say(isHidden ? 'home.show' : 'home.hide')} onClick={turn}>
          <Eye aria-hidden />
        </button>
      </div>
      {isHidden ? (
        <p className="amount">
          <span aria-hidden>¥ ••••••</span>
          <span className="unseen">{say('home.hidden')}</span>
        </p>
      ) : (
        <p className="amount">{balance.data === undefined ? '¥ –' : money(balance.data)}</p>
      )}
      {balance.isPending && <span className="unseen" role="status" aria-label={say('loading')} />}
      <div className="purse-acts">
        <Link to="/scan">
          <ScanningOutline aria-hidden />
          {say('go.scan')}
        </Link>
        <Link to="/pay-code">
          <TransportQRcodeOutline aria-hidden />
          {say('go.pay_code')}
        </Link>
      </div>
    </section>
  );
}

/** What stands in the way of paying. */
function Notes() {
  const { say } = useShown();
  const me = useQuery(meQuery).data;
  return (
    <>
      {me && !me.identified && me.class === 'unverified' && (
        <Link to="/identity" className="note">
          <span>{say('home.identify')}</span>
          <span className="link">{say('home.identify_go')}</span>
        </Link>
      )}
      {me && me.payments_stopped_by !== 'none' && (
        <Link to="/security" className="note bad">
          <span>{say('home.stopped')}</span>
          <span className="link">{say('home.stopped_go')}</span>
        </Link>
      )}
    </>
  );
}

function Newest() {
  const { say } = useShown();
  const bills = useInfiniteQuery(billsQuery('', ''));
  const newest = bills.data?.pages[0]?.bills.slice(0, NEWEST);
  const Problem = newest ? Stale : Failed;
  return (
    <section className="panel list" aria-labelledby="newest">
      <div className="panel-top">
        <h2 id="newest">{say('home.newest')}</h2>
        <Link to="/bills" className="link">
          {say('home.all_bills')}
        </Link>
      </div>
      {newest === undefined && bills.isPending && <Loading />}
      {bills.isError && <Problem thrown={bills.error} again={() => void bills.refetch()} />}
      {newest?.length === 0 && <Empty words={say('home.no_bills')} />}
      <ul>
        {newest?.map(bill => (
          <BillRow key={bill.no} bill={bill} />
        ))}
      </ul>
    </section>
  );
}

export function Home() {
  const { say } = useShown();
  const me = useQuery(meQuery).data;
  const name = me?.name_masked || me?.login_masked;
  return (
    <Page title={name ? say('home.hello', { name }) : say('name')} beside={<Bell />}>
      <Notes />
      <Balance />
      <NoBalance />
      <nav className="panel shortcuts" aria-label={say('home.shortcuts')}>
        {SHORTCUTS.map(({ to, word, Icon }) => (
          <Link key={to} to={to}>
            <Icon aria-hidden />
            <span>{say(word)}</span>
          </Link>
        ))}
      </nav>
      <Newest />
    </Page>
  );
}
