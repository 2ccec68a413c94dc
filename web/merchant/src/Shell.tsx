// Around every screen of somebody who is signed in: for whom they work, the way to all screens, the way out.
import { Frame, type MenuGroup } from '@kit/desk/Frame';
import { Go, useGo } from '@kit/desk/Go';
import type { IconName } from '@kit/desk/Icon';
import { signOut } from '@kit/persons';
import { Empty, Failed, Loading } from '@kit/desk/states';
import { asProblem, NO_CONNECTION } from '@kit/problem';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Act } from './calls';
import { Listening } from './parts/Listening';
import { meQuery, sellersQuery } from './queries';
import { useNamed, Works } from './seller';
import { useShown } from './shown';
import type { Word } from './words';

interface Item {
  path: string;
  word: Word;
  icon: IconName;
  act: Act;
  isTab?: boolean;
}

const MENU: readonly { word: Word; items: readonly Item[] }[] = [
  {
    word: 'menu.money',
    items: [
      { path: '/today', word: 'menu.today', icon: 'chart', act: 'see_takings', isTab: true },
      { path: '/till', word: 'menu.till', icon: 'till', act: 'take_payments', isTab: true },
      { path: '/orders', word: 'menu.orders', icon: 'orders', act: 'see_orders', isTab: true },
      { path: '/codes', word: 'menu.codes', icon: 'qr', act: 'take_payments' },
      { path: '/bills', word: 'menu.bills', icon: 'bill', act: 'see_bills', isTab: true },
    ],
  },
  {
    word: 'menu.settings',
    items: [
      { path: '/stores', word: 'menu.stores', icon: 'store', act: 'see_orders' },
      // Everybody may leave, and does so where the staff is.
      { path: '/staff', word: 'menu.staff', icon: 'people', act: 'leave' },
      { path: '/activity', word: 'menu.activity', icon: 'list', act: 'see_staff' },
    ],
  },
  {
    word: 'menu.developer',
    items: [
      { path: '/apps', word: 'menu.apps', icon: 'key', act: 'see_apps' },
      { path: '/notifications', word: 'menu.notifications', icon: 'bell', act: 'see_apps' },
      { path: '/doctor', word: 'menu.doctor', icon: 'doctor', act: 'see_apps' },
    ],
  },
];

/** The first screen that these acts open. */
export const firstScreen = (seller: { seller_id: string; acts: readonly string[] }): string => {
  const items = MENU.flatMap(group => group.items);
  const first = items.find(item => seller.acts.includes(item.act)) ?? items[0];
  return `/${seller.seller_id}${first?.path ?? '/today'}`;
};

function useMenu(): MenuGroup[] {
  const { say } = useShown();
  const seller = useNamed();
  if (!seller) {
    return [];
  }
  const at = (path: string) => `/${seller.seller_id}${path}`;
  return MENU.map(group => ({
    label: say(group.word),
    items: group.items
      .filter(item => seller.acts.includes(item.act))
      .map(({ path, word, icon, isTab = false }) => ({ to: at(path), label: say(word), icon, isTab })),
  })).filter(group => group.items.length > 0);
}

/** Whose desk it is, and the way to another one. */
function Whose() {
  const { say, named } = useShown();
  const sellers = useQuery(sellersQuery).data ?? [];
  const seller = useNamed();
  const go = useGo();
  if (!seller) {
    return null;
  }
  if (sellers.length === 1) {
    return (
      <span className="whose">
        {seller.name} <span className="quiet">{named('role', seller.role)}</span>
      </span>
    );
  }
  const change = (id: string) => {
    const next = sellers.find(one => one.seller_id === id);
    if (next) {
      go(firstScreen(next));
    }
  };
  return (
    <label className="whose">
      <span className="unseen">{say('choose.other')}</span>
      <select value={seller.seller_id} onChange={event => change(event.target.value)}>
        {sellers.map(one => (
          <option key={one.seller_id} value={one.seller_id}>
            {`${one.name} · ${named('role', one.role)}`}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Shows a screen to whoever is signed in, and leads everybody else to signing in. */
export function Shell() {
  const { say } = useShown();
  const sellers = useQuery(sellersQuery);
  const me = useQuery(meQuery);
  const asked = [me, sellers];
  const isSignedOut = asked.some(one => one.isError && asProblem(one.error).isSignedOut);
  const { history } = useRouter();
  const menu = useMenu();
  useEffect(() => {
    if (isSignedOut) {
      const back = history.location.href;
      history.replace(back === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ back }).toString()}`);
    }
  }, [isSignedOut, history]);
  if (isSignedOut || asked.some(one => one.isPending)) {
    return (
      <main className="waiting">
        <Loading lines={6} />
      </main>
    );
  }
  return (
    <Frame
      // Of whoever was here before nothing stays, also not what was typed.
      key={me.data?.user_id}
      desk={say('desk')}
      menu={menu}
      who={me.data ? (me.data.name_masked ?? me.data.login_masked) : ''}
      above={<Whose />}
      signOut={signOut}
      isCutOff={asked.some(one => one.isError && asProblem(one.error).code === NO_CONNECTION)}
    >
      {me.data && sellers.data ? (
        <Outlet />
      ) : (
        <Failed thrown={me.error ?? sellers.error} again={() => asked.forEach(one => void one.refetch())} />
      )}
    </Frame>
  );
}

/** The screens of the merchant that the address names. */
export function AtSeller() {
  const { say } = useShown();
  const seller = useNamed();
  return seller ? (
    <Works at={seller}>
      <Listening />
      <Outlet />
    </Works>
  ) : (
    <Empty words={say('choose.unknown')}>
      <Go to="/" className="button">
        {say('choose.title')}
      </Go>
    </Empty>
  );
}
