// What cannot be asked for is told, with the way to try again, and never shown as if there were none.
import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepBuyer } from '../opened';
import { AppField } from '../parts/AppField';
import { words } from '../words';
import { Buyers } from './Buyers';
import { Start } from './Start';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(words);

const say = words.en as Record<string, string>;
const app = {
  app_id: '2021',
  seller_id: '2088',
  seller_login: 'shop',
  seller_name: 'Shop',
  mode: 'key',
  sign_type: 'RSA2',
  profile: 'strict',
  platform_public_key: null,
  files: { private_key_pkcs1_text: '/tmp/key' },
};
const demo = { gateway: '', gateway_port_80: null, sandbox: '', base_url: '', languages: [], apps: [app], buyers: [] };
/** What each address says; one that is missing refuses. */
let answers: Record<string, object>;
let root: Root;
let place: HTMLElement;

beforeEach(() => {
  document.documentElement.lang = 'en';
  sessionStorage.clear();
  answers = { demo, site: { world: 'w' }, clock: {} };
  vi.spyOn(globalThis, 'fetch').mockImplementation(async asked => {
    const url = new URL(asked instanceof Request ? asked.url : String(asked));
    const body = answers[url.pathname.split('/').at(-1) ?? ''];
    const init = { status: body ? 200 : 503, headers: { 'content-type': 'application/json' } };
    return new Response(JSON.stringify(body ?? { code: 'busy', error: { code: 'busy', message: '' } }), init);
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
        {screen}
      </QueryClientProvider>,
    ),
  );
  await until(() => expect(place.querySelector('.loading')).toBeNull());
  return place.textContent;
}

test('a world without buyers says so, and books that are not known are told', async () => {
  expect(await show(<Buyers />)).toContain(say['buyers.none']);
  await act(async () => root.unmount());
  delete answers.site;
  await show(<Buyers />);
  await until(() => expect(place.querySelector('.failed')?.textContent ?? '').toContain(say['problem.busy']));
});

test('a balance that is not known is not the one that a buyer was opened with', async () => {
  keepBuyer('w', { login: 'lily', user_id: '2088', name: 'Lily', balance: '77.00', pay_password: '1' });
  expect(await show(<Buyers />)).not.toContain('77.00');
  await act(async () => root.unmount());
  answers.party = { user_id: '2088', kind: 'buyer', status: 'normal', balance: '7.00' };
  await show(<Buyers />);
  await until(() => expect(place.textContent).toMatch(/[^7]7\.00/));
});

test('apps that cannot be told are not none', async () => {
  delete answers.demo;
  await show(<AppField value="" onValue={() => undefined} />);
  await until(() => expect(place.textContent).toContain(say['problem.busy']));
});

test('without a language there is nothing to wait for', async () => {
  expect(await show(<Start />)).toContain(say['start.no_snippets']);
  expect(place.querySelector('.loading')).toBeNull();
});
