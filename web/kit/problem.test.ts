import { expect, test } from 'vitest';
import { asProblem, factsIn, Problem, problemOf } from './problem';

test('a problem of the API keeps its code and its sentence', () => {
  const body = {
    type: 'urn:tongbao:problem:locked',
    title: 'Locked',
    status: 423,
    detail: 'locked until noon',
    code: 'locked',
  };
  const problem = problemOf(423, body);
  expect([problem.status, problem.code, problem.detail]).toEqual([423, 'locked', 'locked until noon']);
});

test('an answer that is no problem gets a code of its status', () => {
  expect(problemOf(502, '<html>').code).toBe('http_502');
  expect(problemOf(404, undefined).code).toBe('http_404');
  expect(problemOf(400, { code: 7, detail: null }).code).toBe('http_400');
});

test('only what says that nothing was done is a no; everything else that failed is unknown', () => {
  for (const [status, code, isUnknown] of [
    [400, 'bad_amount', false],
    [401, 'not_signed_in', false],
    [403, 'wrong_password', false],
    [409, 'balance_too_low', false],
    [503, 'busy', false],
    [503, 'not_sent', false],
    [503, 'not_noted', false],
    [503, 'behind', false],
    [503, 'world_begins_anew', false],
    [503, 'odd', true],
    [200, 'http_200', true],
    [204, 'http_204', true],
    [302, 'http_302', true],
    [400, 'http_400', true],
    [403, 'http_403', true],
    [404, 'http_404', true],
    [408, 'http_408', true],
    [429, 'http_429', true],
    [404, 'order_not_found', false],
    [500, 'internal', true],
    [502, 'http_502', true],
    [504, 'unknown', true],
    [504, 'http_504', true],
    [0, 'no_connection', true],
    [0, 'internal', true],
    [0, 'passkey_cancelled', false],
    [0, 'passkey_failed', false],
    [0, 'passkey_known', false],
  ] as const) {
    expect(new Problem(status, code, '').isUnknown, `${status} ${code}`).toBe(isUnknown);
  }
});

test('a lost connection is unknown, and so is a mistake of ours', () => {
  expect(asProblem(new TypeError('Failed to fetch')).code).toBe('no_connection');
  for (const thrown of [new Error('oops'), new DOMException('aborted', 'AbortError'), 'oops', undefined]) {
    expect(asProblem(thrown).code).toBe('internal');
    expect(asProblem(thrown).isUnknown).toBe(true);
  }
  const problem = new Problem(409, 'risk', '');
  expect(asProblem(problem)).toBe(problem);
});

test('only a missing session signs out', () => {
  expect(new Problem(401, 'not_signed_in', '').isSignedOut).toBe(true);
  expect(new Problem(403, 'wrong_login', '').isSignedOut).toBe(false);
  expect(new Problem(401, 'http_401', '').isSignedOut).toBe(false);
});

test('facts stand beside the sentence, or else in it', () => {
  expect(factsIn('the payment password is wrong, 2 tries left')).toEqual({ tries: '2' });
  expect(factsIn('login or pay_password is wrong; 1 tries left before the lock')).toEqual({ tries: '1' });
  expect(factsIn('locked until 2026-11-30 12:30:05 (UTC+8) after too many')).toEqual({ until: '2026-11-30 12:30:00' });
  expect(factsIn('nothing of that kind')).toEqual({});
  const told = problemOf(423, {
    code: 'locked',
    detail: 'locked',
    tries_left: 0,
    locked_until: '2026-11-30T12:30:05+08:00',
  });
  expect(told.facts).toEqual({ tries: '0', until: '2026-11-30T12:30:05+08:00' });
  expect(problemOf(400, { code: 'weak_password', detail: 'x', field: 'pay_password' }).facts).toEqual({
    field: 'pay_password',
  });
  expect(problemOf(403, { code: 'wrong_password', detail: 'wrong, 2 tries left' }).facts).toEqual({ tries: '2' });
});
