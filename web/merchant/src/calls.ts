// The calls of the merchant's side. What they answer is typed by openapi.json.
import type { Answer, Wish } from '@kit/api/answers';
import { ask, askFile, askNothing } from '@kit/api/ask';
import { piece } from '@kit/api/pieces';

export const ACTS = [
  'see_orders', 'see_takings', 'refund', 'take_payments', 'see_bills', 'see_apps', 'set_apps', 'see_staff', 'set_staff',
  'set_stores', 'leave',
] as const;
export type Act = (typeof ACTS)[number];

export const ROLES = ['owner', 'manager', 'finance', 'till', 'developer', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

export const ORDER_STATES = ['waiting', 'paid', 'refunded', 'finished', 'closed'] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** What is asked of one merchant. */
type At<Path extends string> = `/sellers/{seller_id}${Path}`;

type Sellers = Answer<'/sellers', 'get'>;
type Orders = Answer<At<'/orders'>, 'get'>;
type Bills = Answer<At<'/bills'>, 'get'>;
type Settlements = Answer<At<'/settlements'>, 'get'>;
type Notifications = Answer<At<'/notifications'>, 'get'>;
type Staff = Answer<At<'/staff'>, 'get'>;
type Acts = Answer<At<'/acts'>, 'get'>;
type Stores = Answer<At<'/stores'>, 'get'>;
type Apps = Answer<At<'/apps'>, 'get'>;
type Charged = Answer<At<'/till'>, 'post'>;
type Refunded = Answer<At<'/orders/{trade_no}/refunds'>, 'post'>;
type Requests = Answer<At<'/refund-requests'>, 'get'>;
type RefusalMade = Answer<At<'/orders/{trade_no}/refund-request/refusal'>, 'post'>;
type Cancelled = Answer<At<'/orders/{trade_no}/cancel'>, 'post'>;
type SentAgain = Answer<At<'/notifications/{notify_id}/again'>, 'post'>;

/** A merchant that whoever is signed in works for. */
export type Seller = Sellers['sellers'][number];
export type Dashboard = Answer<At<'/dashboard'>, 'get'>;
export type Order = Orders['orders'][number];
/** An order with all that the role of whoever asks may see of it. */
export type OrderDetails = Answer<At<'/orders/{trade_no}'>, 'get'>;
export type Event = OrderDetails['timeline'][number];
export type Refund = OrderDetails['refunds'][number];
/** A buyer who asks for its money and waits. */
export type Waiting = Requests['requests'][number];
export type Split = OrderDetails['splits'][number];
export type Posting = OrderDetails['postings'][number];
export type Notification = Notifications['notifications'][number];
export type MadeCode = Answer<At<'/codes'>, 'post'>;
/** The code that stands on a counter. */
export type CounterCode = Answer<At<'/counter-code'>, 'get'>;
/** A day that is over. Its sums are missing while a refund of it is under way, and where there is too much of it. */
export type BillDay = Bills['days'][number];
export type Settlement = Settlements['settlements'][number];
export type Diagnosis = Answer<At<'/doctor'>, 'post'>;
export type Member = Staff['staff'][number];
/** What somebody asked to be done. */
export type StaffAct = Acts['acts'][number];
export type Store = Stores['stores'][number];
export type App = Apps['apps'][number];

export type RefundWish = Wish<At<'/orders/{trade_no}/refunds'>, 'post'>;
export type Refusal = Wish<At<'/orders/{trade_no}/refund-request/refusal'>, 'post'>;
export type TillWish = Wish<At<'/till'>, 'post'>;
export type CodeWish = Wish<At<'/codes'>, 'post'>;
type DoctorWish = Wish<At<'/doctor'>, 'post'>;
type StaffWish = Wish<At<'/staff'>, 'post'>;
type StoreWish = Wish<At<'/stores'>, 'post'>;

export interface OrderFilter {
  state?: string;
  from?: string;
  to?: string;
  find?: string;
  words?: string;
}

/** Rows of one page of a list. */
const PAGE = 20;
/** Rows of one page, and pages at most, where a list is wanted whole. */
const [WHOLE_PAGE, WHOLE_PAGES_MAX] = [100, 20];

const of = (seller: string, path = '') => `/sellers/${piece(seller)}${path}`;
const order = (seller: string, no: string, path = '') => of(seller, `/orders/${piece(no)}${path}`);

/** A list to its end: a page may be short, even empty, and have a next. */
async function whole<Row>(
  page: (before: string | undefined) => Promise<{ rows: Row[]; next: string | null }>,
): Promise<Row[]> {
  const found: Row[] = [];
  let before: string | undefined;
  for (let pages = 0; pages < WHOLE_PAGES_MAX; pages += 1) {
    const { rows, next } = await page(before);
    found.push(...rows);
    if (next === null) {
      break;
    }
    before = next;
  }
  return found;
}

export const calls = {
  sellers: () =>
    whole<Seller>(async before => {
      const query = { limit: WHOLE_PAGE, before };
      const { sellers, next } = await ask<Sellers>('get', '/sellers', { query });
      return { rows: sellers, next };
    }),
  dashboard: (seller: string, day?: string) => ask<Dashboard>('get', of(seller, '/dashboard'), { query: { day } }),
  orders: (seller: string, filter: OrderFilter, before?: string) =>
    ask<Orders>('get', of(seller, '/orders'), { query: { ...filter, limit: PAGE, before } }),
  order: (seller: string, no: string) => ask<OrderDetails>('get', order(seller, no)),
  refund: (seller: string, no: string, body: RefundWish, key: string) =>
    ask<Refunded>('post', order(seller, no, '/refunds'), { body, key }),
  refundRequests: (seller: string, after?: string) =>
    ask<Requests>('get', of(seller, '/refund-requests'), { query: { limit: PAGE, after } }),
  refuseRefund: (seller: string, no: string, body: Refusal) =>
    ask<RefusalMade>('post', order(seller, no, '/refund-request/refusal'), { body }),
  cancel: (seller: string, no: string) => ask<Cancelled>('post', order(seller, no, '/cancel')),
  till: (seller: string, body: TillWish, key: string) =>
    ask<Charged>('post', of(seller, '/till'), { body, key }),
  makeCode: (seller: string, body: CodeWish, key: string) => ask<MadeCode>('post', of(seller, '/codes'), { body, key }),
  counter: (seller: string, store?: string) =>
    ask<CounterCode>('get', of(seller, '/counter-code'), { query: { store_id: store } }),
  bills: (seller: string, before?: string) =>
    ask<Bills>('get', of(seller, '/bills'), { query: { limit: 14, before } }),
  billFile: (seller: string, day: string, kind: 'trade' | 'account') =>
    askFile(of(seller, `/bills/${piece(day)}`), { kind }),
  settlements: (seller: string, before?: string) =>
    ask<Settlements>('get', of(seller, '/settlements'), { query: { limit: PAGE, before } }),
  notifications: (seller: string, app: string, before?: string) =>
    ask<Notifications>('get', of(seller, '/notifications'), {
      query: { limit: PAGE, before, app_id: app },
    }),
  sendAgain: (seller: string, id: string) =>
    ask<SentAgain>('post', of(seller, `/notifications/${piece(id)}/again`)),
  doctor: (seller: string, body: DoctorWish) =>
    ask<Diagnosis>('post', of(seller, '/doctor'), { body }),
  staff: (seller: string, before?: string) =>
    ask<Staff>('get', of(seller, '/staff'), { query: { limit: PAGE, before } }),
  setStaff: (seller: string, body: StaffWish) =>
    ask<Member>('post', of(seller, '/staff'), { body }),
  removeStaff: (seller: string, user: string) => askNothing('delete', of(seller, `/staff/${piece(user)}`)),
  /** Whoever asks does not act for the merchant any more. */
  leave: (seller: string) => askNothing('delete', of(seller, '/staff/me')),
  acts: (seller: string, before?: string) =>
    ask<Acts>('get', of(seller, '/acts'), { query: { limit: PAGE, before } }),
  stores: (seller: string) =>
    whole<Store>(async before => {
      const query = { limit: WHOLE_PAGE, before };
      const { stores, next } = await ask<Stores>('get', of(seller, '/stores'), { query });
      return { rows: stores, next };
    }),
  setStore: (seller: string, body: StoreWish) =>
    ask<unknown>('post', of(seller, '/stores'), { body }),
  closeStore: (seller: string, id: string) => ask<unknown>('post', of(seller, `/stores/${piece(id)}/close`)),
  apps: (seller: string) => ask<Apps>('get', of(seller, '/apps')),
  addKey: (seller: string, app: string, public_key: string, login_password: string) =>
    ask<unknown>('post', of(seller, `/apps/${piece(app)}/keys`), { body: { public_key, login_password } }),
  moveKey: (seller: string, app: string, number: number, to: 'promote' | 'retire') =>
    ask<unknown>('post', of(seller, `/apps/${piece(app)}/keys/${number}/${to}`)),
};
