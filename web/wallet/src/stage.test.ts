import { expect, test } from 'vitest';
import type { LastTry, Standing } from './paying';
import { after, moneyWord, tryWord, type Now, type Stage } from './stage';
import { words } from './words';

const NAMES = 'draft under_way done failed closed closing returning returned credited';
const STATES = NAMES.split(' ') as LastTry['state'][];
const tried = (no: string, state: LastTry['state'] = null): LastTry => ({ no, state, reason: null });
const open = (lastTry: LastTry | null): Standing => ({ state: 'open', lastTry });

test('only where no card was ever asked, it is said that no money was taken', () => {
  expect(moneyWord(null)).toBe('pay.try.none');
  for (const state of [...STATES, null]) {
    for (const said of [words.en, words['zh-CN']]) {
      const none = said['pay.try.none'].replace(/[.。]$/, '');
      expect(said[moneyWord(tried('77', state))], `${state}`).not.toContain(none);
    }
  }
});

test('money that is on its way back is told, a card that says nothing more is not', () => {
  const words = STATES.map(state => [state, tryWord(tried('77', state))]).filter(([, word]) => word !== null);
  expect(Object.fromEntries(words)).toEqual({
    failed: 'pay.try.failed',
    closed: 'pay.try.closed',
    closing: 'pay.try.late',
    returning: 'pay.try.returning',
    returned: 'pay.try.returned',
    credited: 'pay.try.credited',
  });
  expect(tryWord(null)).toBeNull();
});

test('what is decided is told as it stands', () => {
  for (const stage of ['sent', 'unknown'] as const) {
    const now: Now = { stage, lastTry: null };
    for (const [state, told] of [
      ['paying', 'sent'],
      ['paid', 'paid'],
      ['refunded', 'refunded'],
      ['closed', 'closed'],
    ] as const) {
      expect(after(now, { state, lastTry: null }, 0), `${stage} ${state}`).toBe(told);
    }
  }
});

test('a look that sees the order open is told by what became of the card', () => {
  const before = tried('76', 'failed');
  for (const [name, now, seen, looks, stage] of [
    ['lost, nothing was tried', { stage: 'unknown', lastTry: null }, open(null), 1, 'unknown'],
    ['lost, nothing was tried so far', { stage: 'unknown', lastTry: null }, open(null), 3, 'unpaid'],
    ['lost, an older card was refused', { stage: 'unknown', lastTry: before }, open(before), 2, 'unknown'],
    ['lost, nothing came of it', { stage: 'unknown', lastTry: before }, open(before), 3, 'unpaid'],
    ['lost, and the bank refused it', { stage: 'unknown', lastTry: before }, open(tried('77', 'failed')), 1, 'refused'],
    ['lost, and revoked elsewhere', { stage: 'unknown', lastTry: before }, open(tried('77', 'closing')), 1, 'open'],
    ['refused', { stage: 'sent', lastTry: tried('77') }, open(tried('77', 'failed')), 1, 'refused'],
    ['revoked', { stage: 'sent', lastTry: tried('77') }, open(tried('77', 'closing')), 1, 'open'],
    ['it is on its way back', { stage: 'sent', lastTry: tried('77') }, open(tried('77', 'returning')), 1, 'open'],
    ['an older look', { stage: 'sent', lastTry: tried('77') }, open(before), 1, 'open'],
    ['nobody says why', { stage: 'sent', lastTry: tried('77') }, open(tried('77')), 1, 'open'],
  ] as [string, Now, Standing, number, Stage][]) {
    expect(after(now, seen, looks), name).toBe(stage);
  }
});
