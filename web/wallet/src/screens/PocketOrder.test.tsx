// The own order: moved by buttons, with the focus and the place told, and saved as it is shown.
import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { words } from '../words';
import { PocketOrder } from './PocketOrder';

vi.mock('@tanstack/react-router', () => ({
  useRouter: () => ({ history: {} }),
  useCanGoBack: () => false,
  Link: ({ children, to }: { children: ReactNode; to: string }) => <a href={to}>{children}</a>,
}));
vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(words);

const say = words.en as Record<string, string>;
const card = (no: string, kind: string, last_four: string) => ({
  pocket: no,
  is_set: false,
  card: { no, bank: 'ICBC', kind, last_four, state: 'bound', asked_at: '2026-01-02T12:00:00+08:00' },
});
const balance = { pocket: 'balance', is_set: false, card: null };
const byRule = { is_set: false, most: 21, pockets: [balance, card('1', 'debit', '1111'), card('2', 'credit', '2222')] };
const problem = { status: 503, body: { code: 'busy', detail: '' } };

let root: Root;
let place: HTMLElement;
let asked: { method: string; body: unknown }[];
/** What is answered next; the last one again and again. */
let answers: { status: number; body: unknown }[];

beforeEach(() => {
  document.documentElement.lang = 'en';
  asked = [];
  answers = [{ status: 200, body: byRule }];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async request => {
    const { method } = request as Request;
    const text = await (request as Request).text();
    asked.push({ method, body: text ? JSON.parse(text) : undefined });
    const { status, body } = (answers.length > 1 ? answers.shift() : answers[0]) ?? problem;
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  });
  place = document.createElement('div');
  document.body.replaceChildren(place);
  root = createRoot(place);
});

afterEach(async () => {
  await act(async () => root.unmount());
  vi.restoreAllMocks();
});

const until = (holds: () => void) => vi.waitFor(() => act(async () => holds()));
const show = () =>
  act(async () =>
    root.render(
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <PocketOrder />
      </QueryClientProvider>,
    ),
  );
const names = () =>
  [...place.querySelectorAll('ol .row-title')].map(one => /1111|2222/.exec(one.textContent ?? '')?.[0] ?? 'balance');
const buttonOf = (name: string) =>
  [...place.querySelectorAll('button')].find(one => (one.ariaLabel ?? one.textContent) === name);
const press = (name: string) => act(async () => buttonOf(name)?.click());
const labelled = (way: 'up' | 'down', end: string) =>
  [...place.querySelectorAll<HTMLButtonElement>('ol button')].find(
    one => one.getAttribute('aria-label')?.includes(end) && one.id.endsWith(way),
  );
const move = (way: 'up' | 'down', end: string) => act(async () => labelled(way, end)?.click());

test('it is moved by buttons: the focus goes along, the place is told, and what is shown is saved', async () => {
  await show();
  await until(() => expect(names()).toHaveLength(3));
  expect(names()).toEqual(['balance', '1111', '2222']);
  expect(place.textContent).toContain(say['pockets.by_rule']);
  expect([labelled('up', 'alance')?.disabled, labelled('down', '2222')?.disabled]).toEqual([true, true]);
  await move('up', '2222');
  expect(names()).toEqual(['balance', '2222', '1111']);
  expect(document.activeElement, 'the same button').toBe(labelled('up', '2222'));
  await move('up', '2222');
  expect(document.activeElement, 'the other one at the end').toBe(labelled('down', '2222'));
  expect([...place.querySelectorAll('[role="status"]')].map(one => one.textContent).join()).toContain('place 1 of 3');
  expect(asked, 'nothing was sent yet').toHaveLength(1);

  const turned = [card('2', 'credit', '2222'), balance, card('1', 'debit', '1111')];
  answers = [{ status: 200, body: { ...byRule, is_set: true, pockets: turned.map(one => ({ ...one, is_set: true })) } }];
  await press(say['pockets.save'] ?? '?');
  await until(() => expect(place.textContent).toContain(say['pockets.own']));
  expect(asked[1]).toEqual({ method: 'PUT', body: { pockets: ['2', 'balance', '1'] } });
  expect(buttonOf(say['pockets.save'] ?? '?')?.disabled, 'nothing to save').toBe(true);
  answers = [{ status: 200, body: byRule }];
  await press(say['pockets.clear'] ?? '?');
  await until(() => expect(place.textContent).toContain(say['pockets.by_rule']));
  expect(asked.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  expect(names()).toEqual(['balance', '1111', '2222']);
});

test('what is not saved stays as it was put, and is sent again', async () => {
  await show();
  await until(() => expect(names()).toHaveLength(3));
  await move('down', 'alance');
  answers = [problem];
  await press(say['pockets.save'] ?? '?');
  await until(() => expect(place.querySelector('.wrong:not(.none)')?.textContent).toContain(say['problem.busy']));
  expect(names()).toEqual(['1111', 'balance', '2222']);
  answers = [{ status: 200, body: { ...byRule, is_set: true } }];
  await press(say['pockets.save'] ?? '?');
  await until(() => expect(place.textContent).toContain(say['pockets.own']));
  const sent = asked.filter(({ method }) => method === 'PUT').map(({ body }) => body);
  const put = { pockets: ['1', 'balance', '2'] };
  expect(sent).toEqual([put, put]);
});

test('no more is sent than an order has', async () => {
  answers = [{ status: 200, body: { ...byRule, most: 2 } }];
  await show();
  await until(() => expect(names()).toHaveLength(3));
  await press(say['pockets.save'] ?? '?');
  await until(() => expect(asked.some(({ method }) => method === 'PUT')).toBe(true));
  expect(asked.find(({ method }) => method === 'PUT')?.body).toEqual({ pockets: ['balance', '1'] });
});

test('what follows by the rule is told', async () => {
  const pockets = [{ ...card('2', 'credit', '2222'), is_set: true }, balance];
  answers = [{ status: 200, body: { is_set: true, most: 21, pockets } }];
  await show();
  await until(() => expect(names()).toHaveLength(2));
  const told = [...place.querySelectorAll('ol li')].map(one => one.textContent?.includes(say['pockets.follows'] ?? '?'));
  expect(told).toEqual([false, true]);
});

test('it loads, fails with the way to try again, and is empty without a card', async () => {
  answers = [problem, { status: 200, body: { ...byRule, pockets: [balance] } }];
  await show();
  await until(() => expect(place.querySelector('[role="alert"]')?.textContent).toContain(say['problem.busy']));
  await press(say.retry ?? '?');
  await until(() => expect(place.textContent).toContain(say['pockets.alone']));
  expect(place.querySelector('a')?.getAttribute('href')).toBe('/cards/new');
});
