// A row of a list that leads somewhere: a link, a link out of the wallet, or a button.
import { Link, type LinkProps } from '@tanstack/react-router';
import { RightOutline } from 'antd-mobile-icons';
import type { ReactNode } from 'react';

interface Props {
  title: ReactNode;
  text?: ReactNode;
  end?: ReactNode;
}

function Inside({ title, text, end, leads = true }: Props & { leads?: boolean }) {
  return (
    <>
      <span className="grow">
        <span className="row-title">{title}</span>
        {text && <span className="quiet">{text}</span>}
      </span>
      {end !== undefined && <span className="row-end">{end}</span>}
      {leads && <RightOutline className="quiet" aria-hidden />}
    </>
  );
}

/** A row that leads to another screen. */
export function LinkRow({ to, params, search, ...inside }: Props & Pick<LinkProps, 'to' | 'params' | 'search'>) {
  return (
    <li>
      <Link to={to} params={params} search={search} className="row">
        <Inside {...inside} />
      </Link>
    </li>
  );
}

/** A row that leads out of the wallet. */
export function OutRow({ href, ...inside }: Props & { href: string }) {
  return (
    <li>
      <a href={href} className="row">
        <Inside {...inside} />
      </a>
    </li>
  );
}

/** A row that leads nowhere. */
export function PlainRow(inside: Props) {
  return (
    <li className="row">
      <Inside {...inside} leads={false} />
    </li>
  );
}
