// Around every screen of a desk: the way to all screens at the side, above it whose desk it is, the language and the
// way out. On a phone the side is a drawer, and what is used most stands below.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { notice } from '../notices';
import { useOnline } from '../online';
import { asProblem } from '../problem';
import { Button } from './Button';
import { Go, useGo, useIsAt } from './Go';
import { Icon, type IconName } from './Icon';
import { Language } from './Language';
import { useDesk } from './shown';

export interface MenuItem {
  to: string;
  label: string;
  icon: IconName;
  /** How many wait there. */
  count?: number;
  /** Stands below on a phone too; at most four. */
  isTab?: boolean;
}

export interface MenuGroup {
  label?: string;
  items: readonly MenuItem[];
}

interface Props {
  /** What this desk is called. */
  desk: string;
  menu: readonly MenuGroup[];
  /** Who is signed in; nobody where a desk is open to all. */
  who?: string;
  /** Stands at the begin of the bar above: the business, to be chosen. */
  above?: ReactNode;
  /** Above every screen: something that must not be missed. */
  banner?: ReactNode;
  signOut?: () => Promise<void>;
  /** No answer came when somebody was asked for last. */
  isCutOff?: boolean;
  children: ReactNode;
}

function Items({ menu, onGo }: { menu: readonly MenuGroup[]; onGo?: () => void }) {
  const isAt = useIsAt();
  return menu.map((group, place) => (
    <div key={group.label ?? place} className="menu-group">
      {group.label && <h2>{group.label}</h2>}
      <ul>
        {group.items.map(({ to, label, icon, count }) => (
          <li key={to}>
            <Go to={to} aria-current={isAt(to) ? 'page' : undefined} {...(onGo ? { onClick: onGo } : {})}>
              <Icon name={icon} />
              <span className="grow">{label}</span>
              {count ? <span className="count">{count}</span> : null}
            </Go>
          </li>
        ))}
      </ul>
    </div>
  ));
}

function Who({ who }: { who: string }) {
  const { say } = useDesk();
  return (
    <span className="who" title={say('desk.signed_in_as', { name: who })}>
      <span className="unseen">{say('desk.signed_in_as', { name: '' })}</span>
      {who}
    </span>
  );
}

interface DrawerProps {
  menu: readonly MenuGroup[];
  who: string | undefined;
  onClose: () => void;
}

function Drawer({ menu, who, onClose }: DrawerProps) {
  const { say } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  // As in Dialog: it gives the focus back while it is in the page.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) {
      shown.showModal();
    }
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="drawer"
      aria-label={say('desk.main_menu')}
      onCancel={event => {
        event.preventDefault();
        onClose();
      }}
    >
      <button type="button" className="icon-button" aria-label={say('desk.close')} onClick={onClose}>
        <Icon name="close" />
      </button>
      <nav aria-label={say('desk.main_menu')}>
        <Items menu={menu} onGo={onClose} />
      </nav>
      <footer>
        {who && <Who who={who} />}
        <Language />
      </footer>
    </dialog>
  );
}

function TabBar({ menu }: { menu: readonly MenuGroup[] }) {
  const { say } = useDesk();
  const isAt = useIsAt();
  const tabs = menu.flatMap(group => group.items.filter(item => item.isTab));
  return tabs.length === 0 ? null : (
    <nav className="tab-bar" aria-label={say('desk.menu')}>
      {tabs.map(({ to, label, icon }) => (
        <Go key={to} to={to} aria-current={isAt(to) ? 'page' : undefined}>
          <Icon name={icon} />
          <span>{label}</span>
        </Go>
      ))}
    </nav>
  );
}

function SignOut({ signOut }: { signOut: () => Promise<void> }) {
  const { say, problem } = useDesk();
  const client = useQueryClient();
  const go = useGo();
  const leaving = useMutation({
    mutationFn: signOut,
    onSuccess: () => {
      client.clear();
      go('/sign-in', true);
    },
    // Whoever holds the device next could still come back: that must not sound like "done".
    onError: thrown => notice(asProblem(thrown).isUnknown ? say('desk.sign_out_unknown') : problem(thrown)),
  });
  return (
    <Button kind="bare" isSmall isBusy={leaving.isPending} onClick={() => leaving.mutate()}>
      <Icon name="out" size={16} />
      <span>{say('desk.sign_out')}</span>
    </Button>
  );
}

export function Frame({ desk, menu, who, above, banner, signOut, isCutOff = false, children }: Props) {
  const { say } = useDesk();
  const isOnline = useOnline() && !isCutOff;
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="frame">
      <a className="skip" href="#content" onClick={skip}>
        {say('desk.skip')}
      </a>
      <header className="top">
        <button type="button" className="icon-button opens" aria-label={say('desk.menu')} onClick={() => setOpen(true)}>
          <Icon name="menu" />
        </button>
        <Go to="/" className="mark">
          <img src="icon.svg" alt="" width="24" height="24" />
          <span>{desk}</span>
        </Go>
        <div className="grow">{above}</div>
        <Language />
        {who && (
          <span className="who" title={say('desk.signed_in_as', { name: who })}>
            <span className="unseen">{say('desk.signed_in_as', { name: '' })}</span>
            {who}
          </span>
        )}
        {signOut && <SignOut signOut={signOut} />}
      </header>
      <nav className="side" aria-label={say('desk.main_menu')}>
        <Items menu={menu} />
      </nav>
      {isOpen && <Drawer menu={menu} who={who} onClose={() => setOpen(false)} />}
      <main id="content" tabIndex={-1}>
        <p role="status" className={isOnline ? 'offline none' : 'offline'}>
          {isOnline ? '' : say('desk.offline')}
        </p>
        {banner}
        {children}
      </main>
      <TabBar menu={menu} />
    </div>
  );
}

/** The address behind the `#` is the screen's, so the focus is moved by hand. */
function skip(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
