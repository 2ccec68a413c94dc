import { startLanguages } from '../languages';
import { Problem } from '../problem';
import { act, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, test, vi } from 'vitest';
import { Code } from './facts';
import { addressWith } from './Go';
import { texts } from './routes';
import { Wrong } from './states';
import { Tabs } from './Tabs';
import { deskWords } from './words';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(deskWords);

async function shown(what: React.ReactNode) {
  const place = document.createElement('div');
  document.body.replaceChildren(place);
  await act(async () => createRoot(place).render(what));
  return place;
}

test('an address keeps what is said and leaves out the rest', () => {
  expect(addressWith('/orders', { state: 'paid', find: '', from: undefined })).toBe('/orders?state=paid');
  expect(addressWith('/orders', {})).toBe('/orders');
  expect(addressWith('/orders', { find: 'a&b=c#d' })).toBe('/orders?find=a%26b%3Dc%23d');
  expect(texts('state', 'find')({ state: 'paid', find: 7, other: 'x' })).toEqual({ state: 'paid' });
});

test('an address may break after its slashes, and is the same text; anything else is left alone', async () => {
  const address = await shown(<Code>http://127.0.0.1:8080/gateway.do?a=b/c</Code>);
  expect(address.textContent).toBe('http://127.0.0.1:8080/gateway.do?a=b/c');
  expect(address.querySelectorAll('wbr')).toHaveLength(2);
  expect((await shown(<Code>ab/cd</Code>)).querySelector('wbr')).toBeNull();
});

test('what is not known looks different from what was refused', async () => {
  const refused = await shown(<Wrong thrown={new Problem(409, 'busy', 'busy')} />);
  expect(refused.querySelector('.wrong')?.className).toBe('wrong');
  const lost = await shown(<Wrong thrown={new Problem(0, 'no_connection', '')} />);
  expect(lost.querySelector('.wrong')?.className).toBe('wrong unknown');
});

test('the arrow keys go from one tab to the next, around the end', async () => {
  function Two() {
    const [chosen, choose] = useState<'a' | 'b'>('a');
    const tabs = [{ name: 'a', label: 'A' }, { name: 'b', label: 'B' }] as const;
    return (
      <Tabs label="Two" tabs={tabs} chosen={chosen} onChoose={choose}>
        {chosen}
      </Tabs>
    );
  }
  const place = await shown(<Two />);
  const press = (key: string) =>
    act(async () => {
      place.querySelector('[role="tablist"]')?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    });
  const panel = () => place.querySelector('[role="tabpanel"]')?.textContent;
  for (const [key, now] of [['ArrowRight', 'b'], ['ArrowRight', 'a'], ['ArrowLeft', 'b'], ['Tab', 'b']] as const) {
    await press(key);
    expect(panel(), key).toBe(now);
    expect(document.activeElement?.getAttribute('data-name')).toBe(now);
  }
  expect([...place.querySelectorAll('[role="tab"]')].map(tab => tab.getAttribute('tabindex'))).toEqual(['-1', '0']);
});
