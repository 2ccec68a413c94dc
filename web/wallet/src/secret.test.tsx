import { QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { useSecretly } from './secret';
import { client } from './session';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);

const PASSWORD = '836205';
let root: Root | undefined;

afterEach(() => act(async () => root?.unmount()));

/** What is done with a secret: how to give one, and how each ends. */
async function begin() {
  const given: (string | null)[] = [];
  const ends: ((isGood: boolean) => void)[] = [];
  const [onDone, onWrong] = [vi.fn(), vi.fn()];
  let give: (secret: string | null) => void = () => undefined;
  function Doing() {
    ({ give } = useSecretly({
      act: secret => {
        given.push(secret);
        return new Promise((done, failed) =>
          ends.push(isGood => (isGood ? done('done') : failed(new Error('no answer')))),
        );
      },
      onDone,
      onWrong,
    }));
    return null;
  }
  root = createRoot(document.createElement('div'));
  await act(async () =>
    root?.render(
      <QueryClientProvider client={client}>
        <Doing />
      </QueryClientProvider>,
    ),
  );
  return { given, ends, onDone, onWrong, give: (secret: string | null) => act(async () => give(secret)) };
}

const cached = () => JSON.stringify(client.getMutationCache().getAll().map(({ state }) => state));

test('a password is in no cache, neither while it is used nor after it failed', async () => {
  const { given, ends, onWrong, give } = await begin();
  await give(PASSWORD);
  expect(given).toEqual([PASSWORD]);
  expect(cached()).toContain('pending');
  expect(cached()).not.toContain(PASSWORD);
  await act(async () => ends[0]?.(false));
  expect(onWrong).toHaveBeenCalledTimes(1);
  expect(cached()).toContain('error');
  expect(cached()).not.toContain(PASSWORD);
});

test('what is given twice at once is done once, and again when that is over', async () => {
  const { given, ends, onDone, give } = await begin();
  await give(PASSWORD);
  await give('590317');
  expect(given).toEqual([PASSWORD]);
  await act(async () => ends[0]?.(false));
  await give(null);
  expect(given).toEqual([PASSWORD, null]);
  await act(async () => ends[1]?.(true));
  expect(onDone).toHaveBeenCalledTimes(1);
});

test('nothing of what was done is kept when its screen is gone', async () => {
  const { ends, give } = await begin();
  await give(PASSWORD);
  await act(async () => ends[0]?.(true));
  await act(async () => root?.unmount());
  await vi.waitFor(() => expect(client.getMutationCache().getAll()).toEqual([]));
});
