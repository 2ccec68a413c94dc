// A form: it is sent once at a time, says what was wrong, and its button says what it does.
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd-mobile';
import type { ReactNode } from 'react';
import { Wrong } from './states';

interface Props<T> {
  go: string;
  send: () => Promise<T>;
  onDone: (sent: T) => void;
  onWrong?: (thrown: unknown) => void;
  isReady?: boolean;
  children: ReactNode;
}

/** A form around its fields. */
export function Form<T>({ go, send, onDone, onWrong, isReady = true, children }: Props<T>) {
  const sending = useMutation({ mutationFn: send, onSuccess: onDone, ...(onWrong ? { onError: onWrong } : {}) });
  return (
    <form
      noValidate
      onSubmit={event => {
        event.preventDefault();
        if (isReady && !sending.isPending) {
          sending.mutate();
        }
      }}
    >
      {children}
      <Wrong thrown={sending.error} />
      <Button block color="primary" size="large" type="submit" loading={sending.isPending} disabled={!isReady}>
        {go}
      </Button>
    </form>
  );
}
