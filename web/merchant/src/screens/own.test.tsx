// Leaving a merchant, and a code that was made before: what is sent, and what is told after a lost answer.
import { Questions } from '@kit/desk/Questions';
import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Act } from '../calls';
import { Works } from '../seller';
import { words } from '../words';
import { Codes } from './Codes';
import { Staff } from './Staff';

const went: string[] = [];

vi.mock('@tanstack/react-router', () => ({
  useRouter: () => ({ history: { push: (to: string) => went.push(to), replace: (to: string) => went.push(to) } }),
  useLocation: () => ({ pathname: '/' }),
  useSearch: () => ({}),
}));

const say = words.en as Record<string, string>;

let answers: Record<string, () => Response>;
let sent: { what: string; key: string | null; body: unknown }[];
let place: HTMLElement;
let root: Root | undefined;

const answer = (body: object, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const no = (status: number, code: string, more: object = {}) => answer({ code, detail: code, status, ...more }, status);

async function act(doing: () => unknown): Promise<void> {
  await doing();
  await vi.advanceTimersByTimeAsync(5);
}

const show = (screen: ReactNode, ...acts: Act[]) =>
  act(() =>
    root?.render(
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <Works at={{ seller_id: '2088', name: 'Shop', role: 'till', acts }}>{screen}</Works>
        <Questions />
      </QueryClientProvider>,
    ),
  );

const button = (text: string | undefined, within = 'button') =>
  [...document.querySelectorAll<HTMLElement>(within)].find(one => one.textContent === text);

async function type(name: string, text: string): Promise<void> {
  const input = document.querySelector<HTMLInputElement>(`input[name="${name}"]`);
  await act(() => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text);
    input?.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  startLanguages(words);
  document.documentElement.lang = 'en';
  sent = [];
  went.length = 0;
  answers = {};
  vi.spyOn(globalThis, 'fetch').mockImplementation(async asked => {
    const { method, url, headers } = asked as Request;
    const what = `${method} ${url.split('/sellers/2088')[1]?.split('?')[0]}`;
    if (method !== 'GET') {
      const text = await (asked as Request).text();
      sent.push({ what, key: headers.get('idempotency-key'), body: text ? JSON.parse(text) : null });
    }
    return (answers[what] ?? (() => answer({ staff: [], stores: [], sellers: [], next: null })))();
  });
  place = document.createElement('div');
  document.body.replaceChildren(place);
  root = createRoot(place);
});

afterEach(async () => {
  await act(() => root?.unmount());
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const leave = async () => {
  await act(() => button(say['staff.leave'])?.click());
  await act(() => button(say['staff.leave'], 'dialog button')?.click());
};

test('whoever may not see the staff leaves all the same, after a question', async () => {
  answers['DELETE /staff/me'] = () => new Response(null, { status: 204 });
  await show(<Staff />, 'leave');
  expect(place.querySelector('table')).toBeNull();
  await act(() => button(say['staff.leave'])?.click());
  expect(sent, 'not before it was answered').toEqual([]);
  await act(() => button(say['staff.leave'], 'dialog button')?.click());
  expect(sent.map(one => one.what)).toEqual(['DELETE /staff/me']);
  expect(went).toEqual(['/']);
});

test('a lost answer is not known, and no place any more means that it is done', async () => {
  answers['DELETE /staff/me'] = () => Response.error();
  await show(<Staff />, 'leave');
  await leave();
  expect(place.querySelector('.wrong.unknown')).not.toBeNull();
  expect(went).toEqual([]);
  answers['DELETE /staff/me'] = () => no(404, 'seller_not_found');
  await leave();
  expect(went).toEqual(['/']);
});

test('the only owner stays', async () => {
  answers['DELETE /staff/me'] = () => no(409, 'last_owner');
  await show(<Staff />, 'leave');
  await leave();
  expect(place.querySelector('[role="alert"]')?.textContent).toBe(say['problem.last_owner']);
  expect(went).toEqual([]);
});

test('whoever takes somebody on gives the own password once more', async () => {
  answers['POST /staff'] = () => no(403, 'wrong_login');
  await show(<Staff />, 'see_staff', 'set_staff', 'leave');
  await act(() => button(say['staff.add'])?.click());
  await type('login', '13900000001');
  const form = () => document.querySelector<HTMLFormElement>('dialog form');
  const save = () => button(say['staff.save'], 'dialog button') as HTMLButtonElement | undefined;
  expect(save()?.disabled, 'a desk that was found open takes nobody on').toBe(true);
  await type('own_password', 'plum-blossom-7');
  expect(save()?.disabled).toBe(false);
  await act(() => form()?.requestSubmit());
  expect(sent.map(one => one.what)).toEqual(['POST /staff']);
  expect(sent[0]?.body).toEqual({ login: '13900000001', role: 'till', login_password: 'plum-blossom-7' });
  expect(form()?.textContent).toContain(say['problem.wrong_login']);
});

test('a code that was paid before its answer came is told as paid, with the way to its order', async () => {
  answers['POST /codes'] = () => Response.error();
  await show(<Codes />, 'take_payments');
  await type('amount', '18');
  await type('subject', 'Tea');
  await act(() => place.querySelector('form')?.requestSubmit());
  expect(place.querySelector('.wrong.unknown')).not.toBeNull();
  answers['POST /codes'] = () => no(409, 'already_paid', { trade_no: '2026', state: 'paid' });
  await act(() => place.querySelector('form')?.requestSubmit());
  expect(new Set(sent.map(one => one.key)).size, 'the same key').toBe(1);
  expect(place.textContent).toContain(say['codes.over_paid']);
  expect(place.querySelector('a[href$="/2088/orders/2026"]')).not.toBeNull();
  await act(() => button(say['codes.another'])?.click());
  answers['POST /codes'] = () => no(409, 'already_closed', { trade_no: '2027', state: 'closed' });
  await act(() => place.querySelector('form')?.requestSubmit());
  expect(place.textContent).toContain(say['codes.over_closed']);
  expect(new Set(sent.map(one => one.key)).size, 'another sale has another key').toBe(2);
});
