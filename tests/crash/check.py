"""Holds what the clients were told against what is there in the end."""

import collections
import time
import types

OK = ("10000", None)
FINAL = {"TRADE_CLOSED", "TRADE_FINISHED"}
RANK = {None: 0, "WAIT_BUYER_PAY": 1, "TRADE_SUCCESS": 2, "TRADE_CLOSED": 3, "TRADE_FINISHED": 3}
# What each call may be answered; anything else is a fault.
ALLOWED = {
    "pay": {None, "ACQ.PAYMENT_AUTH_CODE_INVALID", "ACQ.TRADE_HAS_SUCCESS", "ACQ.TRADE_HAS_CLOSE",
            "ACQ.CONTEXT_INCONSISTENT"},
    "query": {None, "ACQ.TRADE_NOT_EXIST"},
    "refund": {None, "ACQ.TRADE_NOT_EXIST", "ACQ.TRADE_STATUS_ERROR", "ACQ.TRADE_HAS_CLOSE",
               "ACQ.REASON_TRADE_REFUND_FEE_ERR"},
    "cancel": {None, "ACQ.TRADE_NOT_EXIST"},
}


def fen(text):
    """"12.30" -> 1230."""
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))


def count(seen):
    """(kind, outcome) -> how often."""
    return collections.Counter((one.kind, one.outcome) for one in seen)


def enough(counts):
    """A run in which hardly anything happened proves nothing."""
    return [f"only {counts[kind, OK]} successful answers to {kind}: the run proves nothing"
            for kind in ("pay", "query", "refund", "cancel") if counts[kind, OK] < 3]


def answers(app, sandbox, orders, seen, amount):
    """All faults of all orders."""
    by_order = collections.defaultdict(list)
    for one in sorted(seen, key=lambda s: s.heard):
        by_order[one.order].append(one)
    faults = []
    for order in orders:
        mine = by_order[order.number]
        final = app.call("alipay.trade.query", {"out_trade_no": order.number})
        refunds = final_refunds(app, order) if final.outcome == OK else {}
        # The last look counts as one more query, so that nothing heard before may be forgotten by it.
        found = one_order(order, mine, final, refunds, amount) + in_time(mine + [last_look(order, final)])
        found += purse(app, sandbox, order, final, refunds, amount)
        faults += [f"{order.number}: {fault}" for fault in found]
    return faults


def last_look(order, final):
    """The closing query, as one of the answers that were heard."""
    now = time.monotonic()
    return types.SimpleNamespace(kind="query", order=order.number, asked=now, heard=now, outcome=final.outcome,
                                 inner=final.inner, biz={})


def final_refunds(app, order):
    """out_request_no -> fen of every refund that is there."""
    found = {}
    for number in order.sent_refunds:
        answer = app.call("alipay.trade.fastpay.refund.query",
                          {"out_trade_no": order.number, "out_request_no": number})
        if answer.get("refund_status") == "REFUND_SUCCESS":
            found[number] = fen(answer["refund_amount"])
    return found


def one_order(order, mine, final, refunds, amount):
    """Each acknowledged answer of one order still holds."""
    faults = [f"{one.kind} was answered {one.outcome}" for one in mine
              if one.outcome[1] not in ALLOWED[one.kind] or one.outcome[0] not in ("10000", "40004")]
    status, trade_no = final.get("trade_status"), final.get("trade_no")
    told = {one.inner["trade_no"] for one in mine if one.inner.get("trade_no")}
    if len(told | ({trade_no} if trade_no else set())) > 1:
        faults.append(f"several trades: {sorted(told)}, in the end {trade_no}")
    good = [one for one in mine if one.outcome == OK]
    if any(one.kind in ("pay", "refund") for one in good) and RANK[status] < 2:
        faults.append(f"a payment or refund was acknowledged, the end is {status}")
    for one in good:
        number = one.request.get("out_request_no")
        if one.kind == "refund" and refunds.get(number) != fen(one.request["refund_amount"]):
            faults.append(f"refund {number} was acknowledged, the end says {refunds.get(number)}")
        if one.kind == "refund" and fen(one.inner["refund_fee"]) > amount:
            faults.append(f"refund_fee {one.inner['refund_fee']} above the payment")
        if one.kind == "cancel" and one.inner.get("action") and status not in FINAL:
            faults.append(f"cancel ({one.inner['action']}) was acknowledged, the end is {status}")
    if sum(refunds.values()) > amount:
        faults.append(f"refunds {refunds} above the payment of {amount}")
    if status in FINAL and not order.cancel_sent and sum(refunds.values()) != amount:
        faults.append(f"{status}, but nobody cancelled and only {sum(refunds.values())} was refunded")
    return faults


def in_time(mine):
    """Nothing runs backwards: what was asked after an answer was heard must not know less."""
    faults, rank, fee, newest = [], 0, 0, []
    for one in sorted(mine, key=lambda s: s.asked):
        for old in [o for o in newest if o[0] < one.asked]:
            rank, fee = max(rank, old[1]), max(fee, old[2])
            newest.remove(old)
        known = state_of(one)
        if known is None:
            continue
        shown, refunded, of_this_moment = known
        if of_this_moment and shown < rank:
            faults.append(f"{one.kind} answered {one.outcome} {one.inner.get('trade_status')} after state {rank}")
        if of_this_moment and refunded is not None and refunded <= fee:
            faults.append(f"a new refund brought the sum to {refunded}, but {fee} was there before")
        newest.append((one.heard, shown, refunded or 0))
    return faults


def state_of(one):
    """(rank of the state shown, refunded so far or None, whether it tells of the moment of asking), or None.

    A repeated payment or refund may be answered as the first time, whatever happened since: such an answer shows
    what was reached, not what is.
    """
    if one.kind == "query":
        return RANK[one.inner.get("trade_status")], None, True
    if one.kind == "pay":
        shown = {None: 2, "ACQ.TRADE_HAS_SUCCESS": 2, "ACQ.TRADE_HAS_CLOSE": 3}.get(one.outcome[1])
        return (shown, None, False) if shown else None
    if one.kind == "cancel":
        return (3, None, True) if one.outcome == OK and one.inner.get("action") else None
    if one.outcome != OK:
        return (3, None, True) if one.outcome[1] == "ACQ.TRADE_HAS_CLOSE" else None
    new = one.inner.get("fund_change") == "Y"
    return 2, fen(one.inner["refund_fee"]), new


def purse(app, sandbox, order, final, refunds, amount):
    """The buyer's money is exactly what the order's state says: it can be spent, and then not a fen more."""
    status = final.get("trade_status")
    paid = status in ("TRADE_SUCCESS", "TRADE_FINISHED")
    left = 2 * amount - (amount - sum(refunds.values()) if paid else 0)
    for fen_wanted, wanted in ((left, OK), (1, ("40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH"))):
        biz = {"out_trade_no": f"{order.number}_purse{fen_wanted}", "subject": "purse", "scene": "bar_code",
               "total_amount": f"{fen_wanted // 100}.{fen_wanted % 100:02d}",
               "auth_code": sandbox.pay_code(order.buyer["login"])}
        answer = app.call("alipay.trade.pay", biz)
        if answer.outcome != wanted:
            return [f"the buyer should have {left} fen ({status}, refunds {refunds}); "
                    f"paying {fen_wanted}: {answer.outcome}"]
    return []
