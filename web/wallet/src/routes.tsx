// Where each screen is. Addresses lie behind the `#`, so the wallet works under any path, and no server knows them.
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Link,
  Outlet,
} from '@tanstack/react-router';
import { ErrorBoundary } from '@kit/ErrorBoundary';
import { Button } from 'antd-mobile';
import { Empty, Loading } from './parts/states';
import { Notices } from '@kit/notices';
import { searchOfText, texts, type Search } from '@kit/search';
import { Page } from './parts/Page';
import { Questions } from './parts/sure';
import type { Handed } from './paying';
import { BILL_KINDS, type BillKind } from './queries';
import { Home } from './screens/Home';
import { SignIn } from './screens/SignIn';
import { Shell } from './Shell';
import { useShown } from './shown';

function Broken({ again }: { again: () => void }) {
  const { say } = useShown();
  return (
    <Page title={say('broken')} up="/">
      <Empty words={say('broken_text')}>
        <Button color="primary" onClick={again}>
          {say('retry')}
        </Button>
      </Empty>
    </Page>
  );
}

function NotFound() {
  const { say } = useShown();
  return (
    <Page title={say('not_found')} up="/">
      <Empty words={say('not_found_text')}>
        <Link to="/" className="button primary">
          {say('to_home')}
        </Link>
      </Empty>
    </Page>
  );
}

const broken = (again: () => void) => <Broken again={again} />;

function Root() {
  return (
    <>
      <ErrorBoundary broken={broken}>
        <Outlet />
      </ErrorBoundary>
      <Questions />
      <Notices />
    </>
  );
}

const root = createRootRoute({ component: Root, notFoundComponent: NotFound });
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });
const inShell = () => shell;
const atRoot = () => root;

const welcome = [
  createRoute({
    getParentRoute: atRoot,
    path: '/sign-in',
    validateSearch: texts('back'),
    // With the first files: it is what a newcomer sees.
    component: SignIn,
  }),
  createRoute({
    getParentRoute: atRoot,
    path: '/sign-up',
    validateSearch: texts('back'),
    component: lazyRouteComponent(() => import('./screens/SignUp'), 'SignUp'),
  }),
  createRoute({
    getParentRoute: atRoot,
    path: '/reset/$which',
    component: lazyRouteComponent(() => import('./screens/Reset'), 'Reset'),
  }),
] as const;

const ways = texts('qr_code', 'order_url', 'order_string', 'trade_no');
const handed = (search: Search): Handed => ways(search);
const billFilter = (search: Search): { kind?: BillKind; q?: string } => {
  const kind = BILL_KINDS.find(one => one === search.kind);
  return { ...(kind ? { kind } : {}), ...texts('q')(search) };
};

const screens = [
  createRoute({ getParentRoute: inShell, path: '/', component: Home }),
  createRoute({
    getParentRoute: inShell,
    path: '/scan',
    component: lazyRouteComponent(() => import('./screens/Scan'), 'Scan'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/pay',
    validateSearch: handed,
    component: lazyRouteComponent(() => import('./screens/Pay'), 'Pay'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/shop',
    validateSearch: texts('c'),
    component: lazyRouteComponent(() => import('./screens/Shop'), 'Shop'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/pay-code',
    component: lazyRouteComponent(() => import('./screens/PayCode'), 'PayCode'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/collect',
    validateSearch: texts('c'),
    component: lazyRouteComponent(() => import('./screens/Collect'), 'Collect'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/transfer',
    validateSearch: texts('c'),
    component: lazyRouteComponent(() => import('./screens/Transfer'), 'Transfer'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/transfers/$no',
    component: lazyRouteComponent(() => import('./screens/OneTransfer'), 'OneTransfer'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/top-up',
    component: lazyRouteComponent(() => import('./screens/Cash'), 'TopUp'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/withdraw',
    component: lazyRouteComponent(() => import('./screens/Cash'), 'Withdraw'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/bank-orders/$no',
    component: lazyRouteComponent(() => import('./screens/OneBankOrder'), 'OneBankOrder'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/cards',
    component: lazyRouteComponent(() => import('./screens/Cards'), 'Cards'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/cards/new',
    component: lazyRouteComponent(() => import('./screens/BindCard'), 'BindCard'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/cards/order',
    component: lazyRouteComponent(() => import('./screens/PocketOrder'), 'PocketOrder'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/cards/$no',
    component: lazyRouteComponent(() => import('./screens/BindCard'), 'ConfirmCard'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/bills',
    validateSearch: billFilter,
    // Another filter is the same screen.
    remountDeps: () => 'bills',
    component: lazyRouteComponent(() => import('./screens/Bills'), 'Bills'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/bills/months',
    component: lazyRouteComponent(() => import('./screens/Months'), 'Months'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/bills/$no',
    component: lazyRouteComponent(() => import('./screens/OneBill'), 'OneBill'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/export',
    component: lazyRouteComponent(() => import('./screens/Export'), 'Export'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/agreements',
    component: lazyRouteComponent(() => import('./screens/Agreements'), 'Agreements'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/security',
    component: lazyRouteComponent(() => import('./screens/Security'), 'Security'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/notices',
    component: lazyRouteComponent(() => import('./screens/Notices'), 'Notices'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/limits',
    component: lazyRouteComponent(() => import('./screens/Limits'), 'Limits'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/identity',
    component: lazyRouteComponent(() => import('./screens/Identity'), 'Identity'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/me',
    component: lazyRouteComponent(() => import('./screens/Me'), 'Me'),
  }),
] as const;

/** The way through the wallet. */
export const router = createRouter({
  routeTree: root.addChildren([...welcome, shell.addChildren([...screens])]),
  history: createHashHistory(),
  defaultPreload: 'intent',
  defaultPendingComponent: () => (
    <main>
      <Loading />
    </main>
  ),
  defaultErrorComponent: ({ reset }) => <Broken again={reset} />,
  scrollRestoration: true,
  // Another order, bill or payee is another screen: nothing that was typed or told for the one before stays.
  defaultRemountDeps: ({ params, search }) => ({ params, search }),
  ...searchOfText,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
