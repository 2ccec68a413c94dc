import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { words } from '../words';
import { PayCode } from './PayCode';

vi.mock('@tanstack/react-router', () => ({
  useRouter: () => ({ history: {} }),
  useCanGoBack: () => false,
  Link: ({ children }: { children: string }) => <a href="/">{children}</a>,
}));
vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(words);

const say = words.en;
const PASSWORD = '836205';
let root: Root | undefined;
let place: HTMLElement;
/** What was asked for, in turn; and how it is answered. */
let asked: { pay_password?: string }[];
let answer: () => Promise<Response> | Response;
let isHidden: boolean;
let hasFocus: boolean;

const json = (body: object, status = 201) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
/** The code of the last call: 18 digits that end in its number. */
const drawn = () =>
  json({ code: String(280000000000000000n + BigInt(asked.length)), expires_at: '', bar_svg: '<svg/>', qr_svg: '<svg/>' });

beforeEach(() => {
  vi.useFakeTimers();
  [asked, answer, isHidden, hasFocus] = [[], drawn, false, true];
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => isHidden);
  vi.spyOn(document, 'hasFocus').mockImplementation(() => hasFocus);
  vi.spyOn(globalThis, 'fetch').mockImplementation(async request => {
    if (new URL((request as Request).url).pathname === '/api/v1/me/pay-codes') {
      asked.push(JSON.parse(await (request as Request).text()));
      return answer();
    }
    return json({ passkeys: [] }, 200);
  });
});

afterEach(async () => {
  await act(async () => root?.unmount());
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Lets so much time go by, second by second, and what came of it be drawn. */
async function pass(ms: number) {
  for (let left = ms; left > 0; left -= 1_000) {
    await act(async () => void (await vi.advanceTimersByTimeAsync(Math.min(left, 1_000))));
  }
}

async function begin() {
  place = document.createElement('div');
  document.body.replaceChildren(place);
  root = createRoot(place);
  await act(async () =>
    root?.render(
      <QueryClientProvider client={new QueryClient()}>
        <PayCode />
      </QueryClientProvider>,
    ),
  );
  await pass(10);
}

/** The digits that are shown; '' while none are. */
const shown = () => place.querySelector('.digits')?.textContent?.replaceAll(' ', '') ?? '';
const pictures = () => place.querySelectorAll('img').length;
const text = () => document.body.textContent ?? '';
const happens = async (where: EventTarget, name: string) => {
  await act(async () => void where.dispatchEvent(new Event(name)));
  await pass(10);
};

async function press(words: string) {
  const button = [...document.querySelectorAll('button')].find(one => one.textContent === words);
  expect(button, words).toBeDefined();
  await act(async () => button?.click());
  await pass(10);
}

test('a new code comes each minute, and says how long it is shown', async () => {
  await begin();
  expect([shown().slice(-3), pictures(), asked.length]).toEqual(['001', 2, 1]);
  expect(text()).toContain('Changes in 60 s');
  await pass(58_000);
  expect([shown().slice(-3), asked.length]).toEqual(['001', 1]);
  await pass(3_000);
  expect([shown().slice(-3), asked.length]).toEqual(['002', 2]);
  await pass(60_000);
  expect([shown().slice(-3), asked.length]).toEqual(['003', 3]);
});

test('while another window has the focus nothing is shown nor drawn, and then a new code comes', async () => {
  await begin();
  hasFocus = false;
  await happens(window, 'blur');
  expect([shown(), pictures()]).toEqual(['', 0]);
  expect(text()).toContain(say['pay_code.hidden']);
  await pass(300_000);
  expect(asked, 'no code is drawn for nobody').toHaveLength(1);
  hasFocus = true;
  await happens(window, 'focus');
  expect([shown().slice(-3), pictures(), asked.length], 'not the one of before').toEqual(['002', 2, 2]);
  await pass(61_000);
  expect(asked, 'its minute begins anew').toHaveLength(3);
});

test('a page that is put away shows nothing until it is in sight again', async () => {
  await begin();
  isHidden = true;
  await happens(document, 'visibilitychange');
  expect([shown(), pictures()]).toEqual(['', 0]);
  await happens(window, 'focus');
  expect(shown(), 'a page that nobody sees').toBe('');
  isHidden = false;
  await happens(document, 'visibilitychange');
  expect([shown().slice(-3), asked.length]).toEqual(['002', 2]);
});

test('in sight beside a window that has the focus it waits to be asked', async () => {
  await begin();
  [isHidden, hasFocus] = [true, false];
  await happens(document, 'visibilitychange');
  isHidden = false;
  await happens(document, 'visibilitychange');
  expect(shown()).toBe('');
  await press(say['pay_code.show']);
  expect(shown().slice(-3)).toBe('002');
});

test('a code that comes after the page was put away is not shown', async () => {
  let give: (response: Response) => void = () => undefined;
  answer = () => new Promise(done => (give = done));
  await begin();
  await happens(window, 'blur');
  give(drawn());
  await pass(10);
  expect([shown(), pictures()]).toEqual(['', 0]);
});

test('the password is asked for when it is needed, and sent once', async () => {
  answer = () => (asked.at(-1)?.pay_password ? drawn() : json({ code: 'pay_password_needed', detail: 'x' }, 403));
  await begin();
  expect(shown()).toBe('');
  for (const digit of PASSWORD) {
    await press(digit);
  }
  expect(asked).toEqual([{}, { pay_password: PASSWORD }]);
  expect(shown().slice(-3)).toBe('002');
  answer = drawn;
  await pass(61_000);
  expect(asked.at(-1), 'it is not kept').toEqual({});
});

test('without a connection it says so, and the code comes by itself when there is one', async () => {
  answer = () => Promise.reject(new TypeError('no network'));
  await begin();
  expect(shown()).toBe('');
  expect(text()).toContain(say['pay_code.offline']);
  await pass(60_000);
  expect(asked, 'nobody asks on and on').toHaveLength(1);
  answer = drawn;
  await happens(window, 'online');
  expect([shown().slice(-3), asked.length]).toEqual(['002', 2]);
  expect(text()).not.toContain(say['pay_code.offline']);
});

test('a code whose minute is over goes when no other can be had', async () => {
  await begin();
  answer = () => Promise.reject(new TypeError('no network'));
  await pass(61_000);
  expect([shown(), pictures()]).toEqual(['', 0]);
  expect(text()).toContain(say['pay_code.offline']);
});
