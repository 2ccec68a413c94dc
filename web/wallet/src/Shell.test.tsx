import { KEPT_ANSWERS } from '@kit/kept';
import { startLanguages } from '@kit/languages';
import { QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Home } from './screens/Home';
import { client, dropKept } from './session';
import { Shell } from './Shell';
import { words } from './words';

const inside = vi.hoisted(() => ({ screen: (): unknown => null }));
vi.mock('@tanstack/react-router', () => ({
  useRouter: () => ({ history: { location: { href: '/' } } }),
  useCanGoBack: () => false,
  useLocation: () => ({ pathname: '/' }),
  useNavigate: () => () => undefined,
  Outlet: () => inside.screen(),
  Link: ({ children }: { children: string }) => <a href="/">{children}</a>,
}));
vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
vi.stubGlobal('EventSource', class extends EventTarget {
  close() {}
});
startLanguages(words);

const say = words.en;
const lily = {
  world: 'w',
  user_id: '2088',
  session: 's',
  balance: '87.20',
  login_masked: 'li***',
  name_masked: '',
  class: 'class_1',
  identified: true,
  payments_stopped_by: 'none',
};
const tom = { ...lily, user_id: '2096', session: 't', balance: '3.10' };
const bill = {
  no: '2026010222001400000000000742',
  kind: 'payment',
  direction: 'out',
  title: 'Oolong',
  other_name: 'Corner Bookshop',
  other_login: null,
  amount: '12.80',
  refunded: '0.00',
  state: 'paid',
  at: '2026-01-02T12:00:00+08:00',
  pocket: 'balance',
  category: 'shopping',
};

let root: Root | undefined;
let place: HTMLElement;
let isConnected: boolean;
/** Who is signed in, as the platform sees it; nobody while it is null. */
let me: typeof lily | null;
/** What the platform is asked for. */
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-01-02T04:30:00Z') });
  dropKept();
  client.clear();
  isConnected = true;
  me = { ...lily };
  asked = [];
  inside.screen = () => <Home />;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async request => {
    if (!isConnected) {
      throw new TypeError('no network');
    }
    const path = new URL((request as Request).url).pathname.replace('/api/v1', '');
    asked.push(path);
    const headers = { 'content-type': 'application/json' };
    if (me === null) {
      return new Response(JSON.stringify({ status: 401, code: 'not_signed_in' }), { status: 401, headers });
    }
    const bills = me.user_id === lily.user_id ? [bill] : [];
    const answers: Record<string, object> = { '/me': me, '/me/bills': { bills, next: null } };
    return new Response(JSON.stringify(answers[path] ?? { notices: [], next: null }), { headers });
  });
});

afterEach(async () => {
  await act(async () => root?.unmount());
  client.clear();
  dropKept();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const pass = async (seconds: number) => {
  for (let second = 0; second < seconds; second++) {
    await act(async () => void (await vi.advanceTimersByTimeAsync(1_000)));
  }
};

/** Opens the wallet anew, as a device does that was put away. */
async function begin() {
  await act(async () => root?.unmount());
  client.clear();
  place = document.createElement('div');
  document.body.replaceChildren(place);
  root = createRoot(place);
  await act(async () =>
    root?.render(
      <QueryClientProvider client={client}>
        <Shell />
      </QueryClientProvider>,
    ),
  );
  await pass(8);
}

const text = () => place.textContent ?? '';

test('without a connection the wallet says so, from when its balance is, and shows the last bills', async () => {
  await begin();
  expect(text()).toContain('87.20');
  expect(text()).not.toContain(say.offline);
  expect(localStorage.getItem(KEPT_ANSWERS)).toContain('Oolong');
  isConnected = false;
  vi.setSystemTime(Date.parse('2026-01-03T01:00:00Z'));
  await begin();
  expect(text()).toContain(say.offline);
  expect(text(), 'of the day before').toMatch(/The balance is of Jan 2,? 12:30\./);
  expect(text()).toContain('87.20');
  expect(text()).toContain('Oolong');
  expect(text(), 'what was seen is no failure').not.toContain(say.retry);
});

test('who saw nothing here before is told that there is no connection', async () => {
  isConnected = false;
  await begin();
  await pass(20);
  expect(text()).toContain(say.offline);
  expect(text()).not.toContain('The balance is of');
  expect(text()).toContain('No answer came');
  const before = vi.mocked(fetch).mock.calls.length;
  const [screen] = place.getElementsByTagName('nav');
  await pass(60);
  expect(place.getElementsByTagName('nav')[0], 'nothing comes and goes').toBe(screen);
  expect(vi.mocked(fetch).mock.calls.length - before, 'nor is it asked on and on').toBeLessThan(20);
});

test('with the connection what is so comes by itself', async () => {
  await begin();
  isConnected = false;
  await act(async () => void window.dispatchEvent(new Event('offline')));
  await begin();
  isConnected = true;
  me = { ...lily, balance: '82.20' };
  await act(async () => void window.dispatchEvent(new Event('online')));
  await pass(8);
  expect(text()).toContain('82.20');
  expect(text()).not.toContain(say.offline);
});

/** As the browser tells the pages of the same origin but the one that wrote. */
const toldElsewhere = () =>
  act(async () => void dispatchEvent(new StorageEvent('storage', { key: 'tongbao-signed', newValue: 'x' })));

test('when another page signed somebody else in, nothing of whoever was here is shown any more', async () => {
  await begin();
  expect(text()).toContain('87.20');
  expect(text()).toContain('Oolong');
  client.setQueryData(['cards'], 'of Lily');
  me = tom;
  await toldElsewhere();
  await pass(2);
  expect(text()).toContain('3.10');
  expect(text()).not.toMatch(/87\.20|Oolong/);
  expect(client.getQueryData(['cards']), 'what no screen shows is not there either').toBeUndefined();
  await pass(8);
  expect(localStorage.getItem(KEPT_ANSWERS) ?? '').toContain('2096');
  expect(localStorage.getItem(KEPT_ANSWERS) ?? '').not.toMatch(/2088|87\.20|Oolong/);
  // The same one again, with a session that goes on: nothing is forgotten.
  client.setQueryData(['cards'], 'of Tom');
  await toldElsewhere();
  await pass(2);
  expect(client.getQueryData(['cards'])).toBe('of Tom');
});

test('what another page said while nobody could be asked keeps nothing of whoever was here', async () => {
  await begin();
  isConnected = false;
  await act(async () => void window.dispatchEvent(new Event('offline')));
  await toldElsewhere();
  await pass(20);
  expect(localStorage.getItem(KEPT_ANSWERS)).toBeNull();
  isConnected = true;
  me = tom;
  await act(async () => void window.dispatchEvent(new Event('online')));
  await pass(20);
  expect(text()).toContain('3.10');
  expect(text()).not.toMatch(/87\.20|Oolong/);
});

test('when another page signed out, nothing of whoever was here is left', async () => {
  await begin();
  client.setQueryData(['cards'], 'of Lily');
  me = null;
  await toldElsewhere();
  await pass(2);
  expect(text()).not.toMatch(/87\.20|Oolong/);
  expect(client.getQueryData(['cards'])).toBeUndefined();
  expect(localStorage.getItem(KEPT_ANSWERS)).toBeNull();
  me = tom;
  asked = [];
  await toldElsewhere();
  await pass(8);
  expect(text()).toContain('3.10');
  expect(asked.filter(path => path === '/me/bills').length, 'asked once').toBeLessThanOrEqual(1);
});
