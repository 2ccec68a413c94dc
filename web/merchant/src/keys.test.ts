// @vitest-environment node
import { createPrivateKey, createPublicKey, createSign, createVerify } from 'node:crypto';
import { expect, test } from 'vitest';
import { drawKeys, pemOf, plainOf, publicKeyIn } from './keys';

test('a pair signs and verifies in each of its forms', async () => {
  const { publicKey, javaKey, plainKey } = await drawKeys();
  const open = createPublicKey(pemOf('PUBLIC KEY', publicKey));
  for (const pem of [pemOf('PRIVATE KEY', javaKey), pemOf('RSA PRIVATE KEY', plainKey)]) {
    const signed = createSign('RSA-SHA256').update('text').sign(createPrivateKey(pem));
    expect(createVerify('RSA-SHA256').update('text').verify(open, signed)).toBe(true);
  }
  expect(open.asymmetricKeyDetails?.modulusLength).toBe(2_048);
  expect(publicKeyIn(pemOf('PUBLIC KEY', publicKey)), 'PEM is taken as one line').toBe(publicKey);
  expect(publicKeyIn(` ${publicKey}\n`)).toBe(publicKey);
});

test('a private key is never taken for a public one, and nothing else for a key', async () => {
  const { javaKey, plainKey } = await drawKeys();
  expect(publicKeyIn(javaKey)).toBeNull();
  expect(publicKeyIn(plainKey)).toBeNull();
  expect(publicKeyIn(pemOf('PRIVATE KEY', javaKey))).toBeNull();
  expect(publicKeyIn('hello')).toBeNull();
  expect(() => plainOf(new Uint8Array([0x30, 3, 2, 1, 0]))).toThrow('no PKCS #8');
});
