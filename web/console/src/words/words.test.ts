import { ROLES_OF } from '../second';
import { VERDICTS } from '../rules';
import { expectSameWords, expectWordsFor } from '@kit/words/same';
import { expect, test } from 'vitest';
import { words } from '.';
import { EVENTS } from './events';
import { PROBLEMS } from './problems';
import { SCREENS } from './screens';
import { TASKS } from './tasks';
import { VALUES } from './values';

const [chinese, english] = [words['zh-CN'], words.en];

test('both languages have the same words, and fill in the same', () => expectSameWords(words));

test('no word stands twice', () => {
  const groups = [SCREENS, TASKS, VALUES, EVENTS];
  const keys = groups.flatMap(group => Object.keys(group));
  expect(keys.filter((key, place) => keys.indexOf(key) !== place)).toEqual([]);
  expect(Object.keys(PROBLEMS).length).toBeGreaterThan(0);
});

// Those that the description of the API lists are asked for in kit/words/enums.test.ts.
test('each other value that the API may tell has a word', () => {
  const groups = {
    limit:
      'transfer_day transfer_month withdraw_day withdraw_free balance_year balance_life card_day card_month receive_day receive_month',
    role: 'viewer clerk risk_officer treasurer admin none',
    act: Object.keys(ROLES_OF).join(' '),
    verdict: VERDICTS.join(' '),
    order_state: 'offered wait_buyer_pay paid finished closed',
    account_kind:
      'balance transit fee_income bank_reserve escrow delayed clearing_in clearing_out suspense_owed suspense_due',
    stop: 'none owner operator both list owner_list operator_list all',
    app_state: 'INIT MERCHANT_CONFIRM AUDITING AUDIT_PASS AUDIT_REJECT SIGNED SUSPENDED UNSIGNED',
    document: 'licence id_front id_back shop_front indoor industry',
    recon_class:
      'theirs_only currency_differs came_back sign_differs amount_differs never_sent duplicate against_word late matched',
    age: 'under_1_day 1_to_7_days over_7_days',
    outcome: 'done asked unknown',
    by_cancel: 'true false',
    closed: 'true false',
    credit_off: 'true false',
    finish: 'true false',
    table:
      'orders trade debit freeze freeze_operation receipt refund refund_wish bank_order settlement settlement_batch split split_line escrow escrow_case escrow_step notice timer hold risk_case risk_decision posting',
    event_kind:
      'order trade debit freeze freeze_operation receipt bank_order risk risk_case refund refund_wish split escrow notice timer posting hold settlement',
    'event.receipt':
      'asked paid waiting code_invalid buyer_blocked buyer_is_seller buyer_differs balance_too_low order_closed buyer_limit buyer_stopped risk',
    'event.refund_wish': 'asked met refused',
    problem:
      'operator_unknown operator_inactive role_forbids stale self_approval self_release edited proposal_not_found decided bad_rules bad_list clock_backwards moved',
  };
  const split = Object.entries(groups).map(([group, values]) => [group, values.split(' ')] as const);
  expectWordsFor(words, Object.fromEntries(split));
});

test('what is not known is never told as failed', () => {
  for (const key of ['outcome.asked', 'outcome.unknown', 'event.bank_order.unknown']) {
    expect(english[key], key).not.toMatch(/fail|refus/i);
    expect(chinese[key], key).not.toMatch(/失败|拒绝/);
  }
});
