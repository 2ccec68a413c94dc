// One screen: a bar with the way back and the title, then what the screen holds.
import { useCanGoBack, useRouter } from '@tanstack/react-router';
import { LeftOutline } from 'antd-mobile-icons';
import { useEffect, useRef, type ReactNode } from 'react';
import { useShown } from '../shown';

interface Props {
  title: string;
  /** Where "back" leads when there is nothing to go back to; without it there is no way back. */
  up?: string;
  /** What stands at the end of the bar. */
  beside?: ReactNode;
  children: ReactNode;
}

/** A screen with its title. The title gets the focus, so that a reader says where it is. */
export function Page({ title, up, beside, children }: Props) {
  const { say } = useShown();
  const { history } = useRouter();
  const canGoBack = useCanGoBack();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${say('name')}`;
    heading.current?.focus({ preventScroll: true });
    // Once for each screen: another language changes the words, not where one is.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [title]);
  return (
    <>
      <header className="bar">
        {up !== undefined && (
          <button
            type="button"
            className="icon"
            aria-label={say('back')}
            onClick={() => (canGoBack ? history.back() : history.push(up))}
          >
            <LeftOutline aria-hidden />
          </button>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {beside}
      </header>
      <main>{children}</main>
    </>
  );
}
