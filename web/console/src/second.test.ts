import { expect, test } from 'vitest';
import { may, partIn, partInAppointment, ROLES_OF } from './second';
import type { Me } from './told';

const me = (more: Partial<Me> = {}): Me => ({
  user_id: '2088100000000123',
  role: 'risk_officer',
  active: true,
  everybody: false,
  acts: ['look', 'set_risk'],
  sandbox: true,
  login: '138****0001',
  ...more,
});

test('who proposed does not agree, whatever the role', () => {
  expect(partIn(me(), '2088100000000123', 'set_risk')).toBe('own');
  expect(partIn(me({ everybody: true }), '2088100000000123', 'set_risk')).toBe('own');
  expect(partIn(me(), '2088100000000999', 'set_risk')).toBe('second');
  expect(partIn(me(), '2088100000000999', 'approve_contract')).toBe('other');
});

test('a role that is not active does nothing; a world without staff lets everybody', () => {
  expect(may(me({ active: false }), 'set_risk')).toBe(false);
  expect(may(me({ acts: [], role: null, active: false, everybody: true }), 'appoint')).toBe(true);
  expect(may(me(), 'appoint')).toBe(false);
});

test('the second admin takes the post, and nobody else does so', () => {
  const newcomer = me({ acts: ['look'], role: null });
  const proposal = { name: newcomer.user_id, role: 'admin', active: true, proposed_by: 'admin' };
  expect(partInAppointment(newcomer, proposal, 1)).toBe('second');
  expect(partInAppointment(newcomer, proposal, 2)).toBe('other');
  expect(partInAppointment(newcomer, { ...proposal, role: 'clerk' }, 1)).toBe('other');
  expect(partInAppointment(newcomer, { ...proposal, active: false }, 1)).toBe('other');
  expect(partInAppointment(newcomer, { ...proposal, name: '2088100000000999' }, 1)).toBe('other');
  expect(partInAppointment(newcomer, { ...proposal, proposed_by: newcomer.user_id }, 1)).toBe('own');
  expect(partInAppointment(me({ everybody: true, user_id: '2088100000000999' }), proposal, 1)).toBe('other');
  expect(partInAppointment({ ...newcomer, everybody: true }, proposal, 1)).toBe('second');
  const admin = me({ acts: ['look', 'appoint'], role: 'admin' });
  expect(partInAppointment(admin, { ...proposal, name: 'else' }, 2)).toBe('second');
});

test('each act has a role', () => {
  for (const [act, roles] of Object.entries(ROLES_OF)) {
    expect(roles.length, act).toBeGreaterThan(0);
  }
});
