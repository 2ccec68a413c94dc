import { expect, test } from 'vitest';
import { FormKey, newKey } from './key';
import { Problem } from './problem';

test('a key has letters that the header takes, and is new each time', () => {
  const keys = Array.from({ length: 200 }, newKey);
  expect(new Set(keys).size).toBe(200);
  for (const key of keys) {
    expect(key).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  }
});

test('the same wish keeps its key, another wish gets another', () => {
  const form = new FormKey();
  const first = form.of({ amount: '12.30', card: '1' });
  expect(form.of({ amount: '12.30', card: '1' })).toBe(first);
  const second = form.of({ amount: '12.31', card: '1' });
  expect(second).not.toBe(first);
  // Back to the first wish is a new one: the server may have heard of the second meanwhile.
  expect(form.of({ amount: '12.30', card: '1' })).not.toBe(first);
});

test('after it was done the same wish is a new one', () => {
  const form = new FormKey();
  const first = form.of({ amount: '12.30' });
  form.done();
  expect(form.of({ amount: '12.30' })).not.toBe(first);
});

test('a key that is taken is given up, any other refusal keeps it', async () => {
  const form = new FormKey();
  const keys: string[] = [];
  const refused = (code: string) =>
    expect(
      form.send({ amount: '12.30' }, async key => {
        keys.push(key);
        throw new Problem(409, code, '');
      }),
    ).rejects.toMatchObject({ code });
  await refused('balance_too_low');
  await refused('key_reused');
  await refused('key_taken');
  await form.send({ amount: '12.30' }, async key => keys.push(key));
  expect(keys[1], 'sent again after a refusal').toBe(keys[0]);
  expect(new Set(keys).size, 'a new one after each that was taken').toBe(3);
});

test('two forms never share a key', () => {
  expect(new FormKey().of({})).not.toBe(new FormKey().of({}));
});
