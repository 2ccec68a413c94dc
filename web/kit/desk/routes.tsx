// What the routers of desks have in common: addresses behind the `#`, text alone in the search, and the pages for what
// broke or is not there.
import { createHashHistory } from '@tanstack/react-router';
import { ErrorBoundary } from '../ErrorBoundary';
import { searchOfText } from '../search';
import { Button } from './Button';
import { Go } from './Go';
import { Notices } from './Notices';
import { Page } from './Page';
import { Questions } from './Questions';
import { useDesk } from './shown';
import { Empty, Loading } from './states';
import type { ReactNode } from 'react';

export { texts } from '../search';

export function Broken({ again }: { again: () => void }) {
  const { say } = useDesk();
  return (
    <Page title={say('desk.broken')}>
      <Empty words={say('desk.broken_text')}>
        <Button kind="primary" onClick={again}>
          {say('desk.retry')}
        </Button>
      </Empty>
    </Page>
  );
}

export function NotFound() {
  const { say } = useDesk();
  return (
    <Page title={say('desk.not_found')}>
      <Empty words={say('desk.not_found_text')}>
        <Go to="/" className="button primary">
          {say('desk.to_home')}
        </Go>
      </Empty>
    </Page>
  );
}

const broken = (again: () => void) => <Broken again={again} />;

/** Around everything: what breaks is caught, and questions and notices have their place. */
export function DeskRoot({ children }: { children: ReactNode }) {
  return (
    <>
      <ErrorBoundary broken={broken}>{children}</ErrorBoundary>
      <Questions />
      <Notices />
    </>
  );
}

/** The options of `createRouter` that every desk gives. */
export const deskRouter = {
  history: createHashHistory(),
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ reset }: { reset: () => void }) => <Broken again={reset} />,
  scrollRestoration: true,
  ...searchOfText,
} as const;
