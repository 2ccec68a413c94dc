import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { startLanguages } from '@kit/languages';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { words } from '../words';
import { Shop } from './Shop';

const went: object[] = [];

vi.mock('@tanstack/react-router', () => ({
  getRouteApi: () => ({ useSearch: () => ({ c: 'a.b' }) }),
  useRouter: () => ({ history: {} }),
  useCanGoBack: () => false,
  useNavigate: () => (to: object) => went.push(to),
  Link: ({ children }: { children: string }) => <a href="/">{children}</a>,
}));
startLanguages(words);

const say = words.en as Record<string, string>;
const shop = { token: 'a.b', name: 'Corner Bookshop', store_name: 'East Gate', most: '500.00', left: '20.00' };
const site = { origin: 'https://pay.test', root: '', passkey_origin: null, sandbox: true, world: 'w' };

let root: Root | undefined;
let place: HTMLElement;
/** What the platform says to an order, and what it was sent with which key. */
let answers: (() => Response)[];
let sent: { key: string | null; body: unknown }[];

const answer = (body: object, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

beforeEach(async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  [sent, answers, went.length] = [[], [], 0];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async asked => {
    const request = asked as Request;
    if (request.url.endsWith('/me/shop-orders')) {
      sent.push({ key: request.headers.get('idempotency-key'), body: await request.json() });
      return (answers.shift() ?? (() => answer({})))();
    }
    return answer(request.url.endsWith('/codes') ? { kind: 'shop', shop } : site);
  });
  place = document.createElement('div');
  document.body.replaceChildren(place);
  root = createRoot(place);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  await act(() =>
    root?.render(
      <QueryClientProvider client={client}>
        <Shop />
      </QueryClientProvider>,
    ),
  );
  await sees('East Gate');
});

afterEach(async () => {
  await act(() => root?.unmount());
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function act(doing: () => unknown): Promise<void> {
  await doing();
  await vi.advanceTimersByTimeAsync(5);
}

const text = () => place.textContent ?? '';
const sees = (words: string | undefined) => vi.waitFor(() => act(() => expect(text()).toContain(words)), 5_000);
const button = (words: string | undefined) =>
  [...place.querySelectorAll('button')].find(one => one.textContent === words) as HTMLButtonElement;
const press = async (...all: (string | undefined)[]) => {
  for (const one of all) {
    await act(() => button(one).click());
  }
};
const order = { trade_no: '2026', amount: '12.30', pockets: [] };

test('the amount of the keys makes an order, which is paid on its own screen', async () => {
  answers = [() => answer(order, 201)];
  await press('1', '2', '.', '3', 'Pay ¥12.30');
  await vi.waitFor(() => expect(went).toHaveLength(1));
  expect(sent.map(one => one.body)).toEqual([{ token: 'a.b', amount: '12.30' }]);
  expect(went).toEqual([{ to: '/pay', search: { trade_no: '2026' }, replace: true }]);
});

test('what no pocket may pay is not sent, and what only a card may is', async () => {
  await press('5', '0', '1');
  expect(text()).toContain('At most ¥500.00 a day by counter codes.');
  expect(button('Pay ¥501.00').disabled).toBe(true);
  await press('⌫');
  expect(text()).toContain(say['shop.above_left']);
  expect(button('Pay ¥50.00').disabled).toBe(false);
});

test('a lost answer is told as not known, and looked up under the same key', async () => {
  answers = [
    () => {
      throw new TypeError('Failed to fetch');
    },
    () => answer({ code: 'internal', detail: 'x', status: 500 }, 500),
    () => answer(order),
  ];
  await press('7', 'Pay ¥7.00');
  await sees(say['shop.unknown']);
  expect(went, 'nothing is sent again by itself').toEqual([]);
  expect(sent).toHaveLength(1);
  await press(say['shop.look']);
  await sees(say['shop.unknown']);
  await press(say['shop.look']);
  await vi.waitFor(() => expect(went).toHaveLength(1));
  expect(new Set(sent.map(one => one.key)).size).toBe(1);
  expect(sent).toHaveLength(3);
});

test('a day that is used up is told with what is left of it', async () => {
  const detail = 'by counter codes 4.50 yuan are left today';
  answers = [() => answer({ code: 'static_limit', detail, status: 409 }, 409)];
  await press('7', 'Pay ¥7.00');
  await sees('Left today: ¥4.50.');
  expect(text()).toContain(say['problem.static_limit']);
  expect(text()).not.toContain(say['shop.unknown']);
});
