// Holds the text that a developer signed against the gateway's, and marks where they part.
import { LongField } from '@kit/desk/fields';
import { Note } from '@kit/desk/states';
import { useState } from 'react';
import { bytesOf, compare, seen, type Difference } from '../compare';
import { useShown } from '../shown';

interface Props {
  ours: string;
  bytes: number;
  isCut: boolean;
  isMasked: boolean;
}

/** One side: what is alike around it, and what is not. */
function Side({ label, of, part }: { label: string; of: Difference; part: string }) {
  const { say } = useShown();
  return (
    <div className="side-of">
      <h3>{label}</h3>
      <pre>
        {seen(of.before)}
        {part === '' ? <mark className="gap">{say('compare.nothing')}</mark> : <mark>{seen(part)}</mark>}
        {seen(of.after)}
      </pre>
    </div>
  );
}

function Found({ ours, theirs, bytes, isMasked }: Omit<Props, 'isCut'> & { theirs: string }) {
  const { say, named, number } = useShown();
  const { isSame, difference, hint } = compare(ours, theirs);
  const length = bytesOf(theirs);
  if (isSame || !difference) {
    const isAsLong = length === bytes;
    return (
      <Note tone={isAsLong ? 'good' : 'warn'}>
        {isAsLong ? say('compare.same') : say('compare.same_but', { ours: number(bytes), theirs: number(length) })}
        {isAsLong && isMasked && ` ${say('compare.same_masked')}`}
      </Note>
    );
  }
  return (
    <>
      <Note tone="bad">
        <p>
          {say('compare.differs', { at: number(difference.at) })}{' '}
          {length !== bytes && say('compare.lengths', { ours: number(bytes), theirs: number(length) })}
        </p>
        {hint && <p>{named('hint', hint)}</p>}
      </Note>
      <div className="compared">
        <Side label={say('compare.ours')} of={difference} part={difference.ours} />
        <Side label={say('compare.theirs')} of={difference} part={difference.theirs} />
      </div>
    </>
  );
}

export function Compare({ ours, bytes, isCut, isMasked }: Props) {
  const { say } = useShown();
  const [theirs, setTheirs] = useState('');
  return (
    <div className="compare">
      <LongField
        label={say('compare.label')}
        text={isCut ? say('compare.cut') : say('compare.text')}
        value={theirs}
        onValue={setTheirs}
        rows={4}
        isCode
        name="theirs"
      />
      <div aria-live="polite">
        {theirs !== '' && <Found ours={ours} theirs={theirs} bytes={bytes} isMasked={isMasked} />}
      </div>
    </div>
  );
}
