// Where each screen is. The address names the merchant first, so that two of them can be open side by side.
import { DeskRoot, deskRouter, NotFound, texts } from '@kit/desk/routes';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { Choose } from './screens/Choose';
import { SignIn } from './screens/SignIn';
import { Today } from './screens/Today';
import { AtSeller, Shell } from './Shell';

const root = createRootRoute({
  component: () => (
    <DeskRoot>
      <Outlet />
    </DeskRoot>
  ),
  notFoundComponent: NotFound,
});
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });
const seller = createRoute({ getParentRoute: () => shell, path: '/$seller', component: AtSeller });
const inSeller = () => seller;

const screens = [
  createRoute({
    getParentRoute: inSeller,
    path: '/today',
    validateSearch: texts('day'),
    remountDeps: ({ params }) => params,
    component: Today,
  }),
  createRoute({
    getParentRoute: inSeller,
    path: '/orders',
    validateSearch: texts('state', 'from', 'to', 'find', 'words'),
    // Other filters are the same screen.
    remountDeps: ({ params }) => params,
    component: lazyRouteComponent(() => import('./screens/Orders'), 'Orders'),
  }),
  createRoute({
    getParentRoute: inSeller,
    path: '/orders/$no',
    component: lazyRouteComponent(() => import('./screens/OneOrder'), 'OneOrder'),
  }),
  createRoute({
    getParentRoute: inSeller,
    path: '/till',
    component: lazyRouteComponent(() => import('./screens/Till'), 'Till'),
  }),
  createRoute({
    getParentRoute: inSeller,
    path: '/codes',
    validateSearch: texts('part'),
    remountDeps: ({ params }) => params,
    component: lazyRouteComponent(() => import('./screens/Codes'), 'Codes'),
  }),
  createRoute({
    getParentRoute: inSeller,
    path: '/bills',
    validateSearch: texts('part'),
    remountDeps: ({ params }) => params,
    component: lazyRouteComponent(() => import('./screens/Bills'), 'Bills'),
  }),
  createRoute({
    getParentRoute: inSeller,
    path: '/apps',
    component: lazyRouteComponent(() => import('./screens/Apps'), 'Apps'),
  }),
  createRoute({
    getParentRoute: inSeller,
    path: '/notifications',
    validateSearch: texts('app'),
    remountDeps: ({ params }) => params,
    component: lazyRouteComponent(() => import('./screens/Notifications'), 'Notifications'),
  }),
  createRoute({
    getParentRoute: inSeller,
    path: '/doctor',
    component: lazyRouteComponent(() => import('./screens/Doctor'), 'Doctor'),
  }),
  createRoute({
    getParentRoute: inSeller,
    path: '/staff',
    component: lazyRouteComponent(() => import('./screens/Staff'), 'Staff'),
  }),
  createRoute({
    getParentRoute: inSeller,
    path: '/activity',
    component: lazyRouteComponent(() => import('./screens/Activity'), 'Activity'),
  }),
  createRoute({
    getParentRoute: inSeller,
    path: '/stores',
    component: lazyRouteComponent(() => import('./screens/Stores'), 'Stores'),
  }),
] as const;

/** The way through the desk. */
export const router = createRouter({
  ...deskRouter,
  routeTree: root.addChildren([
    createRoute({ getParentRoute: () => root, path: '/sign-in', validateSearch: texts('back'), component: SignIn }),
    shell.addChildren([
      createRoute({ getParentRoute: () => shell, path: '/', component: Choose }),
      seller.addChildren([...screens]),
    ]),
  ]),
  // Another order or merchant is another screen: nothing that was typed or told for the one before stays.
  defaultRemountDeps: ({ params, search }) => ({ params, search }),
});
