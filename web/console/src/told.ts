// What the calls of `/api/v1/ops` answer, by the names that the screens use: typed by openapi.json. Written by hand is
// only what the description leaves open. Moments and amounts are text, and never become numbers here.
import type { Answer, PathsOf } from '@kit/api/answers';

/** What can be looked at. */
type Path = Extract<PathsOf<'get'>, `/ops/${string}`>;
type Look<Of extends Path> = Answer<Of, 'get'>;

/** One page of a list; `next` is null when nothing is left. A page may be short and have a next one all the same. */
export interface Paged {
  next: string | null;
}

/** What an operator may do, by the names of the API. */
export type Act =
  | 'look'
  | 'look_at_persons'
  | 'move_world'
  | 'see_trail'
  | 'review_merchant'
  | 'suspend_merchant'
  | 'propose_contract'
  | 'approve_contract'
  | 'set_risk'
  | 'decide_risk'
  | 'propose_closing'
  | 'approve_closing'
  | 'appoint'
  | 'propose_rules'
  | 'approve_rules';

/** Whoever looks. With `everybody` the world has no second operator yet: whoever is signed in may do everything. */
export type Me = Look<'/ops/me'>;
export type Found = Look<'/ops/search'>['found'][number];
export type Account = Look<'/ops/ledger/accounts'>['accounts'][number];
export type Party = Look<'/ops/parties/{user_id}'>;
export type Person = Look<'/ops/parties/{user_id}/person'>;
export type Order = Look<'/ops/orders'>['orders'][number];
export type PostingLine = Entry['lines'][number];
export type Chart = Look<'/ops/ledger/chart'>;
export type Entry = Look<'/ops/ledger/accounts/{account_id}/entries'>['entries'][number];
export type TrialBalance = Look<'/ops/ledger/trial-balance'>;
export type Transit = Look<'/ops/ledger/transit'>;
export type Health = Look<'/ops/health'>;
/** What waits for something, as far as it was counted. */
export type Queue = Health['notify'];
export type Configuration = Look<'/ops/configuration'>;
/** Lists of names: the one in force, and the one that is proposed. */
export type NameLists = Look<'/ops/screening'>;
export type World = Look<'/ops/world'>;
export type Clock = NonNullable<World['clock']>;
/** The clock after it was moved: what came due on the way. */
export type ClockMoved = Answer<'/ops/world/clock', 'post'>;
export type Fault = World['faults'][number];
export type Case = Look<'/ops/risk/cases'>['cases'][number];
export type CaseDecided = Answer<'/ops/risk/cases/decide', 'post'>;
export type Backtest = Answer<'/ops/risk/backtest', 'post'>;
export type Operator = Look<'/ops/operators'>['operators'][number];
export type OperatorProposal = Look<'/ops/operators'>['proposals'][number];
export type ApplicationKnown = Look<'/ops/applications/{login}'>;
export type Contracts = Look<'/ops/contracts'>;
export type ContractVersion = Answer<'/ops/contracts/proposal', 'post'>;
/** The fee without a contract and the limit without a password. */
export type Rules = Look<'/ops/rules'>;
export type RulesVersion = Answer<'/ops/rules/proposal', 'post'>;
export type Suspense = Look<'/ops/suspense'>['suspense'][number];
export type Closing = NonNullable<Suspense['proposed']>;
export type Recon = Look<'/ops/recon'>;
/** A note of the trail. An act is two: before it, `asked`, and after it, with the number of the first. */
export type Note = Look<'/ops/trail'>['notes'][number];

/** A rule of risk. The description takes any object. */
export type Rule = {
  id: string;
  condition: string;
  verdict: string;
  reason_zh: string;
  reason_en: string;
  shadow?: boolean;
  from_us?: number;
};

type RiskTold = Look<'/ops/risk'>;
type WithRules<Version> = Omit<NonNullable<Version>, 'rules'> & { rules: Rule[] };

export interface Risk {
  in_force: WithRules<RiskTold['in_force']> | null;
  proposal: WithRules<RiskTold['proposal']> | null;
  built_in: Rule[];
}

type StoryTold = Look<'/ops/orders/{trade_no}'>;
type EventTold = StoryTold['timeline'][number];

/** What happened to an order. Rules and lines are absent where there are none; what a row says are texts by name. */
export type Event = Omit<EventTold, 'fields' | 'rules' | 'lines'> & {
  fields: Record<string, string | null>;
} & Partial<Pick<EventTold, 'rules' | 'lines'>>;

export type OrderStory = Omit<StoryTold, 'timeline'> & { timeline: Event[] };

/** What each look answers. */
export type Looks = { [Of in Exclude<Path, '/ops/risk' | '/ops/orders/{trade_no}'>]: Look<Of> } & {
  '/ops/risk': Risk;
  '/ops/orders/{trade_no}': OrderStory;
};
