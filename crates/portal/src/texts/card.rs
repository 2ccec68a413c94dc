//! Words of the pages of bank cards, and of paying by one.

macro_rules! card_texts {
    ([$($page:ident)*] $($words:tt)*) => { $crate::texts::texts! { [$($page)*] $($words)*
    cards: "银行卡", "Bank cards";
    cards_bound: "已绑定的银行卡", "Your cards";
    no_cards: "还没有绑定银行卡。", "No card is bound yet.";
    card: "银行卡", "Card";
    card_debit: "储蓄卡", "debit card";
    card_credit: "信用卡", "credit card";
    card_asked: "待验证", "Waits for its code";
    card_bind: "绑定银行卡", "Bind a card";
    card_bind_text: "只能绑定本人的银行卡。银行会核对姓名、身份证号、卡号和预留手机号，并向该手机发送验证码。",
        "Only a card of your own. The bank compares name, identity number, card and mobile, and sends a code there.";
    card_number: "卡号", "Card number";
    card_holder: "持卡人姓名", "Name on the card";
    card_id_number: "身份证号（已实名可不填）", "Identity number (not needed once you proved who you are)";
    card_mobile: "银行预留手机号", "Mobile number that the bank knows";
    card_mobile_wrong: "请填写持卡人姓名和11位手机号。", "Give the holder's name and a mobile number of 11 digits.";
    card_id_number_wrong: "身份证号不正确。", "This is no identity number.";
    card_code: "短信验证码", "Code from the bank";
    card_code_text: "银行已向预留手机发送验证码，输入后完成绑定。",
        "The bank sent a code to that mobile. Enter it to bind the card.";
    card_message: "银行短信（沙箱）：", "The bank's message (sandbox):";
    card_confirm: "确认绑定", "Bind";
    card_unbind: "解除绑定", "Give this card up";
    card_unbind_text: "解除后不能再用此卡付款、充值或提现；处理中的款项会继续完成。",
        "It then neither pays nor takes money any more. What is under way is carried on.";
    card_gone: "没有找到银行卡", "No such card";
    card_gone_text: "银行卡不存在，或已解除绑定。", "There is none, or it was given up.";
    card_number_wrong: "卡号不正确，请核对后重新输入。", "This is no number of a card. Please check it.";
    card_not_own: "姓名或身份证号与您的实名信息不一致。", "Name or identity number are not yours.";
    card_bound_already: "此卡已绑定。", "This card is bound already.";
    card_no_identity: "请先完成身份认证；账户被冻结或注销时不能绑卡。",
        "Prove your identity first. A frozen or closed account binds no card.";
    card_no_bank: "暂不支持银行卡。", "No bank is spoken with here.";
    card_bank_said: "银行：", "The bank:";
    card_top_up: "充值", "Top up";
    card_withdraw: "提现", "Withdraw";
    card_amount: "金额", "Amount";
    card_withdraw_text: "每人累计 20,000 元免费，超出部分收 0.1%，每笔最低 0.10 元，另从余额扣除。",
        "20,000 yuan are free in your life. Above that it costs 0.1 %, 0.10 at least, on top of what arrives.";
    card_credit_text: "信用卡只能付款，不能充值或提现。", "A credit card can only pay.";
    card_move_check: "请核对", "Check this";
    card_fee: "手续费", "Fee";
    card_from_balance: "从余额扣除", "Leaves your balance";
    card_to_balance: "存入余额", "Comes to your balance";
    card_move_confirm: "确认", "Confirm";
    bank_orders: "银行卡收支", "Money to and from cards";
    bank_order_no: "银行订单号", "Bank order no.";
    bank_pay: "付款", "Payment";
    bank_return: "退回银行卡", "Back to the card";
    bank_transfer: "转账到银行卡", "Transfer to a bank card";
    bank_draft: "待确认", "To be confirmed";
    bank_under_way: "银行处理中", "With the bank";
    bank_given_up: "已撤销，等待银行答复", "Revoked, the bank still has to answer";
    bank_done: "已完成", "Done";
    bank_failed: "银行拒绝", "Refused by the bank";
    bank_closed: "已取消", "Cancelled";
    bank_returning: "正在退回银行卡", "Going back to the card";
    bank_returned: "已退回银行卡", "Back on the card";
    bank_credited: "已退入余额", "Came to your balance";
    bank_waits_text: "银行还没有最终答复，这不是失败。请不要重复操作，本页会自动更新。",
        "The bank has not given its last word. Nothing has failed. Do not do it again; this page looks for itself.";
    bank_given_up_text: "如果银行之后仍然扣款，款项会原路退回银行卡，且只退一次。",
        "Should the bank take the money all the same, it goes back to the card, once.";
    bank_close: "撤销", "Revoke";
    bank_gone: "没有找到记录", "No such entry";
    bank_gone_text: "记录不存在，或不是您的。", "There is none, or it is somebody else's.";
    bank_too_late: "款项已在途中，不能撤销。", "It is on its way and cannot be revoked.";
    bank_over: "这笔操作已经结束。", "This is over already.";
    bank_price_changed: "手续费已变化，请重新发起。", "The fee has changed. Please begin again.";
    bank_key_taken: "表单已用于另一笔操作，请重新提交。", "The form was used for something else. Please send it again.";
    bank_nothing_to_move: "请输入大于零的金额。", "Enter an amount above zero.";
    bank_card_not_bound: "银行卡未绑定或已解除。", "The card is not bound.";
    credit_off: "该商户不支持信用卡付款，请换用借记卡或余额。",
        "This merchant takes no credit cards. Use a debit card or your balance.";
    bank_over_single: "超过银行卡单笔限额。", "Above what this card may do at once.";
    bank_over_day: "超过银行卡单日限额，请明天再试。", "Above what this card may do in a day. Try tomorrow.";
    bank_over_month: "超过银行卡单月限额。", "Above what this card may do in a month.";
    bank_over_class: "超过Ⅰ类账户的累计限额，请完善身份信息后再试。", "Above what class I may pay out in all.";
    bank_balance_too_low: "余额不足以支付金额和手续费。", "Your balance is too low for amount and fee.";
    bank_no_money: "卡内余额不足。", "There is not enough money on the card.";
    bank_over_limit: "超过银行的限额。", "Above a limit of the bank.";
    bank_card_blocked: "银行卡已挂失、过期或被冻结。", "The card is lost, expired or blocked.";
    bank_agreement_ended: "银行卡的扣款协议已失效，请重新绑定。", "The bank's agreement has ended. Bind the card again.";
    bank_no_reason: "银行没有扣款。", "The bank took no money.";
    pocket_wait: "银行卡支付处理中", "The bank is being asked";
    pocket_revoke: "撤销，换一种方式付款", "Revoke and pay in another way";
    pocket_revoke_text: "撤销后需重新输入支付密码。", "You will be asked for your payment password again.";
    pocket_slow: "银行处理较慢", "slow just now";
    pocket_too_little: "余额不足", "too little";
    pocket_bind: "绑定银行卡付款", "Bind a card to pay with";
    } };
}
pub(super) use card_texts;
