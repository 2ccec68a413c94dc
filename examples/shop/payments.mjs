// Everything that moves money. Three habits keep it right:
//
//   * An order is written down before the platform hears of it, and its number is the same in every attempt: the
//     platform takes one payment for a number, so nothing is sold twice, whatever is sent again.
//   * Unknown is not failed. No answer, or 20000, is followed by questions until the platform says what happened.
//   * The browser proves nothing. An order is paid when a signed answer or a signed notification says so, for this
//     app, this seller and this amount.
//
// What is done about one order is done in turn, notifications too: a closing and a payment never overlap here.
import { randomBytes } from 'node:crypto';
import { refundable } from './book.mjs';
import { fenOf, yuanOf } from './money.mjs';

const PAID = ['TRADE_SUCCESS', 'TRADE_FINISHED'];
/** One visitor's orders that may wait at a time, and orders in all: this shop keeps them in memory. */
const WAITING_MAX = 20;
const ORDERS_MAX = 5_000;
/** A charge that the platform does not know of by then was lost; before, it may be on its way. */
const LOST_MS = 6_000;
/** The order was decided before this charge came: an earlier one was not lost after all. */
const STANDS = ['ACQ.TRADE_HAS_SUCCESS', 'ACQ.TRADE_HAS_CLOSE'];
/** Neither done nor refused: the platform does not know yet, whichever code it says so with. */
const isUnknown = answer => answer.code === '20000' || answer.subCode === 'ACQ.SYSTEM_ERROR';
/** Pauses between questions about the same order: they grow, as nobody may ever pay it. */
const ASK_FIRST_MS = 2_000;
const ASK_LAST_MS = 30_000;

export class Payments {
  #platform;
  #book;
  #base;
  #payMs;
  #turns = new Map();
  #pauses = new Map();

  /** `base` is the shop's own address, where the platform reaches it; `payMs` is how long an order may wait. */
  constructor(platform, book, { base, payMs }) {
    this.#platform = platform;
    this.#book = book;
    this.#base = base;
    this.#payMs = payMs;
  }

  /** Writes an order down. The same form sent twice is the same order. Undefined when there are too many. */
  place({ visitor, form, good, way, language }) {
    const mine = this.#book.of(visitor);
    const before = mine.find(one => one.form === form);
    if (before) {
      return before;
    }
    if (this.#book.size >= ORDERS_MAX || mine.filter(one => one.state === 'waiting').length >= WAITING_MAX) {
      return undefined;
    }
    const now = Date.now();
    const day = new Date(now + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
    const no = `S${day}${randomBytes(6).toString('hex').toUpperCase()}`;
    // The subject is part of what the number means to the platform: it stays as it is, in whichever language.
    this.#book.add({ no, visitor, form, good: good.id, fen: good.fen, subject: good.name[language], way,
      state: 'waiting', placedAt: now, closesAt: now + this.#payMs });
    return this.#book.find(no);
  }

  #biz(order, more) {
    const minutes = Math.max(1, Math.ceil((order.closesAt - order.placedAt) / 60_000));
    return { outTradeNo: order.no, totalAmount: yuanOf(order.fen), subject: order.subject,
      timeoutExpress: `${minutes}m`, ...more };
  }

