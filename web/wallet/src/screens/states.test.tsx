// What is not known of the account is told, with the way to try again, and never left out in silence.
import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { words } from '../words';
import { BindCard } from './BindCard';
import { Home } from './Home';
import { Security } from './Security';

vi.mock('@tanstack/react-router', () => ({
  getRouteApi: () => ({ useSearch: () => ({}), useParams: () => ({}) }),
  useRouter: () => ({ history: {} }),
  useCanGoBack: () => false,
  useNavigate: () => () => undefined,
  Link: ({ children }: { children: ReactNode }) => <a href="/">{children}</a>,
}));
vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(words);

const say = words.en as Record<string, string>;
const known = { balance: '12.30', identified: true, class: 'class_1' };
const me = { ...known, payments_stopped_by: 'none', session: 's', user_id: '1' };
let isRefused: boolean;
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
  vi.spyOn(globalThis, 'fetch').mockImplementation(async asked => {
    await gate;
    const isMe = (asked as Request).url.endsWith('/me');
    const rest = { bills: [], notices: [], sessions: [], passkeys: [], next: null, payments_stopped_by: 'none' };
    const body = isMe ? (isRefused ? { code: 'busy', detail: '' } : me) : rest;
    const init = { status: isMe && isRefused ? 503 : 200, headers: { 'content-type': 'application/json' } };
    return new Response(JSON.stringify(body), init);
  });
  place = document.createElement('div');
  document.body.replaceChildren(place);
  root = createRoot(place);
});

afterEach(async () => {
  await act(async () => root.unmount());
  vi.restoreAllMocks();
});

/** Waits until something holds. */
const until = (holds: () => void) => vi.waitFor(() => act(async () => holds()));

for (const [name, screen, shown] of [
  ['the balance', <Home key="home" />, '¥12.30'],
  ['whether payments are stopped', <Security key="security" />, say['security.stop_go']],
  ['who binds a card', <BindCard key="bind" />, say['cards.holder']],
] as const) {
  test(`${name} is loaded, or is told as not known`, async () => {
    isRefused = true;
    await act(async () =>
      root.render(
        <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
          {screen}
        </QueryClientProvider>,
      ),
    );
    expect(place.querySelector(`[role="status"][aria-label="${say.loading}"]`), 'it loads').not.toBeNull();
    letGo();
    const alert = () =>
      [...place.querySelectorAll('[role="alert"]')].find(one => one.textContent?.includes(say['problem.busy'] ?? '?'));
    await until(() => expect(alert()).toBeDefined());
    expect(place.textContent).not.toContain(shown);
    isRefused = false;
    await act(async () => alert()?.querySelector('button')?.click());
    await until(() => expect(place.textContent).toContain(shown));
  });
}
