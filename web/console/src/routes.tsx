// Where each screen is. Addresses lie behind the `#`, so the console works under any path.
import { deskRouter, DeskRoot, NotFound, texts } from '@kit/desk/routes';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { Home } from './screens/Home';
import { SignInPage } from './screens/SignInPage';
import { Shell } from './Shell';

function Root() {
  return (
    <DeskRoot>
      <Outlet />
    </DeskRoot>
  );
}

const root = createRootRoute({ component: Root, notFoundComponent: NotFound });
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });
const inShell = () => shell;

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: texts('back'),
  component: SignInPage,
});

const looks = [
  createRoute({ getParentRoute: inShell, path: '/', component: Home }),
  createRoute({
    getParentRoute: inShell,
    path: '/search',
    validateSearch: texts('q'),
    remountDeps: () => 'search',
    component: lazyRouteComponent(() => import('./screens/Search'), 'Search'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/orders',
    validateSearch: texts('state', 'from', 'to', 'seller_id'),
    remountDeps: () => 'orders',
    component: lazyRouteComponent(() => import('./screens/Orders'), 'Orders'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/orders/$no',
    component: lazyRouteComponent(() => import('./screens/OneOrder'), 'OneOrder'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/parties/$id',
    component: lazyRouteComponent(() => import('./screens/OneParty'), 'OneParty'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/ledger',
    component: lazyRouteComponent(() => import('./screens/Ledger'), 'Chart'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/ledger/accounts',
    validateSearch: texts('kind', 'owner'),
    remountDeps: () => 'accounts',
    component: lazyRouteComponent(() => import('./screens/Ledger'), 'Accounts'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/ledger/accounts/$id',
    component: lazyRouteComponent(() => import('./screens/Entries'), 'Entries'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/ledger/trial-balance',
    validateSearch: texts('day'),
    remountDeps: () => 'trial-balance',
    component: lazyRouteComponent(() => import('./screens/TrialBalance'), 'TrialBalance'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/ledger/transit',
    validateSearch: texts('minutes'),
    remountDeps: () => 'transit',
    component: lazyRouteComponent(() => import('./screens/Transit'), 'Transit'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/days',
    component: lazyRouteComponent(() => import('./screens/Days'), 'Days'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/days/$day',
    component: lazyRouteComponent(() => import('./screens/Days'), 'OneDay'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/configuration',
    component: lazyRouteComponent(() => import('./screens/Configuration'), 'Configuration'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/trail',
    component: lazyRouteComponent(() => import('./screens/Trail'), 'Trail'),
  }),
] as const;

const tasks = [
  createRoute({
    getParentRoute: inShell,
    path: '/risk',
    component: lazyRouteComponent(() => import('./screens/Risk'), 'Risk'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/risk/edit',
    component: lazyRouteComponent(() => import('./screens/RiskEdit'), 'RiskEdit'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/cases',
    validateSearch: texts('state'),
    remountDeps: () => 'cases',
    component: lazyRouteComponent(() => import('./screens/Cases'), 'Cases'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/screening',
    validateSearch: texts('user_id'),
    component: lazyRouteComponent(() => import('./screens/Screening'), 'Screening'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/applications',
    validateSearch: texts('state'),
    remountDeps: () => 'applications',
    component: lazyRouteComponent(() => import('./screens/Applications'), 'Applications'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/applications/$login',
    component: lazyRouteComponent(() => import('./screens/OneApplication'), 'OneApplication'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/contracts',
    validateSearch: texts('user_id'),
    component: lazyRouteComponent(() => import('./screens/Contracts'), 'Contracts'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/rules',
    component: lazyRouteComponent(() => import('./screens/Rules'), 'Rules'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/recon',
    validateSearch: texts('day'),
    remountDeps: () => 'recon',
    component: lazyRouteComponent(() => import('./screens/Recon'), 'Recon'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/suspense',
    validateSearch: texts('state'),
    remountDeps: () => 'suspense',
    component: lazyRouteComponent(() => import('./screens/Suspense'), 'Suspense'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/world',
    component: lazyRouteComponent(() => import('./screens/World'), 'World'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/operators',
    component: lazyRouteComponent(() => import('./screens/Operators'), 'Operators'),
  }),
] as const;

/** The way through the console. */
export const router = createRouter({
  ...deskRouter,
  routeTree: root.addChildren([signIn, shell.addChildren([...looks, ...tasks])]),
  // Another order or party is another screen: nothing that was typed for the one before stays.
  defaultRemountDeps: ({ params, search }) => ({ params, search }),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
