import { Problem } from '@kit/problem';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LOOK_EVERY_MS } from './queries';
import { stageOf, stageOfProblem, useTill } from './tilling';

const row = { trade_no: '2026', amount: '32.00', subject: 'Tea', state: 'paid', payer: 'lil***@example.com' };
const wish = { pay_code: '281234567890123456', amount: '32.00', subject: 'Tea' };
const other = { ...wish, pay_code: '289999999999999999' };

/** What the platform answers to a charge, to a look and to a cancel; and the keys and bodies of the charges. */
let api: { charge: () => Response; look: () => Response; cancel: () => Response };
let charges: { key: string | null; body: unknown }[];
let till: ReturnType<typeof useTill>;
let root: Root | undefined;

const answer = (body: object, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const no = (status: number, code: string, more: object = {}) => answer({ code, detail: code, status, ...more }, status);

/** Does it, and lets the page follow. */
async function act(doing: () => unknown, ms = 1): Promise<void> {
  await doing();
  await vi.advanceTimersByTimeAsync(ms);
}

beforeEach(async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  charges = [];
  api = {
    charge: () => answer({ outcome: 'paid', order: row, replayed: false }, 201),
    look: () => answer({ order: row, refunds: [] }),
    cancel: () => answer({ order: { ...row, state: 'closed' } }),
  };
  vi.spyOn(globalThis, 'fetch').mockImplementation(async asked => {
    const request = asked as Request;
    if (request.url.endsWith('/till')) {
      charges.push({ key: request.headers.get('idempotency-key'), body: await request.json() });
      return api.charge();
    }
    return request.url.endsWith('/cancel') ? api.cancel() : api.look();
  });
  function Till() {
    till = useTill('2088');
    return null;
  }
  root = createRoot(document.createElement('div'));
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  await act(() =>
    root?.render(
      <QueryClientProvider client={client}>
        <Till />
      </QueryClientProvider>,
    ),
  );
});

