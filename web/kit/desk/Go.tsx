// A link to a screen of the same app. `to` is the address behind the `#`, with its search.
import { useLocation, useRouter } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, MouseEvent } from 'react';

/** An address with its search; members that are missing or empty are left out. */
export function addressWith(path: string, search: Record<string, string | undefined>): string {
  const given = Object.entries(search).filter(([, value]) => value) as [string, string][];
  const words = new URLSearchParams(given).toString();
  return words ? `${path}?${words}` : path;
}

interface Props extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  to: string;
  /** Does not leave the screen before in the history. */
  isReplacing?: boolean;
}

export function Go({ to, isReplacing = false, onClick, children, ...more }: Props) {
  const { history } = useRouter();
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !isPlain || more.target) {
      return;
    }
    event.preventDefault();
    if (isReplacing) {
      history.replace(to);
    } else {
      history.push(to);
    }
  };
  return (
    <a {...more} href={`#${to}`} onClick={go}>
      {children}
    </a>
  );
}

/** Goes to another screen from a program. */
export function useGo(): (to: string, isReplacing?: boolean) => void {
  const { history } = useRouter();
  return (to, isReplacing = false) => (isReplacing ? history.replace(to) : history.push(to));
}

/** Whether a screen, or one below it, is shown. */
export function useIsAt(): (to: string) => boolean {
  const { pathname } = useLocation();
  return to => {
    const path = to.split('?')[0] ?? to;
    return path === '/' ? pathname === '/' : pathname === path || pathname.startsWith(`${path}/`);
  };
}
