import { expect, test } from 'vitest';
import { typedMoment } from './typed';

test('a moment is sent with its zone, and none as none', () => {
  expect(typedMoment(' 2026-12-24 10:00:00 ')).toBe('2026-12-24T10:00:00+08:00');
  expect(typedMoment('')).toBeNull();
  expect(typedMoment('  ')).toBeNull();
  expect(typedMoment('tomorrow')).toBe('tomorrow');
});
