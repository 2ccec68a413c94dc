// A form: it is sent once at a time, says what was wrong, and its button says what it does. What is wrong with one of
// its fields is said under that field.
import { asProblem, type Problem } from '@kit/problem';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd-mobile';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useShown } from '../shown';
import { Wrong } from './states';

/** What a refusal says of one field; give `of` to the form. */
export interface FieldsSaid {
  names: readonly string[];
  found: Problem | null;
  set: (found: Problem | null) => void;
}

/** Fields, by their names in the API, that say themselves what is wrong with them. */
export function useFieldsSaid(...names: string[]) {
  const { problem } = useShown();
  const [found, set] = useState<Problem | null>(null);
  const said: FieldsSaid = { names, found, set };
  return {
    said,
    /** For the field: what is wrong with it. */
    under: (name: string): { wrong?: string } => (found?.facts.field === name ? { wrong: problem(found) } : {}),
  };
}

interface Props<T> {
  go: string;
  send: () => Promise<T>;
  onDone: (sent: T) => void;
  onWrong?: (thrown: unknown) => void;
  isReady?: boolean;
  said?: FieldsSaid;
  children: ReactNode;
}

/** A form around its fields. */
export function Form<T>({ go, send, onDone, onWrong, isReady = true, said, children }: Props<T>) {
  const form = useRef<HTMLFormElement>(null);
  const sending = useMutation({
    mutationFn: send,
    onSuccess: onDone,
    onMutate: () => said?.set(null),
    onError: thrown => {
      said?.set(asProblem(thrown));
      onWrong?.(thrown);
    },
  });
  const { error } = sending;
  const isOfField = error !== null && said !== undefined && said.names.includes(asProblem(error).facts.field ?? '');
  useEffect(() => {
    if (error !== null && isOfField) {
      form.current?.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus();
    }
  }, [isOfField, error]);
  return (
    <form
      ref={form}
      noValidate
      onSubmit={event => {
        event.preventDefault();
        if (isReady && !sending.isPending) {
          sending.mutate();
        }
      }}
    >
      {children}
      <Wrong thrown={isOfField ? null : error} />
      <Button block color="primary" size="large" type="submit" loading={sending.isPending} disabled={!isReady}>
        {go}
      </Button>
    </form>
  );
}
