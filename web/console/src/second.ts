// Two people decide: who proposed cannot agree. What a screen says beside a proposal follows from who proposed, who
// looks and what they may do.
import type { Act, Me } from './told';

/** Whether somebody has this act. */
export const may = (me: Me, act: Act): boolean => me.everybody || (me.active && me.acts.includes(act));

/** What somebody is to a proposal of this person. */
export type Part =
  /** The own one: it needs somebody else. */
  | 'own'
  /** May agree. */
  | 'second'
  /** May not: whoever has the act may. */
  | 'other';

/** The part of whoever looks at a proposal that was made by `proposer`, and is agreed to by `act`. */
export function partIn(me: Me, proposer: string, act: Act): Part {
  if (proposer === me.user_id) {
    return 'own';
  }
  return may(me, act) ? 'second' : 'other';
}

/** What is proposed for an operator. */
interface Appointment {
  name: string;
  role: string;
  active: boolean;
  proposed_by: string;
}

/** The part in an appointment. While there is one admin, whoever is proposed as the second takes the post by agreeing:
 *  otherwise there would never be two. */
export function partInAppointment(me: Me, proposal: Appointment, admins: number): Part {
  const takesThePost =
    admins === 1 &&
    proposal.name === me.user_id &&
    proposal.role === 'admin' &&
    proposal.active &&
    proposal.proposed_by !== me.user_id;
  if (takesThePost) {
    return 'second';
  }
  // Until then nobody else may agree, whatever else everybody may do.
  return me.everybody && proposal.proposed_by !== me.user_id ? 'other' : partIn(me, proposal.proposed_by, 'appoint');
}

/** Roles that have an act. */
export const ROLES_OF: Record<Act, readonly string[]> = {
  look: ['viewer', 'clerk', 'risk_officer', 'treasurer', 'admin'],
  look_at_persons: ['clerk', 'risk_officer'],
  move_world: ['admin'],
  see_trail: ['viewer', 'clerk', 'risk_officer', 'treasurer', 'admin'],
  review_merchant: ['clerk'],
  suspend_merchant: ['clerk', 'risk_officer'],
  propose_contract: ['clerk', 'treasurer'],
  approve_contract: ['treasurer'],
  set_risk: ['risk_officer'],
  decide_risk: ['risk_officer'],
  propose_closing: ['clerk', 'treasurer'],
  approve_closing: ['treasurer'],
  appoint: ['admin'],
  propose_rules: ['clerk', 'treasurer'],
  approve_rules: ['treasurer'],
};
