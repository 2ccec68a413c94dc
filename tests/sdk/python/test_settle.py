"""Split settlement through each SDK, in each mode: receivers, splits, queries, refunds that take parts back."""

import pytest

from outcomes import OK, outcome
from test_methods import pay


@pytest.fixture
def receivers(client, sandbox, new_number):
    """Two receivers that the merchant bound: by id and by login."""
    one, two = sandbox.buyer("1.00"), sandbox.buyer("1.00")
    bound = client.call("alipay.trade.royalty.relation.bind", {
        "out_request_no": new_number(),
        "receiver_list": [{"type": "userId", "account": one["user_id"]},
                          {"type": "loginName", "account": two["login"], "memo": "店长"}]})
    assert outcome(bound) == OK and bound["result_code"] == "SUCCESS"
    return one, two


def settle(client, trade_no, number, parts, **more):
    """order.settle of these (receiver, amount)."""
    parameters = [{"royalty_type": "transfer", "trans_in": to["user_id"], "trans_in_type": "userId", "amount": amount}
                  for to, amount in parts]
    return client.call("alipay.trade.order.settle", {
        "out_request_no": number, "trade_no": trade_no, "royalty_parameters": parameters, **more})


def refund(client, trade_no, number, amount, parts):
    """trade.refund that takes these (receiver, amount) back."""
    back = [{"royalty_type": "transfer", "trans_out": of["user_id"], "trans_out_type": "userId", "amount": part}
            for of, part in parts]
    return client.call("alipay.trade.refund", {
        "trade_no": trade_no, "refund_amount": amount, "out_request_no": number, "refund_royalty_parameters": back})


def test_split_the_same_again_and_another_under_the_number(client, sandbox, buyer, new_number, receivers):
    one, two = receivers
    trade_no = pay(client, sandbox, buyer, new_number, "100.00")[1]["trade_no"]
    number = new_number()
    done = settle(client, trade_no, number, [(one, "12.50"), (two, "5.00")])
    assert outcome(done) == OK and done["settle_no"] == f"{trade_no}0001"
    again = settle(client, trade_no, number, [(one, "12.50"), (two, "5.00")])
    assert again["settle_no"] == done["settle_no"]
    other = settle(client, trade_no, number, [(one, "12.50")])
    assert outcome(other) == ("40004", "ACQ.DISCORDANT_REPEAT_REQUEST")
    found = client.call("alipay.trade.order.settle.query", {"settle_no": done["settle_no"]})
    lines = [(line["trans_in"], line["amount"], line["state"]) for line in found["royalty_detail_list"]]
    assert lines == [(one["user_id"], "12.50", "SUCCESS"), (two["user_id"], "5.00", "SUCCESS")]
    left = client.call("alipay.trade.order.onsettle.query", {"trade_no": trade_no})
    assert left["unsettled_amount"] == "12.50"


def test_refusals_of_a_split(client, sandbox, buyer, new_number, receivers):
    one, _ = receivers
    stranger = sandbox.buyer("1.00")
    trade_no = pay(client, sandbox, buyer, new_number, "100.00")[1]["trade_no"]
    for parts, code in [([], "ACQ.INVALID_PARAMETER"),
                        ([(stranger, "1.00")], "ACQ.ROYALTY_RECEIVER_INVALID"),
                        ([(one, "30.01")], "ACQ.ALLOC_AMOUNT_VALIDATE_ERROR")]:
        assert outcome(settle(client, trade_no, new_number(), parts)) == ("40004", code)
    unknown = client.call("alipay.trade.order.settle.query", {"settle_no": f"{trade_no}0001"})
    assert outcome(unknown) == ("40004", "INVALID_PARAMETER")


def test_refunds_take_parts_back(client, sandbox, buyer, new_number, receivers):
    one, two = receivers
    trade_no = pay(client, sandbox, buyer, new_number, "100.00")[1]["trade_no"]
    settle(client, trade_no, new_number(), [(one, "20.00"), (two, "10.00")])
    number = new_number()
    done = refund(client, trade_no, number, "10.00", [(one, "5.00"), (two, "2.00")])
    assert (outcome(done), done["fund_change"], done["refund_fee"]) == (OK, "Y", "10.00")
    again = refund(client, trade_no, number, "10.00", [(one, "5.00"), (two, "2.00")])
    assert (again["fund_change"], again["refund_fee"]) == ("N", "10.00")
    other = refund(client, trade_no, number, "10.00", [(one, "5.00")])
    assert outcome(other) == ("40004", "ACQ.DISCORDANT_REPEAT_REQUEST")
    too_much = refund(client, trade_no, new_number(), "50.00", [(one, "15.01")])
    assert outcome(too_much) == ("40004", "ACQ.ALLOC_AMOUNT_VALIDATE_ERROR")
    rest = refund(client, trade_no, new_number(), "90.00", [(one, "15.00"), (two, "8.00")])
    assert rest["refund_fee"] == "100.00"
