// Around every screen of an operator: what can be looked at, who looks, and whether the world has staff yet.
import { Frame, type MenuGroup } from '@kit/desk/Frame';
import { Go } from '@kit/desk/Go';
import { signOut } from '@kit/persons';
import { Failed, Loading, Note } from '@kit/desk/states';
import { asProblem, NO_CONNECTION } from '@kit/problem';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation, useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { MeContext } from './me';
import { healthQuery, meQuery } from './queries';
import { may } from './second';
import { useShown } from './shown';
import type { Health, Me } from './told';

/** How often the counts of the menu are looked at: the overview looks more often while it is shown. */
const COUNT_EVERY_MS = 30_000;

function useMenu(health: Health | undefined): MenuGroup[] {
  const { say } = useShown();
  return [
    {
      label: say('menu.work'),
      items: [
        { to: '/', label: say('menu.home'), icon: 'home', isTab: true },
        { to: '/search', label: say('menu.search'), icon: 'search', isTab: true },
        { to: '/orders', label: say('menu.orders'), icon: 'orders', isTab: true },
      ],
    },
    {
      label: say('menu.control'),
      items: [
        { to: '/cases', label: say('menu.cases'), icon: 'flag', count: health?.cases.waiting ?? 0, isTab: true },
        { to: '/risk', label: say('menu.risk'), icon: 'shield' },
        { to: '/screening', label: say('menu.screening'), icon: 'list' },
        { to: '/applications', label: say('menu.applications'), icon: 'store' },
        { to: '/contracts', label: say('menu.contracts'), icon: 'bill' },
      ],
    },
    {
      label: say('menu.money'),
      items: [
        { to: '/ledger', label: say('menu.ledger'), icon: 'ledger' },
        { to: '/recon', label: say('menu.recon'), icon: 'swap' },
        { to: '/suspense', label: say('menu.suspense'), icon: 'warn', count: health?.suspense.open ?? 0 },
        { to: '/days', label: say('menu.days'), icon: 'calendar' },
      ],
    },
    {
      label: say('menu.platform'),
      items: [
        { to: '/rules', label: say('configuration.rulebooks'), icon: 'bill' },
        { to: '/configuration', label: say('menu.configuration'), icon: 'settings' },
        { to: '/world', label: say('menu.world'), icon: 'clock' },
        { to: '/operators', label: say('menu.operators'), icon: 'people' },
        { to: '/trail', label: say('menu.trail'), icon: 'book' },
      ],
    },
  ];
}

/** What everybody has to know of this world: in full at home, as one line elsewhere. */
function Banner({ me }: { me: Me }) {
  const { say } = useShown();
  const { pathname } = useLocation();
  if (!me.everybody) {
    return null;
  }
  return (
    <div className="everybody">
      <Note tone="warn">
        <p>
          <strong>{say('everybody.title')}</strong> <Go to="/operators">{say('everybody.go')}</Go>
        </p>
        {pathname === '/' && <p>{say('everybody.text')}</p>}
      </Note>
    </div>
  );
}

function Stranger({ me }: { me: Me }) {
  const { say } = useShown();
  const [title, text] =
    me.role === null ? (['stranger.title', 'stranger.text'] as const) : (['inactive.title', 'inactive.text'] as const);
  return (
    <div className="panel">
      <h1 tabIndex={-1}>{say(title)}</h1>
      <p className="quiet">{say(text)}</p>
    </div>
  );
}

/** Shows a screen to an operator, and leads whoever is not signed in to signing in. */
export function Shell() {
  const { say, named } = useShown();
  const asked = useQuery(meQuery);
  const me = asked.data;
  const isLooking = me !== undefined && may(me, 'look');
  const health = useQuery({ ...healthQuery, refetchInterval: COUNT_EVERY_MS, enabled: isLooking });
  const menu = useMenu(health.data);
  const isSignedOut = asked.isError && asProblem(asked.error).isSignedOut;
  const navigate = useNavigate();
  const { history } = useRouter();
  useEffect(() => {
    if (isSignedOut) {
      const back = history.location.href;
      void navigate({ to: '/sign-in', search: back === '/' ? {} : { back }, replace: true });
    }
  }, [isSignedOut, navigate, history]);
  if (!me || isSignedOut) {
    const isFailed = asked.isError && !isSignedOut;
    return (
      <main className="lone">
        {isFailed ? <Failed thrown={asked.error} again={() => void asked.refetch()} /> : <Loading lines={6} />}
      </main>
    );
  }
  const role = me.everybody && me.role === null ? '' : ` · ${named('role', me.role ?? 'none')}`;
  return (
    <MeContext value={me}>
      <Frame
        // Of whoever was here before nothing stays, also not what was typed.
        key={me.user_id}
        desk={say('desk')}
        menu={isLooking ? menu : []}
        who={`${me.login}${role}`}
        banner={<Banner me={me} />}
        signOut={signOut}
        isCutOff={[asked, health].some(one => one.isError && asProblem(one.error).code === NO_CONNECTION)}
      >
        {isLooking ? <Outlet /> : <Stranger me={me} />}
      </Frame>
    </MeContext>
  );
}
