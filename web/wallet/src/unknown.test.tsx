import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, test, vi } from 'vitest';
import { useLooks, useUnknown } from './unknown';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);

/** A screen whose looks are told one by one. */
async function begin() {
  let unknown = {} as ReturnType<typeof useUnknown>;
  let at = 1;
  const root = createRoot(document.createElement('div'));
  function Looking({ at: when, isUndone }: { at: number; isUndone: boolean }) {
    unknown = useUnknown();
    useLooks(unknown, when, isUndone);
    return null;
  }
  const show = (isUndone: boolean) =>
    act(async () =>
      root.render(
        <QueryClientProvider client={new QueryClient()}>
          <Looking at={at} isUndone={isUndone} />
        </QueryClientProvider>,
      ),
    );
  await show(true);
  return {
    lose: () => act(async () => unknown.begin()),
    look: async (isUndone: boolean) => {
      at += 1;
      await show(isUndone);
      return unknown.isUnknown ? 'unknown' : unknown.isStill ? 'still' : 'known';
    },
  };
}

test('each lost answer is looked at as often as the first before it is given up', async () => {
  const { lose, look } = await begin();
  for (const time of ['the first', 'the second', 'the third']) {
    await lose();
    const seen = [await look(true), await look(true), await look(true)];
    expect(seen, time).toEqual(['unknown', 'unknown', 'still']);
  }
});

test('what is found done is known, and counts from the beginning the next time', async () => {
  const { lose, look } = await begin();
  await lose();
  expect([await look(true), await look(true), await look(false)]).toEqual(['unknown', 'unknown', 'known']);
  await lose();
  expect([await look(true), await look(true), await look(true)]).toEqual(['unknown', 'unknown', 'still']);
});