afterEach(async () => {
  await act(() => root?.unmount());
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('what was charged is paid', async () => {
  expect(till.stage).toBe('asking');
  await act(() => till.charge(wish));
  expect(till.stage).toBe('paid');
  expect(charges.map(one => one.body)).toEqual([wish]);
  await act(() => till.charge(other));
  expect(charges, 'one customer pays once').toHaveLength(1);
});

test('an answer that is lost is unknown, and asked for again with the same key and code', async () => {
  for (const lost of [() => no(504, 'unknown'), () => new Response('', { status: 502 }), () => Response.error()]) {
    api.charge = lost;
    await act(() => (till.stage === 'asking' ? till.charge(wish) : till.again()));
    expect(till.stage).toBe('unknown');
  }
  // Neither another code nor another amount goes out before it is known.
  await act(() => till.charge(other));
  await act(() => till.reset());
  expect(till.stage).toBe('unknown');
  api.charge = () => answer({ outcome: 'paid', order: row, replayed: true });
  await act(() => till.again());
  expect(till.stage).toBe('paid');
  expect(charges).toHaveLength(4);
  expect(new Set(charges.map(one => one.key)).size).toBe(1);
  expect(charges.every(one => JSON.stringify(one.body) === JSON.stringify(wish))).toBe(true);
});

test('after a refusal another code tries the same order', async () => {
  api.charge = () => no(409, 'balance_too_low');
  await act(() => till.charge(wish));
  expect(till.stage).toBe('refused');
  await act(() => till.charge(other));
  expect(charges, 'not before somebody asked for another code').toHaveLength(1);
  await act(() => till.reset());
  expect(till.stage).toBe('asking');
  api.charge = () => answer({ outcome: 'paid', order: row, replayed: false }, 201);
  await act(() => till.charge(other));
  expect(till.stage).toBe('paid');
  expect(charges[1]?.key).toBe(charges[0]?.key);
});

test('an order that is paid already is shown as it is, and never as refused or as nothing taken', async () => {
  for (const state of ['paid', 'refunded', 'finished']) {
    api.charge = () => no(409, 'already_paid', { trade_no: state, state });
    api.look = () => no(503, 'busy');
    await act(() => (till.stage === 'asking' ? till.charge(wish) : till.again()));
    expect([till.stage, till.no], state).toEqual(['before', state]);
    api.look = () => answer({ order: { ...row, trade_no: state, state }, refunds: [] });
    await act(() => undefined, LOOK_EVERY_MS);
    expect([till.stage, till.order?.state]).toEqual(['before', state]);
  }
  // Neither another code nor another key: the money is there.
  await act(() => till.reset());
  await act(() => till.charge(other));
  expect(till.stage).toBe('before');
  expect(new Set(charges.map(one => one.key)).size).toBe(1);
});

test('an order that is closed already took nothing, unless it says that it is paid', async () => {
  api.charge = () => no(409, 'already_closed', { trade_no: '2026', state: 'closed' });
  api.look = () => answer({ order: { ...row, state: 'closed' }, refunds: [] });
  await act(() => till.charge(wish));
  expect([till.stage, till.no]).toEqual(['closed', '2026']);
  api.charge = () => no(409, 'already_closed', { trade_no: '2027', state: 'refunded' });
  api.look = () => no(503, 'busy');
  await act(() => till.again());
  expect(till.stage).toBe('before');
});

test('an order that is over and has no number is told by the code alone', async () => {
  api.charge = () => no(409, 'already_paid');
  await act(() => till.charge(wish));
  expect([till.stage, till.no]).toEqual(['before', null]);
  api.charge = () => no(409, 'already_closed');
  await act(() => till.again());
  expect([till.stage, till.no]).toEqual(['closed', null]);
});

test('an order that waits is followed until its payer has paid, also over looks that fail', async () => {
  const waits = { ...row, state: 'waiting', payer: null };
  api.charge = () => answer({ outcome: 'waiting', order: waits, replayed: false }, 201);
  api.look = () => no(503, 'busy');
  await act(() => till.charge(wish));
  expect(till.stage).toBe('waiting');
  await act(() => undefined, 2 * LOOK_EVERY_MS);
  expect(till.stage).toBe('waiting');
  api.look = () => answer({ order: row, refunds: [] });
  await act(() => undefined, 2 * LOOK_EVERY_MS);
  expect(till.stage).toBe('paid');
});

test('a cancel that comes too late shows that it was paid', async () => {
  const waits = { ...row, state: 'waiting', payer: null };
  api.charge = () => answer({ outcome: 'waiting', order: waits, replayed: false }, 201);
  api.look = () => answer({ order: waits, refunds: [] });
  await act(() => till.charge(wish));
  api.cancel = () => no(409, 'already_paid');
  api.look = () => answer({ order: row, refunds: [] });
  await act(() => till.cancelling.mutate(), LOOK_EVERY_MS);
  expect(till.stage).toBe('paid');
});

test('a cancel without an answer is looked up', async () => {
  const waits = { ...row, state: 'waiting', payer: null };
  api.charge = () => answer({ outcome: 'waiting', order: waits, replayed: false }, 201);
  api.look = () => answer({ order: waits, refunds: [] });
  await act(() => till.charge(wish));
  api.cancel = () => Response.error();
  await act(() => till.cancelling.mutate());
  expect(till.stage, 'not told as cancelled').toBe('waiting');
  api.look = () => answer({ order: { ...row, state: 'closed' }, refunds: [] });
  await act(() => undefined, 2 * LOOK_EVERY_MS);
  expect(till.stage).toBe('closed');
});

test('states and refusals have their stage', () => {
  expect(['waiting', 'closed', 'paid', 'refunded', 'finished'].map(state => stageOf(state as 'paid'))).toEqual([
    'waiting', 'closed', 'paid', 'paid', 'paid',
  ]);
  expect(stageOfProblem(new Problem(409, 'code_invalid', ''))).toBe('refused');
  expect(stageOfProblem(new Problem(503, 'busy', ''))).toBe('refused');
  expect(stageOfProblem(new Problem(504, 'unknown', ''))).toBe('unknown');
});
