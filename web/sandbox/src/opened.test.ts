import { beforeEach, expect, test } from 'vitest';
import { forgetRead, keepBuyer, openedIn } from './opened';

const buyer = (login: string) => ({
  login,
  user_id: '2088100000000147',
  name: login,
  balance: '0.00',
  pay_password: '618240',
});

beforeEach(() => {
  sessionStorage.clear();
  forgetRead();
});

test('a buyer that was opened is there with the password after the page is loaded anew', () => {
  keepBuyer('books 1', buyer('mei@example.com'));
  keepBuyer('books 1', buyer('lin@example.com'));
  forgetRead();
  expect(openedIn('books 1').map(one => [one.login, one.pay_password])).toEqual([
    ['mei@example.com', '618240'],
    ['lin@example.com', '618240'],
  ]);
});

test('of other books nothing is shown, and the first buyer of theirs replaces it', () => {
  keepBuyer('books 1', buyer('mei@example.com'));
  expect(openedIn('books 2')).toEqual([]);
  keepBuyer('books 2', buyer('lin@example.com'));
  forgetRead();
  expect(openedIn('books 1')).toEqual([]);
  expect(openedIn('books 2')).toHaveLength(1);
});

test('what cannot be read is nothing', () => {
  keepBuyer('books 1', buyer('mei@example.com'));
  for (const wrong of ['', 'x', 'null', '[]', '{"world":"books 1","buyers":[{"login":1}]}', '{"world":"books 1"}']) {
    for (const name of Object.keys(sessionStorage)) {
      sessionStorage.setItem(name, wrong);
    }
    forgetRead();
    expect(openedIn('books 1'), wrong).toEqual([]);
  }
});