  get #notifyUrl() {
    return `${this.#base}/notify`;
  }

  /** The link to the cashier, made afresh each time: it carries a time stamp. */
  cashierLink(order) {
    const told = { notifyUrl: this.#notifyUrl, returnUrl: `${this.#base}/return` };
    if (!order.history.some(one => one.what === 'cashier')) {
      this.#book.change(order.no, {}, { what: 'cashier' });
    }
    return order.way === 'wap'
      ? this.#platform.link('alipay.trade.wap.pay',
        this.#biz(order, { productCode: 'QUICK_WAP_WAY', quitUrl: `${this.#base}/orders/${order.no}` }), told)
      : this.#platform.link('alipay.trade.page.pay', this.#biz(order, { productCode: 'FAST_INSTANT_TRADE_PAY' }), told);
  }

  /** Has a QR code made for an order. Without an answer it may be called again: same number, same order. */
  drawCode(no) {
    return this.#inTurn(no, async () => {
      const order = this.#book.find(no);
      if (order.state !== 'waiting' || order.closing || order.qrCode) {
        return;
      }
      const answer = await this.#platform.call('alipay.trade.precreate', this.#biz(order),
        { notifyUrl: this.#notifyUrl });
      if (answer.code === '10000') {
        this.#book.change(no, { qrCode: answer.qrCode, refusal: null }, { what: 'code' });
      } else {
        this.#book.change(no, { refusal: isUnknown(answer) ? 'unknown' : answer.subCode ?? answer.code });
      }
    });
  }

  /** The till scanned a buyer's pay code. */
  scan(no, authCode) {
    return this.#inTurn(no, async () => {
      const order = this.#book.find(no);
      if (order.state !== 'waiting' || order.closing || order.attempt) {
        return; // paid, closed or about to be, or an earlier code whose outcome must be known first
      }
      // Written before it is sent: after a crash here the shop asks, it does not charge again.
      this.#book.change(no, { attempt: 'unknown', attemptAt: Date.now(), refusal: null }, { what: 'scanned' });
      this.#pauses.delete(no); // should the answer stay away, the shop asks soon
      const answer = await this.#platform.call('alipay.trade.pay',
        this.#biz(order, { scene: 'bar_code', authCode }), { notifyUrl: this.#notifyUrl });
      if (answer.code === '10000') {
        this.#sold(no, answer, 'answer');
      } else if (answer.code === '10003') { // the buyer types the password; query and notification will tell
        this.#book.change(no, { attempt: 'confirming' }, { what: 'confirming' });
      } else if (isUnknown(answer) || STANDS.includes(answer.subCode)) {
        this.#book.change(no, {}, { what: 'unknown' });
        await this.#ask(no);
      } else {
        this.#book.change(no, { attempt: null, refusal: answer.subCode ?? answer.code },
          { what: 'refused', code: answer.subCode ?? answer.code });
      }
    });
  }

  /** Asks the platform how an order stands. */
  ask(no) {
    return this.#inTurn(no, () => this.#ask(no));
  }

  /** Answers what the platform said of it: the state of the trade, or undefined. */
  async #ask(no) {
    const found = await this.#platform.call('alipay.trade.query', { outTradeNo: no });
    const order = this.#book.find(no);
    const state = found.code === '10000' ? found.tradeStatus : undefined;
    if (PAID.includes(state)) {
      this.#sold(no, found, 'query');
    } else if (state === 'TRADE_CLOSED') {
      this.#ended(no, Boolean(found.sendPayDate));
    } else if (state && order.attempt === 'unknown') {
      this.#book.change(no, { attempt: 'confirming' }, { what: 'confirming' });
    } else if (found.subCode === 'ACQ.TRADE_NOT_EXIST' && order.attempt === 'unknown'
      && Date.now() > order.attemptAt + LOST_MS) {
      // Another code may be tried. Should the first arrive after all, both pay this same number: one of them, once.
      this.#book.change(no, { attempt: null, refusal: 'lost' }, { what: 'lost' });
    }
    return state;
  }

  /** A signed answer says paid. Another amount than the order's sells nothing, whoever says it. */
  #sold(no, told, how) {
    const order = this.#book.find(no);
    if (fenOf(told.totalAmount) !== order.fen) {
      console.error(`order ${no}: paid with another amount; a person must look`);
      return;
    }
    if (this.#book.sell(no, { tradeNo: told.tradeNo }, { what: 'sold', how })) {
      this.#pauses.delete(no);
    } else if (order.state === 'closed' && !order.late && !order.back) {
      // The buyer was faster than our closing. What is no longer for sale is paid back, in full.
      const back = { number: `${no}LATE`, fen: order.fen, reason: 'late', state: 'asked', at: Date.now() };
      this.#book.change(no, { late: true, tradeNo: told.tradeNo, refunds: [...order.refunds, back] }, { what: 'late' });
    }
  }

  /** The trade is closed. `back` says that it was paid before, so closing it gave all of that back. */
  #ended(no, back) {
    const order = this.#book.find(no);
    if (order.state === 'waiting' || (order.state === 'closed' && back && !order.late && !order.back)) {
      const event = back ? { what: 'closed', how: 'back' } : { what: 'closed' };
      this.#book.change(no, { state: 'closed', attempt: null, back }, event);
      this.#pauses.delete(no);
    }
  }

  /** Nobody is to pay this order any more: its time is over, or the visitor changed their mind. */
  close(no) {
    return this.#inTurn(no, async () => {
      const order = this.#book.find(no);
      if (order.state !== 'waiting') {
        return;
      }
      if (!order.closing) {
        // Written before it is sent: a cancel pays back what was paid in the meantime, and its answer may be lost.
        // From here on a notification of that payment may be old news, so it is asked about, never just believed.
        this.#book.change(no, { closing: true });
        this.#pauses.delete(no); // should the answer stay away, the shop tries again soon
      }
      let answer = await this.#platform.call('alipay.trade.close', { outTradeNo: no });
      if (answer.subCode === 'ACQ.TRADE_NOT_EXIST') {
        // Nobody took it up yet: there is no trade to close, only a code or a link to spoil.
        answer = await this.#platform.call('alipay.trade.cancel', { outTradeNo: no });
      }
      if (answer.code === '10000' && answer.retryFlag !== 'Y') {
        this.#ended(no, answer.action === 'refund');
      } else if (answer.code !== '20000') {
        await this.#ask(no); // paid meanwhile, closed before, or only begun: what is asked tells which
      } // else unknown: the next round tries again
    });
  }

  /**
   * Asks for money back. `number` names this refund: sent again, it is the same refund. Answers undefined when it is
   * on its way, or why not. A real shop lets its staff decide about refunds, not the buyer.
   */
  refund(no, { fen, reason, number }) {
    return this.#inTurn(no, async () => {
      const order = this.#book.find(no);
      const before = order.refunds.find(one => one.number === number);
      if (before) {
        return before.fen === fen ? undefined : 'refund_amount';
      }
      if (!(fen > 0)) {
        return 'refund_amount';
      }
      if (fen > refundable(order)) {
        return 'refund_too_much';
      }
      // Written first: what is under way cannot be asked for a second time, not even after a crash.
      const asked = { number, fen, reason, state: 'asked', at: Date.now() };
      this.#book.change(no, { refunds: [...order.refunds, asked] }, { what: 'refund_asked', fen });
      this.#pauses.delete(no);
      await this.#settle(no, number);
      return undefined;
    });
  }

  async #settle(no, number) {
    const { late, refunds } = this.#book.find(no);
    const refund = refunds.find(one => one.number === number);
    if (refund.state !== 'asked') {
      return;
    }
    const answer = await this.#platform.call('alipay.trade.refund',
      { outTradeNo: no, refundAmount: yuanOf(refund.fen), outRequestNo: number, refundReason: refund.reason });
    if (answer.code === '10000' && answer.fundChange === 'Y') {
      this.#refunded(no, number, { state: 'done' }, { what: 'refund_done', fen: refund.fen });
      return;
    }
    // Money did not move by this request. It may have moved by an earlier one whose answer was lost, or be about to:
    // that is what the refund's own query knows, and a refusal of this request does not.
    const found = await this.#platform.call('alipay.trade.fastpay.refund.query',
      { outTradeNo: no, outRequestNo: number });
    if (found.refundStatus === 'REFUND_SUCCESS' && fenOf(found.refundAmount) === refund.fen) {
      this.#refunded(no, number, { state: 'done' }, { what: 'refund_done', fen: refund.fen });
      return;
    }
    const absent = found.subCode === 'ACQ.TRADE_NOT_EXIST' || (found.code === '10000' && !found.refundStatus);
    if (answer.code !== '40004' || isUnknown(answer) || !absent) {
      return; // not known, or never judged (too many calls, a wrong key): it stays asked, under the same number
    }
    const code = answer.subCode ?? answer.code;
    if (!late) { // the order's own mark: a reason is what a visitor typed
      this.#refunded(no, number, { state: 'refused' }, { what: 'refund_refused', code });
      return;
    }
    // This money was never ours to keep, so a no is not the end: it is tried until it goes back, and noted once.
    this.#pauses.set(no, { at: Date.now(), pause: ASK_LAST_MS });
    if (!refund.code) {
      console.error(`order ${no}: what was paid too late cannot be given back (${code}); a person should look`);
      this.#refunded(no, number, { code }, { what: 'refund_refused', code });
    }
  }

  #refunded(no, number, fields, event) {
    const refunds = this.#book.find(no).refunds.map(one => one.number === number ? { ...one, ...fields } : one);
    this.#book.change(no, { refunds }, event);
  }

  /**
   * A notification. Answers whether it was taken: only then does the platform stop telling. The order of the checks
   * matters: nothing in it is believed before the signature is.
   */
  async notified(told) {
    const { appId, sellerId } = this.#platform;
    if (!this.#platform.signed(told) || told.app_id !== appId || told.seller_id !== sellerId) {
      console.error('a notification was refused: not signed by the platform, or not for this shop');
      return false;
    }
    const no = told.out_trade_no;
    if (!this.#book.find(no)) {
      console.error('a notification was refused: no such order');
      return false;
    }
    return this.#inTurn(no, async () => {
      const order = this.#book.find(no);
      if (fenOf(told.total_amount) !== order.fen) {
        console.error(`order ${no}: a notification was refused: another amount`);
        this.#book.change(no, {}, { what: 'amount_differs' });
        return false;
      }
      if (PAID.includes(told.trade_status) && order.state === 'waiting' && !order.closing) {
        this.#sold(no, { totalAmount: told.total_amount, tradeNo: told.trade_no }, 'notification');
      } else if (PAID.includes(told.trade_status) && order.state !== 'paid' && !order.late && !order.back) {
        // News of a payment may be old news: a cancel may have paid it back by itself. Taken once it is known.
        const state = await this.#ask(no);
        const now = this.#book.find(no);
        return now.state === 'paid' || now.late === true || state === 'TRADE_CLOSED';
      } else if (told.trade_status === 'TRADE_CLOSED') {
        // After a whole refund, too; then it is no longer waiting, and nothing happens.
        this.#ended(no, Boolean(told.gmt_payment));
      }
      return true;
    });
  }

  /** One round over everything that is not settled. */
  async round(now = Date.now()) {
    for (const order of this.#book.all()) {
      const asked = order.refunds.filter(one => one.state === 'asked');
      if ((order.state !== 'waiting' && asked.length === 0) || this.#turns.has(order.no) || !this.#due(order, now)) {
        continue;
      }
      if (order.state === 'waiting') {
        await (now >= order.closesAt || order.closing ? this.close(order.no) : this.ask(order.no));
      }
      for (const { number } of asked) {
        await this.#inTurn(order.no, () => this.#settle(order.no, number));
      }
    }
  }

  #due(order, now) {
    const { at, pause } = this.#pauses.get(order.no) ?? { at: order.placedAt, pause: ASK_FIRST_MS };
    const over = order.state === 'waiting' && now >= order.closesAt && at < order.closesAt;
    if (!over && now < at + pause) {
      return false;
    }
    this.#pauses.set(order.no, { at: now, pause: Math.min(pause * 2, ASK_LAST_MS) });
    return true;
  }

  #inTurn(no, work) {
    const turn = (this.#turns.get(no) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => {}).finally(() => {
      if (this.#turns.get(no) === settled) {
        this.#turns.delete(no);
      }
    });
    this.#turns.set(no, settled);
    return turn;
  }
}
