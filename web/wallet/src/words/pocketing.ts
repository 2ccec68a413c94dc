// The words of the own order of what is paid with. Each stands beside its other language.
import { wordsOf } from '@kit/words/problems';

const PAIRS = {
  'pockets.title': ['付款顺序', 'Order of paying'],
  'pockets.text': [
    '付款时按此顺序选择付款方式；余额不足或银行暂不可用的排在后面。',
    'What stands first is chosen first when you pay. What cannot pay just then stands behind.',
  ],
  'pockets.by_rule': [
    '当前为默认顺序：最近用过的、余额、储蓄卡、信用卡。',
    'The order goes by the rule now: what you used last, the balance, debit cards, credit cards.',
  ],
  'pockets.own': ['当前为您设置的顺序。', 'This is the order that you set.'],
  'pockets.follows': ['未设置，按默认顺序排在后面', 'Not in your order yet: follows by the rule'],
  'pockets.up': ['上移{{pocket}}', 'Move {{pocket}} up'],
  'pockets.down': ['下移{{pocket}}', 'Move {{pocket}} down'],
  'pockets.moved': ['{{pocket}}：第 {{place}} 位，共 {{of}} 位', '{{pocket}}: place {{place}} of {{of}}'],
  'pockets.save': ['保存顺序', 'Save the order'],
  'pockets.saved': ['付款顺序已保存。', 'The order is saved.'],
  'pockets.clear': ['恢复默认顺序', 'Go by the rule again'],
  'pockets.cleared': ['已恢复默认顺序。', 'The rule holds again.'],
  'pockets.alone': ['绑定银行卡后，可以设置付款顺序。', 'With a card you can say what is used first.'],
} as const;

/** A word of the own order. */
export type PocketingWord = keyof typeof PAIRS;

export const pocketing = wordsOf(PAIRS);
