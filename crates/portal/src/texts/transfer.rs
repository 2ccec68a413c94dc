//! Words of the pages of transfers.

macro_rules! transfer_texts {
    ([$($page:ident)*] $($words:tt)*) => { $crate::texts::texts! { [$($page)*] $($words)*
    transfers: "转账", "Transfers";
    transfers_sent: "转出记录", "Sent";
    transfers_received: "收到的转账", "Received";
    transfer_payee_login: "对方账号（手机号或邮箱）", "Payee's phone or e-mail";
    transfer_amount: "转账金额", "Amount";
    transfer_remark: "备注", "Note";
    transfer_arrives: "到账时间", "Arrives";
    transfer_next: "下一步", "Next";
    arrival_at_once: "实时到账", "At once";
    arrival_two_hours: "2小时后到账", "Two hours later";
    arrival_one_day: "24小时后到账", "24 hours later";
    transfer_check: "请核对收款人", "Check the payee";
    transfer_confirm: "确认转账", "Send";
    transfer_cancel: "撤销转账", "Call it back";
    transfer_unknown_payee: "您近180天没有给此人转过账，请核实对方身份，谨防诈骗。",
        "You sent this person nothing in the last 180 days. Make sure who it is; beware of fraud.";
    transfer_offered: "待确认", "To be confirmed";
    transfer_waiting: "等待到账", "Waiting";
    transfer_under_way: "处理中", "Under way";
    transfer_done: "已到账", "Arrived";
    transfer_returned: "已退回", "Came back";
    transfer_cancelled: "已撤销", "Called back";
    transfer_gone: "没有找到转账", "No such transfer";
    transfer_gone_text: "转账不存在，或不是您发起的。", "There is none, or it is somebody else's.";
    transfer_too_late: "款项已转给对方，无法撤销。", "The money is gone to the payee and cannot be called back.";
    transfer_no_payee: "没有找到收款账号，请核对后重新输入。", "No such payee. Please check and enter it again.";
    transfer_to_self: "不能转账给自己。", "You cannot send money to yourself.";
    transfer_payee_blocked: "收款账户已注销，款项没有转出或已退回。",
        "The payee's account is closed. Nothing was sent, or it came back.";
    transfer_payer_blocked: "账户已被冻结或注销，不能转账。", "Your account is frozen or closed.";
    transfer_above_limit: "超过转账限额，请减少金额或改日再试。", "Above the limit. Send less, or try on another day.";
    transfer_amount_wrong: "请输入正确的金额，最多两位小数。", "Enter a right amount, with two decimals at most.";
    transfer_remark_wrong: "备注最多200个字，且不能换行。", "A note has 200 characters at most, in one line.";
    transfer_form_used: "表单已使用过，请重新提交。", "The form was used before. Please send it again.";
    } };
}
pub(super) use transfer_texts;
