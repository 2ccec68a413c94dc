// One screen: where it stands, its title, what can be done, and what it holds.
import { useEffect, useRef, type ReactNode } from 'react';
import { Go } from './Go';
import { Icon } from './Icon';
import { useDesk } from './shown';

interface Props {
  title: string;
  /** The screen above this one. */
  up?: { to: string; label: string };
  /** Stands beside the title: a badge. */
  beside?: ReactNode;
  /** A line below the title. */
  text?: ReactNode;
  /** Buttons and links at the end of the head. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A screen with its title. The title gets the focus, so that a reader says where it is. */
export function Page({ title, up, beside, text, actions, children }: Props) {
  const { say } = useDesk();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${say('desk.name')}`;
    heading.current?.focus({ preventScroll: true });
    // Once for each screen: another language changes the words, not where one is.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [title]);
  return (
    <>
      <header className="page-head">
        {up && (
          <Go to={up.to} className="up">
            <Icon name="left" size={16} />
            {up.label}
          </Go>
        )}
        <div className="page-line">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {beside}
          {actions && <div className="actions">{actions}</div>}
        </div>
        {text && <p className="quiet">{text}</p>}
      </header>
      {children}
    </>
  );
}

interface Part {
  title?: string;
  actions?: ReactNode;
  /** Without a frame around it. */
  isBare?: boolean;
  className?: string;
  children: ReactNode;
}

/** A part of a screen with its own heading. */
export function Section({ title, actions, isBare = false, className = '', children }: Part) {
  return (
    <section className={[isBare ? 'section' : 'section panel', className].filter(Boolean).join(' ')} aria-label={title}>
      {(title || actions) && (
        <div className="section-head">
          {title && <h2>{title}</h2>}
          {actions && <div className="actions">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

/** Figures side by side: what is counted, how much, and what it means. */
export function Figures({ of }: { of: readonly { label: string; value: ReactNode; text?: ReactNode; to?: string }[] }) {
  return (
    <dl className={of.length % 3 === 0 ? 'figures by-three' : 'figures'}>
      {of.map(({ label, value, text, to }) => (
        <div key={label} className="figure">
          <dt>{to ? <Go to={to}>{label}</Go> : label}</dt>
          <dd className="value">{value}</dd>
          {text && <dd className="quiet">{text}</dd>}
        </div>
      ))}
    </dl>
  );
}
