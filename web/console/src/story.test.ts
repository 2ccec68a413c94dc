import { expect, test } from 'vitest';
import { keysOf, toneOfEvent } from './story';
import type { Event } from './told';

const event = (title: string, more: Partial<Event> = {}): Event => ({
  at: '2026-01-02T03:04:05+08:00',
  kind: title.split('.')[0] ?? '',
  title,
  table: 'order',
  slot: 7,
  no: '1',
  fields: {},
  planned: false,
  reason_zh: null,
  reason_en: null,
  ...more,
});

test('what is not known is never coloured as failed', () => {
  for (const title of [
    'bank_order.unknown',
    'bank_order.given_up',
    'refund.under_way',
    'receipt.asked',
    'risk.delayed',
  ]) {
    expect(toneOfEvent(event(title)), title).toBe('wait');
  }
  for (const title of ['receipt.balance_too_low', 'receipt.buyer_stopped', 'risk.stopped', 'bank_order.failed']) {
    expect(toneOfEvent(event(title)), title).toBe('bad');
    expect(toneOfEvent(event(title, { planned: true })), title).toBe('wait');
  }
  expect(toneOfEvent(event('receipt.paid'))).toBe('good');
  expect(toneOfEvent(event('posting.pay_in'))).toBe('accent');
  expect(toneOfEvent(event('order.opened'))).toBe('plain');
});

test('rows that tell the same twice have different keys', () => {
  const keys = keysOf([event('split.made'), event('split.made'), event('split.made', { no: '2' })]);
  expect(new Set(keys).size).toBe(3);
});
