// What cannot be asked for is told, with the way to try again, and never shown as if there were none.
import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StoreField } from '../parts/StoreField';
import { Works } from '../seller';
import { words } from '../words';
import { Notifications } from './Notifications';

vi.mock('@tanstack/react-router', () => ({
  useRouter: () => ({ history: {} }),
  useLocation: () => ({ pathname: '/' }),
  useSearch: () => ({}),
}));
vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(words);

const say = words.en as Record<string, string>;
let refused: string;
let stores: object[];
/** Answers wait until they are let go. */
let gate: Promise<void>;
let letGo: () => void;
let root: Root;
let place: HTMLElement;

beforeEach(() => {
  document.documentElement.lang = 'en';
  gate = new Promise(done => {
    letGo = done;
  });
  [refused, stores] = ['', []];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async asked => {
    await gate;
    const { url } = asked as Request;
    const isNo = refused !== '' && url.includes(refused);
    const lists = { stores, apps: [], notifications: [], may_set: true, next: null };
    const init = { status: isNo ? 503 : 200, headers: { 'content-type': 'application/json' } };
    return new Response(JSON.stringify(isNo ? { code: 'busy', detail: '' } : lists), init);
  });
  place = document.createElement('div');
  document.body.replaceChildren(place);
});

afterEach(async () => {
  await act(async () => root.unmount());
  vi.restoreAllMocks();
});

/** Waits until something holds. */
const until = (holds: () => void) => vi.waitFor(() => act(async () => holds()));

async function show(screen: ReactNode) {
  root = createRoot(place);
  await act(async () =>
    root.render(
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <Works at={{ seller_id: '2088', name: 'Shop', role: 'owner', acts: ['see_orders', 'see_apps'] }}>
          {screen}
        </Works>
      </QueryClientProvider>,
    ),
  );
  const began = place.querySelector('.loading') !== null;
  letGo();
  await until(() => expect(place.querySelector('.loading')).toBeNull());
  return began;
}

const failed = () => place.querySelector('.failed');

test('stores that cannot be told are not none', async () => {
  refused = '/stores';
  expect(await show(<StoreField value="" onValue={() => undefined} />), 'it loads').toBe(true);
  await until(() => expect(place.textContent).toContain(say['problem.busy']));
  refused = '';
  stores = [{ store_id: 'S1', store_name: 'East Gate', opened_at: '', closed_at: null }];
  await act(async () => failed()?.querySelector('button')?.click());
  await until(() => expect(place.textContent).toContain('East Gate'));
  await act(async () => root.unmount());
  stores = [];
  await show(<StoreField value="" onValue={() => undefined} />);
  expect(place.textContent, 'without stores there is nothing to choose').toBe('');
});

test('apps that cannot be told leave the list, and are told', async () => {
  refused = '/apps';
  await show(<Notifications />);
  await until(() => expect(place.textContent).toContain(say['problem.busy']));
  await until(() => expect(place.textContent).toContain(say['notes.none']));
});
