import { startLanguages } from '@kit/languages';
import { problemOf } from '@kit/problem';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { Field } from '@kit/Field';
import { words } from '../words';
import { Form, useFieldsSaid } from './Form';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(words);

let root: Root | undefined;

afterEach(async () => {
  await act(async () => root?.unmount());
  document.body.replaceChildren();
});

function Passwords({ send }: { send: () => Promise<unknown> }) {
  const { said, under } = useFieldsSaid('login_password', 'pay_password');
  const shared = { value: 'x', onValue: () => undefined };
  return (
    <Form go="go" send={send} onDone={() => undefined} said={said}>
      <Field {...shared} {...under('login_password')} label="login" name="login_password" />
      <Field {...shared} {...under('pay_password')} label="pay" name="pay_password" text="six digits" />
    </Form>
  );
}

/** The form after it was refused so. */
async function refused(...answers: readonly object[]) {
  const left = [...answers];
  const send = () => Promise.reject(problemOf(400, left.shift()));
  const place = document.createElement('div');
  document.body.append(place);
  root = createRoot(place);
  await act(async () =>
    root?.render(
      <QueryClientProvider client={new QueryClient()}>
        <Passwords send={send} />
      </QueryClientProvider>,
    ),
  );
  const form = place.querySelector('form');
  for (const _ of answers) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as a person does
    await act(async () => form?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true })));
    // oxlint-disable-next-line no-await-in-loop -- the answer of this one
    await act(async () => new Promise(done => setTimeout(done)));
  }
  const saysOf = (name: string) => {
    const input = place.querySelector(`[name="${name}"]`);
    return [input?.getAttribute('aria-invalid'), input?.closest('.field')?.querySelector('p')?.textContent ?? ''];
  };
  return { saysOf, alert: place.querySelector('[role="alert"]')?.textContent };
}

const own = words[document.documentElement.lang === 'zh-CN' ? 'zh-CN' : 'en'] as Record<string, string>;
const WEAK = own['problem.weak_password'];

test('of two passwords the weak one is told under its own field, which has the focus', async () => {
  const { saysOf, alert } = await refused({ code: 'weak_password', detail: 'x', field: 'pay_password' });
  expect(saysOf('pay_password')).toEqual(['true', WEAK]);
  expect(saysOf('login_password')).toEqual([null, '']);
  expect(alert).toBe('');
  expect(document.activeElement?.getAttribute('name')).toBe('pay_password');
});

test('what is of no field here is told by the form, and the field is right again', async () => {
  const first = { code: 'weak_password', detail: 'x', field: 'pay_password' };
  const { saysOf, alert } = await refused(first, { code: 'weak_password', detail: 'x', field: 'code' });
  expect(alert).toBe(WEAK);
  expect(saysOf('pay_password')).toEqual([null, 'six digits']);
  expect((await refused({ code: 'weak_password', detail: 'x' })).alert).toBe(WEAK);
});
