import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { startLanguages } from '@kit/languages';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { words } from '../words';
import { List } from './Bills';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(words);

let root: Root | undefined;

afterEach(async () => {
  await act(async () => root?.unmount());
  vi.restoreAllMocks();
});

/** What a search shows whose pages are these. */
async function shows(pages: readonly object[]) {
  const left = [...pages];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => {
    const page = left.shift();
    const headers = { 'content-type': 'application/json' };
    return page ? new Response(JSON.stringify(page), { headers }) : new Promise<Response>(() => undefined);
  });
  const place = document.createElement('div');
  root = createRoot(place);
  await act(async () =>
    root?.render(
      <QueryClientProvider client={new QueryClient()}>
        <List kind="" words="tea" />
      </QueryClientProvider>,
    ),
  );
  await vi.waitFor(() => act(async () => expect(place.querySelector('[role="status"]')).toBeNull()));
  return place.textContent ?? '';
}

const none = words.en['bills.none_found'];

test('a search says that nothing was found only at its end', async () => {
  expect(await shows([{ bills: [], next: 'x' }])).not.toContain(none);
  await act(async () => root?.unmount());
  expect(await shows([{ bills: [], next: null }])).toContain(none);
});
