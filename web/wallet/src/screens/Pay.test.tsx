import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { startLanguages } from '@kit/languages';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { words } from '../words';
import { Pay } from './Pay';

vi.mock('@tanstack/react-router', () => ({
  getRouteApi: () => ({ useSearch: () => ({ qr_code: 'https://pay.test/qr/x' }) }),
  useRouter: () => ({ history: {} }),
  useCanGoBack: () => false,
  useNavigate: () => () => undefined,
  Link: ({ children }: { children: string }) => <a href="/">{children}</a>,
}));
startLanguages(words);

const say = words.en;
const order = {
  trade_no: '2026',
  payee_name: 'Corner Bookshop',
  subject: 'A book',
  amount: '28.80',
  state: 'open',
  pay_with: { qr_code: 'https://pay.test/qr/x' },
  last_try: null,
  last_try_state: null,
  last_try_reason: null,
  expires_at: '2026-11-30T12:00:00+08:00',
  signs_agreement: false,
  cashier_url: '/cashier/x',
  pockets: [{ kind: 'balance', available: '100.00', enough: true }],
};
const tried = (state: string, reason: string | null = null) => ({
  last_try: '77',
  last_try_state: state,
  last_try_reason: reason,
});

let root: Root | undefined;
let place: HTMLElement;
/** What the API says of the order, of its payment and to what is sent; and what was sent. A function may refuse. */
let api: { order: object; payment: object; sent: () => object };
let sent: string[];

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  sent = [];
  api = { order, payment: {}, sent: () => ({}) };
  vi.spyOn(globalThis, 'fetch').mockImplementation(async asked => {
    const { url, method } = asked as Request;
    const path = new URL(url).pathname.replace('/api/v1', '');
    if (path.startsWith('/me/payments') && method === 'POST') {
      sent.push(path);
    }
    const answer = path.endsWith('/me/orders')
      ? api.order
      : path.endsWith('/passkeys')
        ? { passkeys: [] }
        : method === 'POST'
          ? api.sent()
          : { trade_no: '2026', ...api.payment };
    return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
  });
});

afterEach(async () => {
  await act(async () => root?.unmount());
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function begin(client = new QueryClient({ defaultOptions: { queries: { retry: false } } })) {
  place = document.createElement('div');
  document.body.replaceChildren(place);
  root = createRoot(place);
  await act(async () =>
    root?.render(
      <QueryClientProvider client={client}>
        <Pay />
      </QueryClientProvider>,
    ),
  );
}

/** Does it, and lets the page follow. */
async function act(doing: () => Promise<unknown>): Promise<void> {
  await doing();
  await vi.advanceTimersByTimeAsync(1);
}

const text = () => place.textContent ?? '';
const sees = (words: string) =>
  vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(100);
    expect(text()).toContain(words);
  }, 20_000);

async function press(words: string) {
  const button = [...place.querySelectorAll('button')].find(one => one.textContent === words);
  expect(button, words).toBeDefined();
  await act(async () => button?.click());
}

async function pay() {
  await press('Pay ¥28.80');
  for (const digit of '836205') {
    await press(digit);
  }
}

test('that no money was taken is said of a closed order only where no card was asked', async () => {
  api.order = { ...order, state: 'closed', pockets: [] };
  await begin();
  await sees(say['pay.closed']);
  expect(text()).toContain(say['pay.try.none']);
  for (const [state, word] of [
    ['closing', say['pay.try.late']],
    ['failed', say['pay.try.failed']],
    ['closed', say['pay.try.closed']],
    ['returning', say['pay.try.returning']],
    ['credited', say['pay.try.credited']],
  ] as const) {
    await act(async () => root?.unmount());
    api.order = { ...order, state: 'closed', pockets: [], ...tried(state) };
    await begin();
    await sees(word);
    expect(text(), state).not.toContain(say['pay.try.none']);
  }
});

