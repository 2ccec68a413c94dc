// Around every screen of somebody who is signed in: who it is, what changes meanwhile, whether there is a connection.
import { addressOf } from '@kit/api/client';
import { useEvents } from '@kit/events';
import { useOnline } from '@kit/online';
import { asProblem, NO_CONNECTION } from '@kit/problem';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate, useRouter } from '@tanstack/react-router';
import { AppOutline, BillOutline, UserOutline } from 'antd-mobile-icons';
import { useEffect, useRef } from 'react';
import { notice } from '@kit/notices';
import { Loading } from './parts/states';
import { balanceQuery, billsQuery, meQuery, newestQuery, refreshAccount, refreshBills } from './queries';
import { useShown } from './shown';

/** Screens that the menu below leads to. */
const MENU = [
  { to: '/', word: 'tab.home', Icon: AppOutline },
  { to: '/bills', word: 'tab.bills', Icon: BillOutline },
  { to: '/me', word: 'tab.me', Icon: UserOutline },
] as const;

interface Changed {
  changed: string | string[];
}

/** Asks anew for what the server says has changed, and tells when money came. */
function useChanges(): void {
  const { say, money } = useShown();
  const client = useQueryClient();
  /** The number of the newest bill: '' where there is none, undefined while nobody knows. */
  const newest = useRef<string | undefined>(undefined);
  const tellWhatCame = async () => {
    const listed = client.getQueryData(billsQuery('', '').queryKey)?.pages[0]?.bills;
    const before = newest.current ?? (listed && (listed[0]?.no ?? ''));
    const bill = await client.fetchQuery(newestQuery);
    newest.current = bill?.no ?? '';
    if (bill && before !== undefined && bill.no !== before && bill.direction === 'in' && bill.state === 'done') {
      notice(say('home.received', { amount: money(bill.amount) }));
    }
  };
  const refresh = ({ changed }: Changed) => {
    const parts = [changed].flat();
    if (parts.includes('account')) {
      refreshAccount(client);
    }
    if (parts.includes('bills')) {
      // A bill that cannot be looked at now is in the list when the list can.
      tellWhatCame().catch(() => undefined);
      refreshBills(client);
    }
  };
  // Perhaps this device was signed out elsewhere, or there is no connection: asking for the account tells.
  const look = () => void client.invalidateQueries({ queryKey: meQuery.queryKey }, { cancelRefetch: false });
  useEvents(addressOf('api/v1/me/events'), 'changed', refresh, look);
}

function Listening() {
  useChanges();
  return null;
}

/** Says that what is shown may be old, and from when the balance is. */
function Offline({ isCutOff, seenAt }: { isCutOff: boolean; seenAt: number }) {
  const { say, shortly } = useShown();
  const isOnline = useOnline() && !isCutOff;
  const since = seenAt > 0 ? ` ${say('offline_since', { at: shortly(new Date(seenAt).toISOString()) })}` : '';
  return (
    <p role="status" className={isOnline ? 'offline none' : 'offline'}>
      {isOnline ? '' : `${say('offline')}${since}`}
    </p>
  );
}

function Menu() {
  const { say } = useShown();
  const { pathname } = useLocation();
  if (!MENU.some(one => one.to === pathname)) {
    return null;
  }
  return (
    <nav className="menu" aria-label={say('main_menu')}>
      {MENU.map(({ to, word, Icon }) => (
        <Link key={to} to={to} aria-current={to === pathname ? 'page' : undefined}>
          <Icon aria-hidden />
          <span>{say(word)}</span>
        </Link>
      ))}
    </nav>
  );
}

/** Shows a screen to whoever is signed in, and leads everybody else to signing in. */
export function Shell() {
  const me = useQuery(meQuery);
  // Shown without a connection, once it is known that there is none.
  const { data: seen, dataUpdatedAt: seenAt } = useQuery({ ...balanceQuery, enabled: false });
  const isSignedOut = me.isError && asProblem(me.error).isSignedOut;
  const navigate = useNavigate();
  const { history } = useRouter();
  useEffect(() => {
    if (isSignedOut) {
      const back = history.location.href;
      void navigate({ to: '/sign-in', search: back === '/' ? {} : { back }, replace: true });
    }
  }, [isSignedOut, navigate, history]);
  // Asked again after no answer came, it is as unknown as before: what is shown stays.
  const isAskedAgain = me.isPending && me.errorUpdateCount > 0;
  if (isSignedOut || (me.isPending && !isAskedAgain && seen === undefined)) {
    return (
      <main>
        <Loading lines={6} />
      </main>
    );
  }
  return (
    <>
      <Listening />
      <Offline isCutOff={me.isError && asProblem(me.error).code === NO_CONNECTION} seenAt={seenAt} />
      <Outlet />
      <Menu />
    </>
  );
}
