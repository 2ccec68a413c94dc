import { expect, test } from 'vitest';
import { pretty } from './answer';
import { membersOf } from './letters';

test('a letter is read member by member', () => {
  expect(membersOf('a=1%2B1&subject=%E8%8C%B6+x&sign=ab%3D%3D')).toBe('a = 1+1\nsubject = 茶 x\nsign = ab==');
  expect(membersOf('gbk=%B2%E8&b')).toBe('gbk = %B2%E8\nb');
});

test('an answer has a line for each member when it is whole', () => {
  expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(pretty('{"a":***}')).toBe('{"a":***}');
});
