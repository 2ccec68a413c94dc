import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Buyer } from '../calls';
import { words } from '../words';
import { TopUpDialog } from './TopUpDialog';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(words);

const lily = { login: 'lily', user_id: '2088', name: 'Lily', balance: '0.00', pay_password: '1' } satisfies Buyer;
let sent: { amount: string; key: string }[];
let isLost: boolean;
let root: Root;
let place: HTMLElement;
const onClose = vi.fn();

beforeEach(() => {
  sent = [];
  onClose.mockReset();
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
    sent.push(JSON.parse(String(init?.body)) as { amount: string; key: string });
    if (isLost) {
      throw new TypeError('Failed to fetch');
    }
    return new Response(JSON.stringify({ user_id: '2088', balance: '1.00' }));
  });
  place = document.createElement('div');
  document.body.replaceChildren(place);
});

afterEach(() => vi.restoreAllMocks());

/** Opens the dialog, asks for an amount, and closes it whatever comes of it. */
async function ask(amount: string, answer: 'lost' | 'told') {
  isLost = answer === 'lost';
  root = createRoot(place);
  await act(async () =>
    root.render(
      <QueryClientProvider client={new QueryClient({ defaultOptions: { mutations: { retry: false } } })}>
        <TopUpDialog buyer={lily} onClose={onClose} />
      </QueryClientProvider>,
    ),
  );
  const field = place.querySelector<HTMLInputElement>('input[name="amount"]');
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, amount);
    field?.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await act(async () => place.querySelector('form')?.requestSubmit());
  await act(async () => new Promise(done => setTimeout(done, 0)));
  await act(async () => root.unmount());
  return sent.at(-1)?.key;
}

test('a top-up that got no answer keeps its key, also in another dialog', async () => {
  const first = await ask('7.00', 'lost');
  expect(onClose, 'it stays open and says so').not.toHaveBeenCalled();
  const other = await ask('8.00', 'told');
  expect(other, 'another amount is another wish').not.toBe(first);
  expect(await ask('7.00', 'told'), 'the same wish').toBe(first);
  expect(onClose).toHaveBeenCalledTimes(2);
  expect(await ask('7.00', 'told'), 'after it was done the same again is a new one').not.toBe(first);
  expect(sent.map(({ amount }) => amount)).toEqual(['7.00', '8.00', '7.00', '7.00']);
});
