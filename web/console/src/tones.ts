// What colour a state has. The word says it; the colour only helps. What is not known is never shown as failed.
import type { Tone } from '@kit/desk/facts';

const TONES: Record<string, Tone> = {
  paid: 'good',
  finished: 'good',
  done: 'good',
  released: 'good',
  normal: 'good',
  active: 'good',
  in_force: 'good',
  bound: 'good',
  delivered: 'good',
  SIGNED: 'good',
  AUDIT_PASS: 'good',
  waiting: 'wait',
  wait_buyer_pay: 'wait',
  offered: 'wait',
  open: 'wait',
  under_way: 'wait',
  unknown: 'wait',
  asked: 'wait',
  AUDITING: 'wait',
  delayed: 'wait',
  review: 'wait',
  refused: 'bad',
  failed: 'bad',
  frozen: 'bad',
  stopped: 'bad',
  refuse: 'bad',
  SUSPENDED: 'bad',
  AUDIT_REJECT: 'bad',
};

/** The colour of a state or a verdict. */
export const toneOf = (state: string): Tone => TONES[state] ?? 'plain';
