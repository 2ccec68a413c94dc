// The order book: all orders in memory, and in one JSON file.
//
// A change is on the disk before it is in memory, so what the shop has answered survives a crash: the new text is
// written beside the file, flushed, and put in its place by a rename, which happens wholly or not at all. When that
// fails, the change did not happen and the caller hears an error.
//
// A real shop has a database here. This one writes every order for each change (fine for a few thousand), and only one
// process may use a file.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Lines of an order's history that are kept; the first ones tell most. */
const HISTORY_MAX = 40;

export class Book {
  #file;
  #world;
  #orders = new Map();
  #pickup = 0;
  #watchers = new Map();

  /** `world` names the platform and the app that the orders were made with: they mean nothing to another one. */
  constructor(file, world) {
    this.#file = path.resolve(file);
    this.#world = world;
    if (!existsSync(this.#file)) {
      return;
    }
    const kept = JSON.parse(readFileSync(this.#file, 'utf8'));
    if (kept.world !== world) {
      renameSync(this.#file, `${this.#file}.other-world`);
      console.error(`${this.#file} holds orders of another platform: put aside as ${this.#file}.other-world`);
      return;
    }
    this.#pickup = kept.pickup;
    for (const order of kept.orders) {
      this.#orders.set(order.no, order);
    }
  }

  get size() {
    return this.#orders.size;
  }

  find(no) {
    return this.#orders.get(no);
  }

  all() {
    return [...this.#orders.values()];
  }

  /** Newest first. */
  of(visitor) {
    return this.all().filter(one => one.visitor === visitor).reverse();
  }

  add(order) {
    this.#write(this.#pickup, { ...order, version: 1, refunds: [], history: [{ at: Date.now(), what: 'placed' }] });
  }

  /** Changes an order and notes why. Orders are never changed in place: what was read stays as it was read. */
  change(no, fields, event) {
    this.#write(this.#pickup, this.#next(no, fields, event));
  }

  /**
   * The sale: only an order that waits is sold, and its goods are handed out in the same write, so both happen once.
   * In SQL: `update … set state = 'paid' … where no = ? and state = 'waiting'`, then look whether a row was changed.
   */
  sell(no, fields, event) {
    if (this.find(no)?.state !== 'waiting') {
      return false;
    }
    const pickup = this.#pickup + 1;
    this.#write(pickup, this.#next(no, { ...fields, state: 'paid', pickup, attempt: null, refusal: null }, event));
    return true;
  }

  /** Calls `heard` after each change of an order; returns what ends that. */
  watch(no, heard) {
    const hearing = this.#watchers.get(no) ?? new Set();
    this.#watchers.set(no, hearing.add(heard));
    return () => {
      hearing.delete(heard);
      if (hearing.size === 0) {
        this.#watchers.delete(no);
      }
    };
  }

  #next(no, fields, event) {
    const order = this.#orders.get(no);
    const history = event && order.history.length < HISTORY_MAX
      ? [...order.history, { at: Date.now(), ...event }] : order.history;
    return { ...order, ...fields, history, version: order.version + 1 };
  }

  #write(pickup, order) {
    const orders = new Map(this.#orders).set(order.no, order);
    const text = JSON.stringify({ world: this.#world, pickup, orders: [...orders.values()] });
    const beside = `${this.#file}.new`;
    const file = openSync(beside, 'w', 0o600);
    try {
      writeFileSync(file, text); // all of it or an error: a single write may be cut short by a full disk
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, this.#file);
    const folder = openSync(path.dirname(this.#file), 'r');
    try {
      fsyncSync(folder); // else a power cut may bring the old file back
    } finally {
      closeSync(folder);
    }
    this.#orders = orders;
    this.#pickup = pickup;
    for (const heard of this.#watchers.get(order.no) ?? []) {
      heard(order);
    }
  }
}

const sum = refunds => refunds.reduce((fen, one) => fen + one.fen, 0);

/** Fen that surely went back. */
export const refunded = order => sum(order.refunds.filter(one => one.state === 'done'));

/** Fen that may still be asked back: what is under way counts as gone until it is known to be refused. */
export const refundable = order => order.state === 'paid'
  ? order.fen - sum(order.refunds.filter(one => one.state !== 'refused')) : 0;

/** Paid and closed, and all of it surely went back: by the platform's own cancel, or by our refund. */
export const paidBack = order => order.state === 'closed'
  && (order.back === true || (order.late === true && refunded(order) === order.fen));

/** How an order stands, in one word, for people. */
export function standing(order) {
  if (order.refunds.some(one => one.state === 'asked')) {
    return 'refunding';
  }
  if (order.state === 'paid') {
    return refunded(order) === order.fen ? 'refunded' : refunded(order) > 0 ? 'partly' : 'paid';
  }
  if (order.state === 'closed') {
    return paidBack(order) ? 'late' : order.late ? 'refunding' : 'closed';
  }
  return order.attempt ?? (order.closing ? 'closing' : 'waiting');
}
