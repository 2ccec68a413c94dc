// The words of asking a merchant for money back. Each stands beside its other language.
import { wordsOf } from '@kit/words/problems';

const PAIRS = {
  'refund.go': ['申请退款', 'Ask for a refund'],
  'refund.again': ['再次申请退款', 'Ask again'],
  'refund.title': ['退款申请', 'Refund'],
  'refund.text': [
    '申请会发给商家，由商家决定退款。退款会原路退回。',
    'The merchant reads why, and decides. What is given back comes the way it was paid.',
  ],
  'refund.reason': ['退款原因', 'Why'],
  'refund.send': ['提交申请', 'Send it'],
  'refund.sent': ['申请已发给商家。', 'The merchant was asked.'],
  'refund.state.open': ['等待商家处理', 'Waits for the merchant'],
  'refund.state.met': ['商家已退款', 'The merchant gave money back'],
  'refund.state.refused': ['商家没有同意', 'The merchant said no'],
  'refund.asked_at': ['申请时间', 'Asked'],
  'refund.answered_at': ['处理时间', 'Answered'],
  'refund.answer': ['商家说明', 'The merchant says'],
} as const;

/** A word of asking for money back. */
export type RefundingWord = keyof typeof PAIRS;

export const refunding = wordsOf(PAIRS);
