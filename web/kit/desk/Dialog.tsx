// The browser's own dialog, which keeps the focus inside, closes on Escape and gives the focus back.
import { useLayoutEffect, useRef, type ReactNode } from 'react';
import { Icon } from './Icon';
import { useDesk } from './shown';

interface Props {
  title: string;
  /** Asked to unmount it: by Escape, by the cross, or by a click beside it. */
  onClose: () => void;
  children: ReactNode;
  /** Buttons at its end. A form inside has its own. */
  actions?: ReactNode;
  isWide?: boolean;
}

/** Shows its children above everything while it is mounted. */
export function Dialog({ title, onClose, children, actions, isWide = false }: Props) {
  const { say } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  // Before it leaves the page: a dialog that is out of it gives the focus back to nobody.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) {
      shown.showModal();
      // Its first field, or itself, so that readers begin with its name and no button looks pressed.
      const first = shown.querySelector<HTMLElement>('input:not([type=hidden]), select, textarea');
      (first ?? shown).focus();
    }
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={isWide ? 'dialog wide' : 'dialog'}
      tabIndex={-1}
      aria-label={title}
      onCancel={event => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2>{title}</h2>
        <button type="button" className="icon-button" aria-label={say('desk.close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="dialog-body">{children}</div>
      {actions && <footer>{actions}</footer>}
    </dialog>
  );
}
