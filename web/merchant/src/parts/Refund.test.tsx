import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { OrderDetails, RefundWish } from '../calls';
import { Works } from '../seller';
import { words } from '../words';
import { RefundDialog, UnknownRefund, useRefunding } from './Refund';

startLanguages(words);
document.documentElement.lang = 'en';

const seller = { seller_id: '2088', name: 'Shop', role: 'owner' as const, acts: ['refund' as const] };
const details = (refundable: string) =>
  ({ order: { trade_no: '2026', amount: '32.00' }, refundable, refunds: [] }) as unknown as OrderDetails;

let refund: () => Response;
let sent: { key: string | null; body: RefundWish }[];
let place: HTMLElement;
let root: Root | undefined;
let isClosed: boolean;

const answer = (body: object, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

function Screen({ refundable }: { refundable: string }) {
  const of = details(refundable);
  const refunding = useRefunding(of);
  return (
    <>
      <UnknownRefund refunding={refunding} />
      <RefundDialog details={of} refunding={refunding} onClose={() => (isClosed = true)} />
    </>
  );
}

async function act(doing: () => unknown): Promise<void> {
  await doing();
  await vi.advanceTimersByTimeAsync(1);
}

const client = () => new QueryClient({ defaultOptions: { queries: { retry: false } } });
const show = (refundable: string, of = client()) =>
  act(() =>
    root?.render(
      <QueryClientProvider client={of}>
        <Works at={seller}>
          <Screen refundable={refundable} />
        </Works>
      </QueryClientProvider>,
    ),
  );
const submit = () => act(() => place.querySelector('form')?.requestSubmit());

async function type(text: string): Promise<void> {
  const input = place.querySelector<HTMLInputElement>('input[name="amount"]');
  await act(() => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text);
    input?.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  sent = [];
  isClosed = false;
  const made = { refund_no: 'R1', amount: '2.00', state: 'done' };
  refund = () => answer({ refund: made, refundable: '30.00', replayed: false }, 201);
  vi.spyOn(globalThis, 'fetch').mockImplementation(async asked => {
    const request = asked as Request;
    if (!request.url.endsWith('/refunds')) {
      return answer({});
    }
    sent.push({ key: request.headers.get('idempotency-key'), body: (await request.json()) as RefundWish });
    return refund();
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

test('what is sent says what was shown as refundable', async () => {
  await show('32.00');
  await type('2');
  await submit();
  expect(sent.map(one => one.body)).toEqual([{ amount: '2.00', refundable: '32.00' }]);
  expect(isClosed).toBe(true);
});

test('more than is left is not sent', async () => {
  await show('32.00');
  for (const typed of ['32.01', '0', '']) {
    await type(typed);
    await submit();
  }
  expect(sent).toEqual([]);
});

test('a lost answer is told as not known, and asked for again with the same key', async () => {
  await show('32.00');
  await type('2');
  refund = () => Response.error();
  await submit();
  expect(isClosed).toBe(true);
  const note = () => place.querySelector('.note.warn');
  expect(note()?.textContent).toContain('not known');
  await act(() => note()?.querySelector('button')?.click());
  expect(note(), 'still not known').not.toBeNull();
  refund = () => answer({ refund: { amount: '2.00', state: 'done' }, refundable: '30.00', replayed: true });
  await act(() => note()?.querySelector('button')?.click());
  expect(note()).toBeNull();
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map(one => `${one.key} ${JSON.stringify(one.body)}`)).size).toBe(1);
});

test('where something else was refunded meanwhile, the new limit is shown and nothing is sent by itself', async () => {
  const same = client();
  await show('32.00', same);
  await type('31');
  refund = () => answer({ code: 'changed', detail: 'changed', status: 409 }, 409);
  await submit();
  expect(isClosed).toBe(false);
  await show('30.00', same);
  expect(place.querySelector('[role="alert"]')?.textContent).toContain('30.00');
  await submit();
  expect(sent, 'the new amount is above what is left').toHaveLength(1);
});
