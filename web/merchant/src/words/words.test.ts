import { expect, test } from 'vitest';
import { words } from '.';
import { ACTS, ORDER_STATES, ROLES } from '../calls';

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
  const groups = {
    role: ROLES,
    role_text: ROLES,
    order_state: ORDER_STATES,
    product: 'face_to_face qr_code mini_program app wap page static_code escrow'.split(' '),
    method: 'balance debit_card credit_card'.split(' '),
    event: 'opened taken_up paid sent released refund split closed notice'.split(' '),
    refund_state: 'under_way done returned'.split(' '),
    split_state: 'under_way done returned refused kept'.split(' '),
    key_state: 'current second retired'.split(' '),
    notice_state: 'due delivered given_up'.split(' '),
    notice_event: 'paid refunded closed message'.split(' '),
    staff_act: (
      'till.charge code.draw order.refund order.cancel notice.again app_key.add app_key.promote app_key.retire ' +
      'store.open store.close staff.set staff.end staff.leave'
    ).split(' '),
    problem: 'role_forbids changed code_invalid last_owner unsettled no_app busy unknown'.split(' '),
  };
  for (const [group, values] of Object.entries(groups)) {
    for (const value of values) {
      expect(chinese, group).toHaveProperty([`${group}.${value}`]);
    }
  }
  expect(new Set(ACTS).size).toBe(ACTS.length);
});
