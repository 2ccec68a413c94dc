// What the API answers, by the names that the screens use. Taken from the calls, so that a new name of a schema on the
// server changes nothing here.
import type { SuccessResponseJSON } from 'openapi-typescript-helpers';
import type { paths } from './schema';

type Of<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends infer Call
  ? Call extends Record<string | number, unknown>
    ? SuccessResponseJSON<Call>
    : never
  : never;

export type Site = Of<'/site', 'get'>;
export type Me = Of<'/me', 'get'>;
export type Session = Of<'/sessions', 'get'>['sessions'][number];
export type Passkey = Of<'/passkeys', 'get'>['passkeys'][number];
export type BillPage = Of<'/me/bills', 'get'>;
export type Bill = BillPage['bills'][number];
export type BillDetails = Of<'/me/bills/{no}', 'get'>;
export type BillMonth = Of<'/me/bills/months', 'get'>['months'][number];
export type Card = Of<'/me/cards', 'get'>['cards'][number];
export type OwnPockets = Of<'/me/pockets', 'get'>;
export type OwnPocket = OwnPockets['pockets'][number];
export type BankOrder = Of<'/me/bank-orders/{no}', 'get'>;
export type Transfer = Of<'/me/transfers/{no}', 'get'>;
export type Order = Of<'/me/orders', 'post'>;
export type Pocket = Order['pockets'][number];
type Scanned = Of<'/codes', 'post'>;
export type Collect = Extract<Scanned, { kind: 'collect' }>['collect'];
export type Shop = Extract<Scanned, { kind: 'shop' }>['shop'];
export type Payment = Of<'/me/payments', 'post'>;
export type PayCode = Of<'/me/pay-codes', 'post'>;
export type Agreement = Of<'/me/agreements', 'get'>['agreements'][number];
export type NoticePage = Of<'/me/notices', 'get'>;
export type Notice = NoticePage['notices'][number];
export type Limits = Of<'/me/limits', 'get'>;
export type Limit = Limits['limits'][number];
