import { expectSameWords, expectWordsFor } from '@kit/words/same';
import { test } from 'vitest';
import { words } from '.';
import {
  ANSWER_KINDS,
  FINDINGS,
  FORGERIES,
  LETTER_KINDS,
  MODES,
  NOTICE_STATES,
  PROFILES,
  SIGNATURES,
} from '../calls';
import { HINTS } from '../compare';

test('both languages have the same words, and fill in the same', () => expectSameWords(words));

// Those that the description of the API lists are asked for in kit/words/enums.test.ts.
test('each other value that the API may tell has a word', () => {
  const groups: Record<string, readonly string[]> = {
    mode: MODES,
    profile: PROFILES,
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
  expectWordsFor(words, groups);
});
