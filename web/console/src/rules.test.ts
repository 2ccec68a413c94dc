import { expect, test } from 'vitest';
import { asText, changesAnything, difference, readRules } from './rules';
import type { Rule } from './told';

const rule = (more: Partial<Rule> = {}): Rule => ({
  id: 'R1',
  condition: 'amount_minor > 500000',
  verdict: 'review',
  reason_zh: '需要核实',
  reason_en: 'being checked',
  ...more,
});

const wrongsOf = (list: unknown[]) => readRules(JSON.stringify(list)).wrong.map(one => `${one.rule} ${one.what}`);

test('what is right is read whole, and written the same again', () => {
  const rules = [rule(), rule({ id: 'R-2', shadow: true, from_us: 1_767_283_200_000_000 })];
  const read = readRules(asText(rules));
  expect(read).toEqual({ rules, wrong: [] });
  expect(asText(read.rules ?? [])).toBe(asText(rules));
  expect(readRules('[]')).toEqual({ rules: [], wrong: [] });
});

test('each mistake is told with its rule, and nothing is read', () => {
  const rows: [unknown, string][] = [
    [rule({ id: '' }), '1 id'],
    [rule({ id: 'a b' }), 'a b id'],
    [rule({ id: 'A'.repeat(17) }), `${'A'.repeat(17)} id`],
    [rule({ condition: '' }), 'R1 condition'],
    [rule({ condition: 'a\nb' }), 'R1 condition'],
    [rule({ condition: '金'.repeat(171) }), 'R1 condition'],
    [rule({ verdict: 'delay:3' }), 'R1 verdict'],
    [rule({ reason_zh: '长'.repeat(101) }), 'R1 reason'],
    [{ ...rule(), reason_en: undefined }, 'R1 reason'],
    [{ ...rule(), shadow: 'yes' }, 'R1 shadow'],
    [rule({ from_us: 0.5 }), 'R1 from'],
    [{ ...rule(), weight: 1 }, 'R1 unknown'],
    [7, '1 object'],
    [null, '1 object'],
  ];
  for (const [one, wrong] of rows) {
    expect(wrongsOf([one]), JSON.stringify(one)).toEqual([wrong]);
    expect(readRules(JSON.stringify([one])).rules).toBeNull();
  }
  expect(wrongsOf([rule(), rule()])).toEqual(['R1 twice']);
});

test('the bounds of a set', () => {
  expect(readRules('[').wrong[0]?.what).toBe('json');
  expect(readRules('{}').wrong[0]?.what).toBe('list');
  expect(readRules(`[]${' '.repeat(100_000)}`).wrong[0]?.what).toBe('long');
  const many = Array.from({ length: 201 }, (_, place) => rule({ id: `R${place}` }));
  expect(readRules(JSON.stringify(many)).wrong[0]?.what).toBe('many');
  expect(readRules(JSON.stringify(many.slice(1))).wrong).toEqual([]);
});

test('a proposal is laid beside what is in force', () => {
  const before = [rule(), rule({ id: 'R2' }), rule({ id: 'R3', shadow: false })];
  const after = [rule({ id: 'R4' }), rule({ verdict: 'refuse', condition: 'true' }), rule({ id: 'R3', from_us: 0 })];
  const changes = difference(before, after);
  expect(changes.map(({ id, how, members }) => [id, how, members])).toEqual([
    ['R4', 'added', []],
    ['R1', 'changed', ['condition', 'verdict']],
    ['R3', 'same', []],
    ['R2', 'removed', []],
  ]);
  expect(changesAnything(changes)).toBe(true);
  expect(changesAnything(difference(before, before))).toBe(false);
});
