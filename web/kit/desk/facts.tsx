// Small things that say one fact: badges, money, moments, names with values, what happened when.
import { Fragment, type ReactNode } from 'react';
import { momentOf } from '../moments';
import { useDesk } from './shown';

export type Tone = 'plain' | 'good' | 'wait' | 'bad' | 'accent';

/** A word for a state. The word says it; its colour only helps. */
export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** An amount of the API ("12.30"). */
export function Money({ of, sign }: { of: string; sign?: '+' | '-' | '' }) {
  const { money } = useDesk();
  return <span className="money">{money(of, sign)}</span>;
}

/** A moment of the API, in the time of the books; to the second when it is pointed at. */
export function Moment({ at, isWhole = false }: { at: string | null | undefined; isWhole?: boolean }) {
  const { moment, shortly } = useDesk();
  if (!at) {
    return <NoValue />;
  }
  return (
    <time dateTime={momentOf(at)?.toISOString()} title={moment(at)} className="moment">
      {isWhole ? moment(at) : shortly(at)}
    </time>
  );
}

/** Stands where there is nothing. */
export function NoValue() {
  const { say } = useDesk();
  return (
    <span className="quiet">
      <span aria-hidden="true">–</span>
      <span className="unseen">{say('desk.no_value')}</span>
    </span>
  );
}

const ADDRESS = /^https?:\/\//;

/** A number or an address of something, in letters of one width. A long address breaks after its slashes. */
export function Code({ children }: { children: ReactNode }) {
  if (typeof children !== 'string' || !ADDRESS.test(children)) {
    return <code className="no">{children}</code>;
  }
  const [host = '', ...path] = children.split(/(?<=[^/]\/)(?=[^/])/);
  return (
    <code className="no">
      {host}
      {path.map((piece, place) => (
        // Pieces have no other name than their place.
        // oxlint-disable-next-line react/no-array-index-key
        <Fragment key={`${place} ${piece}`}>
          <wbr />
          {piece}
        </Fragment>
      ))}
    </code>
  );
}

/** A name with its value; a value that is missing is left out. */
export interface KeyValue {
  name: string;
  value: ReactNode;
}

export function KeyValues({ of }: { of: readonly (KeyValue | false | null | undefined)[] }) {
  return (
    <dl className="key-values">
      {of.map(
        one =>
          one && (
            <div key={one.name}>
              <dt>{one.name}</dt>
              <dd>{one.value ?? <NoValue />}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

export interface Happened {
  key: string;
  at: string | null;
  title: ReactNode;
  text?: ReactNode;
  tone?: Tone;
}

/** What happened, in its order. */
export function Timeline({ of, label }: { of: readonly Happened[]; label?: string }) {
  return (
    <ol className="timeline" aria-label={label}>
      {of.map(({ key, at, title, text, tone = 'plain' }) => (
        <li key={key} className={tone}>
          <div className="timeline-title">{title}</div>
          {text && <div className="timeline-text">{text}</div>}
          {at && <Moment at={at} isWhole />}
        </li>
      ))}
    </ol>
  );
}
