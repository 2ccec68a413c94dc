// What the routers of desks have in common: addresses behind the `#`, text alone in the search, and the pages for what
// broke or is not there.
import { createHashHistory } from '@tanstack/react-router';
import { ErrorBoundary } from '../ErrorBoundary';
import { Button } from './Button';
import { Go } from './Go';
import { Notices } from './Notices';
import { Page } from './Page';
import { Questions } from './Questions';
import { useDesk } from './shown';
import { Empty, Loading } from './states';
import type { ReactNode } from 'react';

export type Search = Record<string, unknown>;

/** The text of a member of the search, when it has one. All of it is text: amounts stay what they are. */
const text = (search: Search, name: string): string | undefined => {
  const value = search[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** For `validateSearch`: these members, without those that are missing. */
export function texts<Name extends string>(...names: Name[]) {
  return (search: Search): Partial<Record<Name, string>> => {
    const found: Partial<Record<Name, string>> = {};
    for (const name of names) {
      const value = text(search, name);
      if (value !== undefined) {
        found[name] = value;
      }
    }
    return found;
  };
}

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
  parseSearch: (words: string) => Object.fromEntries(new URLSearchParams(words)),
  stringifySearch: (search: Search) => {
    const words = new URLSearchParams(
      Object.entries(search).filter(([, value]) => value !== undefined && value !== '') as [string, string][],
    ).toString();
    return words ? `?${words}` : '';
  },
} as const;
