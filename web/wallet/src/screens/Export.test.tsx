import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { words } from '../words';
import type { ExportingWord } from '../words/exporting';
import { Export } from './Export';

vi.mock('@tanstack/react-router', () => ({
  useRouter: () => ({ history: {} }),
  useCanGoBack: () => false,
  Link: ({ children }: { children: string }) => <a href="/">{children}</a>,
}));
vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(words);

const say = (word: ExportingWord) => (words.en as Record<string, string>)[word] ?? '';
let root: Root | undefined;
let place: HTMLElement;
let asked: URL[];
let answer: () => Response;
/** Names and contents of the files that were kept. */
let kept: { name: string; blob: Blob }[];

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.parse('2026-01-31T04:00:00Z'), shouldAdvanceTime: true });
  asked = [];
  kept = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async request => {
    asked.push(new URL((request as Request).url));
    return answer();
  });
  vi.spyOn(URL, 'createObjectURL').mockImplementation(blob => {
    kept.push({ name: '', blob: blob as Blob });
    return 'blob:kept';
  });
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    const last = kept.at(-1);
    if (last) {
      last.name = this.download;
    }
  });
  place = document.createElement('div');
  document.body.replaceChildren(place);
  root = createRoot(place);
  await act(async () =>
    root?.render(
      <QueryClientProvider client={new QueryClient()}>
        <Export />
      </QueryClientProvider>,
    ),
  );
});

afterEach(async () => {
  await act(async () => root?.unmount());
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const text = () => place.textContent ?? '';
const buttonOf = (words: string) => [...place.querySelectorAll('button')].find(one => one.textContent === words);

async function press(words: string) {
  expect(buttonOf(words), words).toBeDefined();
  await act(async () => {
    buttonOf(words)?.click();
    await vi.advanceTimersByTimeAsync(10);
  });
}

async function type(name: string, value: string) {
  const input = place.querySelector<HTMLInputElement>(`input[name="${name}"]`);
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value);
    input?.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

test('the bills of the chosen days become a file with the name that the server gives it', async () => {
  answer = () =>
    new Response('\ufeff"Time"\r\n', {
      headers: { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="of-the-server.csv"' },
    });
  await type('first', '2026-01-05');
  await press(say('export.go'));
  expect(asked.map(url => url.pathname)).toEqual(['/api/v1/me/bills/export']);
  expect(asked[0]?.search).toBe('?first=2026-01-05&last=2026-01-31');
  expect(kept.map(({ name }) => name)).toEqual(['of-the-server.csv']);
  const bytes = new Uint8Array((await kept[0]?.blob.arrayBuffer()) ?? new ArrayBuffer(0));
  expect(Array.from(bytes.slice(0, 3)), 'spreadsheets know UTF-8 by it').toEqual([0xef, 0xbb, 0xbf]);
});

test('days that do not fit are said, and nothing is asked', async () => {
  await type('last', '2025-12-31');
  expect(text()).toContain(say('export.order'));
  expect(buttonOf(say('export.go'))?.disabled).toBe(true);
  await type('first', '2024-01-01');
  await type('last', '2026-01-31');
  expect(text()).toContain(say('export.span'));
  expect(asked).toEqual([]);
});

test('a refusal is told in words, and no file is kept', async () => {
  answer = () =>
    new Response(JSON.stringify({ code: 'export_too_long', detail: 'x' }), {
      status: 409,
      headers: { 'content-type': 'application/problem+json' },
    });
  await press(say('export.go'));
  expect(text()).toContain('too many bills for one table');
  expect(kept).toEqual([]);
});

test('all data are a file of their own', async () => {
  answer = () => new Response('{"user_id":"1"}', { headers: { 'content-type': 'application/json' } });
  await press(say('export.data_go'));
  expect(asked.map(url => url.pathname)).toEqual(['/api/v1/me/data']);
  expect(kept.map(({ name }) => name)).toEqual(['tongbao-data-2026-01-31.json']);
});
