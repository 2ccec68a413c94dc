import { expect, test } from 'vitest';
import { words } from '.';
import {
  ANSWER_KINDS,
  FINDINGS,
  FORGERIES,
  LETTER_KINDS,
  MODES,
  NOTICE_STATES,
  PROFILES,
  ROLES,
  SIGNATURES,
} from '../calls';
import { HINTS } from '../compare';

const [chinese, english] = [words['zh-CN'] as Record<string, string>, words.en as Record<string, string>];
const filled = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).toSorted();

test('both languages have the same words, and fill in the same', () => {
  expect(Object.keys(english).toSorted()).toEqual(Object.keys(chinese).toSorted());
  for (const [key, text] of Object.entries(chinese)) {
    expect(text, key).not.toBe('');
    expect(filled(english[key] ?? ''), key).toEqual(filled(text));
  }
});

test('each value that the API may tell has a word', () => {
  const groups: Record<string, readonly string[]> = {
    mode: MODES,
    profile: PROFILES,
    role: ROLES,
    role_text: ROLES,
    signature: SIGNATURES,
    answer: ANSWER_KINDS,
    answer_text: ANSWER_KINDS,
    notice: NOTICE_STATES,
    forge: ['none', ...FORGERIES],
    letter: LETTER_KINDS,
    finding: FINDINGS,
    hint: HINTS,
    only: ['all', 'failed', 'unsigned'],
    fault:
      'latency error-before error-after lost-answer query-lag gbk-error rate-limit maintenance notify-duplicate notify-delay notify-reorder notify-early'.split(
        ' ',
      ),
    fault_value: ['latency', 'query-lag', 'notify-delay'],
    trade: ['WAIT_BUYER_PAY', 'TRADE_SUCCESS', 'TRADE_FINISHED', 'TRADE_CLOSED'],
    outcome: ['delivered', 'failed', 'given_up'],
  };
  for (const [group, values] of Object.entries(groups)) {
    for (const value of values) {
      expect(chinese, group).toHaveProperty([`${group}.${value}`]);
    }
  }
});