test('what went back is told as refunded', async () => {
  api.order = { ...order, state: 'refunded', pockets: [] };
  await begin();
  await sees(say['pay.refunded']);
  expect(text()).not.toContain(say['pay.closed']);
  for (const state of ['failed', 'closed']) {
    await act(async () => root?.unmount());
    api.order = { ...order, state: 'refunded', pockets: [], ...tried(state, 'no_money') };
    await begin();
    await sees(say['pay.refunded']);
    expect(text(), 'a card of before the payment').not.toContain(say[`pay.try.${state as 'failed' | 'closed'}`]);
  }
});

test('a closed order whose bank is still asked can be revoked', async () => {
  api.order = { ...order, state: 'closed', pockets: [], ...tried('under_way') };
  api.sent = () => ({ trade_no: '2026', state: 'closed', ...tried('closing') });
  await begin();
  await sees(say['pay.closed']);
  await press(say['pay.revoke']);
  await vi.waitFor(() => expect(text()).not.toContain(say['pay.revoke']));
  expect(text()).toContain(say['pay.try.late']);
  expect(sent).toEqual(['/me/payments/2026/revoke']);
});

test('who comes back to an order that was paid meanwhile is not asked to pay it again', async () => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 10_000 } } });
  api.sent = () => {
    api.order = { ...order, state: 'paid', pockets: [] };
    return { trade_no: '2026', state: 'paid', last_try: null };
  };
  await begin(client);
  await sees('Pay ¥28.80');
  await pay();
  await sees(say['pay.paid']);
  await act(async () => root?.unmount());
  await begin(client);
  await sees(say['pay.paid']);
  expect(text()).not.toContain('Pay ¥28.80');
});

test('an order that is open tells why a card did not pay it', async () => {
  api.order = { ...order, ...tried('failed', 'no_money') };
  await begin();
  await sees(say['pay.try.failed']);
  expect(text()).toContain(say['reason.no_money']);
});

test('revoking is told by its answer: paid after all, or free for another way', async () => {
  api.order = { ...order, state: 'paying', pockets: [], ...tried('under_way') };
  api.payment = { state: 'under_way', ...tried('under_way') };
  api.sent = () => ({ trade_no: '2026', state: 'paid', ...tried('done') });
  await begin();
  await sees(say['pay.under_way']);
  await press(say['pay.revoke']);
  await sees(say['pay.paid']);

  await act(async () => root?.unmount());
  await begin();
  await sees(say['pay.under_way']);
  api.sent = () => {
    api.order = { ...order, ...tried('closing') };
    return { trade_no: '2026', state: 'open', ...tried('closing') };
  };
  await press(say['pay.revoke']);
  await sees(say['pay.try.late']);
  await sees('Pay ¥28.80');
  expect(text()).not.toContain(say['pay.bank_refused']);
  expect(sent).toEqual(['/me/payments/2026/revoke', '/me/payments/2026/revoke']);
});

test('a payment whose answer is lost is looked up, and is unpaid only after some looks', async () => {
  api.payment = { state: 'open', last_try: null };
  api.sent = () => {
    throw new TypeError('Failed to fetch');
  };
  await begin();
  await sees('Pay ¥28.80');
  await pay();
  await sees(say['pay.unknown']);
  await sees(say['pay.not_paid']);
  expect(text()).toContain(say['pay.try.none']);
  api.sent = () => ({ trade_no: '2026', state: 'paid', last_try: null });
  await press(say['pay.again']);
  await sees('Pay ¥28.80');
  await pay();
  await sees(say['pay.paid']);
  expect(sent).toHaveLength(2);
});

test('a card that its bank refused behind a lost answer is told with the reason', async () => {
  api.payment = { state: 'open', ...tried('failed', 'over_limit') };
  api.sent = () => {
    throw new TypeError('Failed to fetch');
  };
  await begin();
  await sees('Pay ¥28.80');
  await pay();
  await sees(say['pay.bank_refused']);
  expect(text()).toContain(say['reason.over_limit']);
  expect(text()).not.toContain(say['pay.try.none']);
});
