import { expect, test } from 'vitest';
import { bySide, sideOf } from './side';

test('assets are read by debit, everything else by credit', () => {
  expect(bySide('bank_reserve', '-1030276.56')).toBe('1030276.56');
  expect(bySide('suspense_due', '2.00')).toBe('-2.00');
  expect(bySide('clearing_in', '0.00')).toBe('0.00');
  for (const kind of ['balance', 'escrow', 'fee_income', 'clearing_out', 'suspense_owed', 'transit', 'a_new_kind']) {
    expect(bySide(kind, '-1030276.56'), kind).toBe('-1030276.56');
    expect(sideOf(kind), kind).toBe('credit');
  }
  expect(bySide(null, '-5.00')).toBe('-5.00');
  expect(bySide('bank_reserve', 'not an amount')).toBe('not an amount');
});
