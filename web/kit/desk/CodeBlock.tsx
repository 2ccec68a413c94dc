// A text for programs, to be copied or downloaded.
import { useState } from 'react';
import { keepFile } from '../keep-file';
import { Button } from './Button';
import { Icon } from './Icon';
import { useDesk } from './shown';

export { keepFile };

/** Copies a text, and says so. */
export function Copy({ text, label }: { text: string; label?: string }) {
  const { say } = useDesk();
  const [state, setState] = useState<'' | 'desk.copied' | 'desk.copy_failed'>('');
  const copy = () =>
    navigator.clipboard
      .writeText(text)
      .then(() => setState('desk.copied'))
      .catch(() => setState('desk.copy_failed'));
  return (
    <>
      <Button kind="bare" isSmall onClick={() => void (navigator.clipboard ? copy() : setState('desk.copy_failed'))}>
        <Icon name="copy" size={16} />
        {label ?? say('desk.copy')}
      </Button>
      <span role="status" className="quiet">
        {state && say(state)}
      </span>
    </>
  );
}

interface Props {
  label: string;
  text: string;
  /** The name of the file that it can be downloaded as. */
  file?: string;
}

export function CodeBlock({ label, text, file }: Props) {
  const { say } = useDesk();
  return (
    <figure className="code-block">
      <figcaption>
        <span className="grow">{label}</span>
        <Copy text={text} />
        {file && (
          <Button kind="bare" isSmall onClick={() => keepFile(file, text)}>
            <Icon name="download" size={16} />
            {say('desk.download')}
          </Button>
        )}
      </figcaption>
      {/* It can be too long to be seen whole, and then the arrow keys move it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre role="group" aria-label={label} tabIndex={0}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
