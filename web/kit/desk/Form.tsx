// A form: it is sent once at a time, says what was wrong, and its button says what it does.
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from './Button';
import { Wrong } from './states';

interface Props<T> {
  go: string;
  send: () => Promise<T>;
  onDone: (sent: T) => void;
  onWrong?: (thrown: unknown) => void;
  isReady?: boolean;
  isDanger?: boolean;
  /** A button that leads away. */
  beside?: ReactNode;
  children?: ReactNode;
}

/** A form around its fields. */
export function Form<T>({ go, send, onDone, onWrong, isReady = true, isDanger = false, beside, children }: Props<T>) {
  const sending = useMutation({ mutationFn: send, onSuccess: onDone, ...(onWrong ? { onError: onWrong } : {}) });
  return (
    <form
      noValidate
      className="form"
      onSubmit={event => {
        event.preventDefault();
        if (isReady && !sending.isPending) {
          sending.mutate();
        }
      }}
    >
      {children}
      <Wrong thrown={sending.error} />
      <div className="form-foot">
        {beside}
        <Button kind={isDanger ? 'danger' : 'primary'} type="submit" isBusy={sending.isPending} disabled={!isReady}>
          {go}
        </Button>
      </div>
    </form>
  );
}
