import type { BillDetails } from '@kit/api/shapes';
import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { words } from '../words';
import { RefundRequest } from './RefundRequest';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(words);

let root: Root | undefined;
const bill = { no: '2026', can_ask_refund: true, refund_request: null } as unknown as BillDetails;
const asked = {
  state: 'open',
  asking: 1,
  reason: 'it is cold',
  asked_at: '2026-01-02T12:00:00+08:00',
  answer: null,
  answered_at: null,
} as const;

afterEach(async () => {
  await act(async () => root?.unmount());
  vi.restoreAllMocks();
});

async function show(of: Partial<BillDetails>) {
  const place = document.createElement('div');
  document.body.replaceChildren(place);
  root = createRoot(place);
  await act(async () =>
    root?.render(
      <QueryClientProvider client={new QueryClient()}>
        <RefundRequest bill={{ ...bill, ...of }} />
      </QueryClientProvider>,
    ),
  );
}

const text = () => document.body.textContent ?? '';
const buttonOf = (name: string) => [...document.querySelectorAll('button')].find(one => one.textContent === name);
const press = (name: string) => act(async () => buttonOf(name)?.click());

test('a reason is sent once with one key, also when the first answer was lost', async () => {
  const sent: { path: string; key: string | null; body: unknown }[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async request => {
    const { url, headers } = request as Request;
    const body = await (request as Request).json();
    sent.push({ path: new URL(url).pathname, key: headers.get('idempotency-key'), body });
    if (sent.length === 1) {
      throw new TypeError('no network');
    }
    return new Response(JSON.stringify({ request: asked }), { headers: { 'content-type': 'application/json' } });
  });
  await show({});
  await press('Ask for a refund');
  expect(buttonOf('Send it')?.disabled, 'without a reason').toBe(true);
  const input = document.querySelector<HTMLInputElement>('input[name="reason"]');
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, ' it is cold ');
    input?.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await press('Send it');
  await vi.waitFor(() => expect(text()).toContain('No answer came'));
  await press('Send it');
  await vi.waitFor(() => expect(document.querySelector('input[name="reason"]')).toBeNull());
  expect(sent.map(({ path }) => path)).toEqual(Array(2).fill('/api/v1/me/bills/2026/refund-request'));
  expect(sent[0]?.body).toEqual({ reason: 'it is cold' });
  expect(sent[1]).toEqual(sent[0]);
  expect(sent[0]?.key).toMatch(/^[\da-f]{32}$/);
});

test('what was asked and what the merchant said is told', async () => {
  await show({ can_ask_refund: false, refund_request: asked });
  expect(text()).toContain('Waits for the merchant');
  expect(text()).toContain('it is cold');
  expect(buttonOf('Ask again')).toBeUndefined();
  await act(async () => root?.unmount());
  const answered_at = '2026-01-02T13:00:00+08:00';
  await show({ refund_request: { ...asked, state: 'refused', answer: 'it was eaten', answered_at } });
  expect(text()).toContain('The merchant said no');
  expect(text()).toContain('it was eaten');
  expect(buttonOf('Ask again')).toBeDefined();
});

test('a bill of which nothing can be asked says nothing', async () => {
  await show({ can_ask_refund: false });
  expect(text()).toBe('');
});
