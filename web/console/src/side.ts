// The books keep every balance as credit less debit. People read each kind of account by its normal side: assets by
// debit, everything else by credit.
import { fenOf, yuanOf } from '@kit/money';

/** Kinds of accounts that are assets, as the ledger has them. */
const ASSETS = ['bank_reserve', 'clearing_in', 'suspense_due'];

/** The side on which a kind of account normally lies. */
export const sideOf = (kind: string): 'debit' | 'credit' => (ASSETS.includes(kind) ? 'debit' : 'credit');

/** A balance of the API, of a kind of account, as people read it. What is no amount stays as it is. */
export function bySide(kind: string | null | undefined, balance: string): string {
  const fen = fenOf(balance);
  return fen === null || !kind || sideOf(kind) === 'credit' ? balance : yuanOf(-fen);
}
