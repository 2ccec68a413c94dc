// @vitest-environment node
// Each value that the description of the API lists, and that a screen shows, has a word: a new one has none, and the
// screens would show it as programs write it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { words as console_ } from '../../console/src/words';
import { words as merchant } from '../../merchant/src/words';
import { words as sandbox } from '../../sandbox/src/words';
import { words as wallet } from '../../wallet/src/words';
import { expectWordsFor } from './same';

interface Schema {
  enum?: string[];
  description?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
}

const described = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../api/openapi.json'), 'utf8')) as {
  components: { schemas: Record<string, Schema> };
};
const { schemas } = described.components;

/** The values of an enum ("BillKind"), or of a member whose description lists them ("OpsMe.role"). */
function valuesOf(name: string): string[] {
  const [schema = '', member] = name.split('.');
  if (member === undefined) {
    return schemas[schema]?.enum ?? [];
  }
  const text = schemas[schema]?.properties?.[member]?.description ?? '';
  // "`a`, `b` (which is so) or `c`", in the first place where it lists anything; "As `a`" lists nothing.
  const aside = String.raw`(?: \([^)]*\))?`;
  const [list = ''] =
    new RegExp(`(?<!\\bas )(?<!\\bAs )\`[\\w-]+\`${aside}(?:(?:,| or|, or) \`[\\w-]+\`${aside})+`).exec(text) ?? [];
  return [...list.matchAll(/`([\w-]+)`/g)].map(([, value]) => value ?? '');
}

/** Groups of words, and what of the API they are for. */
const SHOWN = {
  wallet: {
    'bill.kind': ['BillKind'],
    'bill.state': ['BillState'],
    'bill.category': ['BillCategory'],
    'bill.pocket': ['BillPocket'],
    event: ['BillHappened'],
    'transfer.state': ['TransferState'],
    arrival: ['Arrival'],
    'cash.state': ['MoveState'],
    'card.state': ['CardState'],
    card: ['CardKind'],
    reason: ['BankOrder.reason', 'Order.last_try_reason', 'Payment.last_try_reason', 'PersonNotice.reason'],
    notice: ['PersonNoticeKind'],
    limit: ['PersonLimitKind'],
    period: ['PersonLimitPeriod'],
    'refund.state': ['RefundRequestState'],
    'me.class': ['Account.class', 'PersonLimits.class', 'IdentityProven.class'],
  },
  merchant: {
    role: ['SellerRole'],
    role_text: ['SellerRole'],
    order_state: ['SellerOrderState'],
    product: ['SellerProduct'],
    method: ['SellerMethodKind'],
    event: ['SellerEventKind'],
    refund_state: ['SellerRefundState'],
    request_state: ['RefundRequestState'],
    split_state: ['SellerSplit.state'],
    key_state: ['SellerAppKey.state'],
    notice_state: ['SellerNotice.state'],
    notice_event: ['SellerNotice.event'],
    app_mode: ['SellerApp.mode'],
    app_status: ['SellerApp.status'],
  },
  console: {
    role: ['OpsMe.role', 'OpsOperatorRequest.role'],
    class: ['OpsParty.class', 'OpsPerson.class'],
    found: ['OpsThing.kind'],
    order_state: ['OpsOrder.state'],
    account_class: ['OpsAccount.class', 'OpsKind.class'],
    account_side: ['OpsLine.side', 'OpsEntry.side'],
    app_status: ['OpsApp.status'],
    app_kind: ['Application.kind'],
    card_kind: ['OpsCard.kind'],
    card_state: ['OpsCard.state'],
    case_state: ['OpsCase.state', 'OpsHit.state'],
    contract_state: ['OpsContract.status', 'OpsTerms.status', 'OpsTermsProposal.status'],
    deal: ['OpsDeal.kind'],
    deal_state: ['BillState'],
    direction: ['OpsUnclear.direction'],
    party_kind: ['OpsParty.kind'],
    party_status: ['OpsParty.status'],
    became: ['OpsVerdictTally.became'],
    settlement: ['OpsTerms.settlement', 'OpsTermsProposal.settlement'],
    suspense_owner: ['OpsUnclear.owner'],
    way: ['OpsSuspenseWish.way', 'OpsClosing.way', 'OpsClosingProposal.way'],
    what: ['OpsChange.what'],
  },
  sandbox: {
    role: ['SellerRole'],
    role_text: ['SellerRole'],
  },
} as const;

/** Enums that are never shown by themselves, and why. */
const NOT_SHOWN: Record<string, string> = {
  BillDirection: 'it is the sign of an amount',
  ChangedPart: 'it says what to ask anew',
  CodePurpose: 'it is sent and never told',
  MoveKind: 'it chooses between two screens',
  OrderState: 'it is a stage of paying, whose type names each',
  PaymentState: 'it becomes an OrderState',
  PersonNoticeScreen: 'it chooses where a notice leads',
  SellerChargeOutcome: 'it is a stage at the till, whose type names each',
  SellerNoticeOutcome: 'it chooses between two sentences',
  SellerPart: 'it says what to ask anew',
};

const WORDS = { wallet, merchant, console: console_, sandbox };

for (const [app, groups] of Object.entries(SHOWN)) {
  test(`each value that the ${app} shows has a word`, () => {
    const wanted: Record<string, string[]> = {};
    for (const [group, names] of Object.entries(groups as Record<string, readonly string[]>)) {
      for (const name of names) {
        const values = valuesOf(name);
        expect(values.length, `${name} lists its values`).toBeGreaterThan(1);
        wanted[group] = [...(wanted[group] ?? []), ...values];
      }
    }
    expectWordsFor(WORDS[app as keyof typeof WORDS], wanted);
  });
}

test('of each enum of the API it is decided whether it is shown', () => {
  const shown = new Set<string>(Object.values(SHOWN).flatMap(groups => Object.values(groups).flat()));
  const enums = Object.keys(schemas).filter(name => schemas[name]?.enum !== undefined);
  expect(enums.length).toBeGreaterThan(20);
  expect(enums.filter(name => !shown.has(name) && NOT_SHOWN[name] === undefined)).toEqual([]);
  expect(enums.filter(name => shown.has(name) && NOT_SHOWN[name] !== undefined)).toEqual([]);
});

test('what a description lists is found', () => {
  expect(valuesOf('OpsMe.role')).toEqual(['viewer', 'clerk', 'risk_officer', 'treasurer', 'admin']);
  expect(valuesOf('Order.last_try_reason')).toContain('agreement_ended');
  expect(valuesOf('SellerPlace.acts'), 'examples are no list').toEqual([]);
});
