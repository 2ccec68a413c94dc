import { afterEach, expect, test, vi } from 'vitest';
import { addressOf, api, told, withKey } from './client';

const answering = (status: number, body: string, kind = 'application/json') =>
  vi
    .spyOn(globalThis, 'fetch')
    .mockImplementation(async () => new Response(body, { status, headers: { 'content-type': kind } }));

afterEach(() => {
  vi.restoreAllMocks();
});

const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'told',
    (thrown: { code?: string }) => thrown.code,
  );

test('a good answer is given', async () => {
  answering(200, '{"balance":"12.30"}');
  expect((await told(api.GET('/me'))).balance).toBe('12.30');
});

test('a refusal becomes a problem with its code', async () => {
  answering(403, '{"code":"wrong_password","detail":"wrong, 2 tries left"}', 'application/problem+json');
  expect(await codeOf(told(api.GET('/me')))).toBe('wrong_password');
});

test('an answer of somebody between us and the platform is no answer of the platform', async () => {
  answering(502, '<html>bad gateway</html>', 'text/html');
  expect(await codeOf(told(api.GET('/me')))).toBe('http_502');
  answering(200, '{"balance":"12', 'application/json');
  expect(await codeOf(told(api.GET('/me')))).toBe('no_connection');
});

test('an empty answer, or a no without a code, is not taken for a no', async () => {
  const body = { pay_password: '836205' };
  const confirm = () => told(api.POST('/me/transfers/{no}/confirm', { params: { path: { no: '1' } }, body }));
  for (const [status, text] of [
    [200, ''],
    [201, 'null'],
    [403, '<html>blocked</html>'],
    [404, '{"message":"no such page"}'],
    [429, ''],
  ] as const) {
    answering(status, text);
    await expect(confirm(), `${status}`).rejects.toMatchObject({ code: `http_${status}`, isUnknown: true });
  }
  vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(null, { status: 204 }));
  await expect(confirm()).rejects.toMatchObject({ code: 'http_204', isUnknown: true });
});

test('the platform is asked in the language of the page', async () => {
  const asked = answering(200, '{"agreements":[]}');
  for (const lang of ['en', 'zh-CN']) {
    document.documentElement.lang = lang;
    await told(api.GET('/me/agreements'));
    expect(new Headers((asked.mock.lastCall?.[0] as Request | undefined)?.headers).get('accept-language')).toBe(lang);
  }
});

test('no answer is told as no connection', async () => {
  vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'));
  expect(await codeOf(told(api.GET('/me')))).toBe('no_connection');
});

test('a call goes below the house with its key, and to nowhere else', async () => {
  const asked = answering(201, '{}');
  const body = { card: '1', amount: '1.00' };
  await told(api.POST('/me/top-ups', { body, ...withKey('abc') }));
  const request = asked.mock.calls[0]?.[0] as Request;
  expect(request.url).toBe(addressOf('api/v1/me/top-ups'));
  expect(request.headers.get('idempotency-key')).toBe('abc');
  expect(request.headers.get('content-type')).toBe('application/json');
  expect(request.credentials).not.toBe('omit');
});
