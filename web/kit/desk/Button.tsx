import type { ButtonHTMLAttributes } from 'react';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it looks like: the one thing to do here, one of several, something that cannot be taken back, or a word. */
  kind?: 'primary' | 'plain' | 'danger' | 'bare';
  isSmall?: boolean;
  /** What it does is under way. */
  isBusy?: boolean;
}

export function Button({ kind = 'plain', isSmall = false, isBusy = false, className = '', disabled, ...more }: Props) {
  const names = ['button', kind, isSmall ? 'small' : '', isBusy ? 'busy' : '', className].filter(Boolean).join(' ');
  const isStill = disabled || isBusy;
  return <button type="button" {...more} className={names} disabled={isStill} aria-busy={isBusy || undefined} />;
}
