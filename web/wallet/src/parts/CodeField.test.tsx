import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { siteQuery } from '../queries';
import { words } from '../words';
import { CodeField } from './CodeField';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(words);

const own = words[document.documentElement.lang === 'zh-CN' ? 'zh-CN' : 'en'] as Record<string, string>;
let root: Root | undefined;

afterEach(async () => {
  await act(async () => root?.unmount());
  vi.restoreAllMocks();
});

/** What the field says after a code was asked for, where the sandbox shows these messages. */
async function asked(messages: readonly object[], sandbox = true) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async asking => {
    const address = asking instanceof Request ? asking.url : String(asking);
    const told = address.includes('sandbox/messages') ? { messages } : { expires_at: '', resend_after_s: 60 };
    return new Response(JSON.stringify(told), { headers: { 'content-type': 'application/json' } });
  });
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(siteQuery.queryKey, { origin: '', root: '', sandbox, world: '1' });
  const place = document.createElement('div');
  root = createRoot(place);
  await act(async () =>
    root?.render(
      <QueryClientProvider client={client}>
        <CodeField to="buyer1@demo.tongbao" purpose="sign_in" value="" onValue={() => undefined} />
      </QueryClientProvider>,
    ),
  );
  await act(async () => place.querySelector('button')?.click());
  await vi.waitFor(() => act(async () => expect(place.textContent).toContain('60')));
  await act(async () => new Promise(done => setTimeout(done, 20)));
  return place.textContent ?? '';
}

test('where there is no account the sandbox says so, and nobody waits for a code', async () => {
  const text = '【通宝】有人用此号码登录，但尚未注册。若非本人操作，请忽略。';
  const said = await asked([{ to: 'x', kind: 'not_registered', code: null, text }]);
  expect(said).toContain(own['sandbox.not_registered']);
  expect(said).not.toContain(own['code.sent']);
  expect(said).not.toContain(text);
});

test('of a message the code alone is told, in the language of the page', async () => {
  const text = '【通宝】登录验证码 246810，5分钟内有效。请勿告诉任何人。';
  const said = await asked([{ to: 'x', kind: 'sign_in', code: '246810', text }]);
  expect(said).toContain(own['code.sent']);
  expect(said).toContain(own['sandbox.code']?.replace('{{code}}', '246810'));
  expect(said).not.toContain(text);
});

test('anywhere else a code was sent, whoever has an account', async () => {
  expect(await asked([{ to: 'x', kind: 'not_registered', code: null, text: '' }], false)).toContain(own['code.sent']);
});
