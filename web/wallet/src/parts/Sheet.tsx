// A sheet that comes up from below: the browser's own dialog, which keeps the focus inside and closes on Escape.
import { CloseOutline } from 'antd-mobile-icons';
import { useLayoutEffect, useRef, type ReactNode } from 'react';
import { useShown } from '../shown';

/** Shows its children above everything while it is mounted. `onClose` is asked to unmount it. */
export function Sheet({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const { say } = useShown();
  const dialog = useRef<HTMLDialogElement>(null);
  // Before it leaves the page: a dialog that is out of it gives the focus back to nobody.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) {
      shown.showModal();
      // The sheet itself, so that readers begin with its name and no button looks pressed.
      shown.focus();
    }
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="sheet"
      tabIndex={-1}
      aria-label={title}
      onCancel={event => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="bar">
        <h2>{title}</h2>
        <button type="button" className="icon" aria-label={say('close')} onClick={onClose}>
          <CloseOutline aria-hidden />
        </button>
      </div>
      {children}
    </dialog>
  );
}
