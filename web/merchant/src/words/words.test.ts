import { expectSameWords, expectWordsFor } from '@kit/words/same';
import { expect, test } from 'vitest';
import { words } from '.';
import { ACTS } from '../calls';

test('both languages have the same words, and fill in the same', () => expectSameWords(words));

// Those that the description of the API lists are asked for in kit/words/enums.test.ts.
test('each other value that the API may tell has a word', () => {
  const groups = {
    staff_act: (
      'till.charge code.draw order.refund order.refuse_refund order.cancel notice.again app_key.add app_key.promote ' +
      'app_key.retire store.open store.close staff.set staff.end staff.leave'
    ).split(' '),
    problem: 'role_forbids changed code_invalid last_owner unsettled no_app busy unknown'.split(' '),
  };
  expectWordsFor(words, groups);
  expect(new Set(ACTS).size).toBe(ACTS.length);
});
