// Where each screen is. Addresses lie behind the `#`, so the page works under any path.
import { deskRouter, DeskRoot, NotFound, texts } from '@kit/desk/routes';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { Start } from './screens/Start';
import { Shell } from './Shell';

function Root() {
  return (
    <DeskRoot>
      <Outlet />
    </DeskRoot>
  );
}

/** Beside the frame, which belongs to the screens that are there. */
function Nowhere() {
  return (
    <main className="lone">
      <NotFound />
    </main>
  );
}

const root = createRootRoute({ component: Root, notFoundComponent: Nowhere });
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });
const inShell = () => shell;

const screens = [
  createRoute({ getParentRoute: inShell, path: '/', component: Start }),
  createRoute({
    getParentRoute: inShell,
    path: '/buyers',
    component: lazyRouteComponent(() => import('./screens/Buyers'), 'Buyers'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/requests',
    validateSearch: texts('app', 'only'),
    remountDeps: () => 'requests',
    component: lazyRouteComponent(() => import('./screens/Requests'), 'Requests'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/requests/$number',
    component: lazyRouteComponent(() => import('./screens/OneRequest'), 'OneRequest'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/faults',
    component: lazyRouteComponent(() => import('./screens/Faults'), 'Faults'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/clock',
    component: lazyRouteComponent(() => import('./screens/ClockPage'), 'ClockPage'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/inbox',
    validateSearch: texts('tab', 'app'),
    remountDeps: () => 'inbox',
    component: lazyRouteComponent(() => import('./screens/Inbox'), 'Inbox'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/desks',
    component: lazyRouteComponent(() => import('./screens/Desks'), 'Desks'),
  }),
  createRoute({
    getParentRoute: inShell,
    path: '/world',
    component: lazyRouteComponent(() => import('./screens/WorldPage'), 'WorldPage'),
  }),
] as const;

/** The way through the page. */
export const router = createRouter({
  ...deskRouter,
  routeTree: root.addChildren([shell.addChildren([...screens])]),
  // Another request is another screen: nothing that was pasted for the one before stays.
  defaultRemountDeps: ({ params, search }) => ({ params, search }),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
