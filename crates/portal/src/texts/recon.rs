//! Words of the page of the bank's statements.

macro_rules! recon_texts {
    ([$($page:ident)*] $($words:tt)*) => { $crate::texts::texts! { [$($page)*] $($words)*
    recon: "对账", "Reconciliation";
    recon_intro: "银行对账单、挂账与备付金平衡，取自账本。",
        "Statements of the bank, suspense, and whether the reserve adds up, from the books.";
    recon_books: "账本", "Books";
    recon_owed: "负债：", "owed: ";
    recon_owned: "资产：", "owned: ";
    recon_merchants: "商户余额", "merchants";
    recon_customers: "个人余额", "customers";
    recon_escrow: "担保资金", "escrow";
    recon_delayed: "待到账资金", "delayed";
    recon_transit: "在途资金", "in transit";
    recon_income: "平台自有收入", "own income";
    recon_clearing_out: "待清算（应付）", "clearing out";
    recon_suspense_owed: "挂账（应付）", "suspense owed";
    recon_reserve: "银行备付金", "bank reserve";
    recon_clearing_in: "待清算（应收）", "clearing in";
    recon_suspense_due: "挂账（应收）", "suspense due";
    recon_difference: "差额", "difference";
    recon_reserve_unexplained: "备付金中对账单未说明的部分", "reserve that no line explains";
    recon_suspense: "挂账", "Suspense";
    recon_no_suspense: "没有挂账。", "None.";
    recon_line: "{} 第 {} 行", "{} no. {}";
    recon_standing: "{}，责任方：{}，已挂 {} 天", "{}, owner: {}, {} days";
    recon_proposed: "{}，待复核销账：{}，{}，提议人：{}", "{}, to be approved: {}, {}, proposed by {}";
    recon_closed: "{}，已销账：{}，{}", "{}, closed: {}, {}";
    recon_statements: "对账单", "Statements";
    recon_no_statements: "还没有读入对账单。", "None was read yet.";
    recon_balances: "期初、期末余额", "opening, closing";
    recon_booked: "已入账行数", "lines booked";
    recon_booked_of: "{} / {}", "{} of {}";
    recon_unexplained: "未说明", "unexplained";
    recon_theirs_only: "银行单边", "theirs only";
    recon_currency_differs: "币种不符", "currency differs";
    recon_came_back: "银行退票", "came back";
    recon_sign_differs: "方向不符", "sign differs";
    recon_amount_differs: "金额不符", "amount differs";
    recon_never_sent: "从未发送", "never sent";
    recon_duplicate: "重复", "duplicate";
    recon_against_word: "与银行答复相反", "against its word";
    recon_late: "跨日", "late";
    recon_matched: "相符", "matched";
    recon_bank: "银行", "bank";
    recon_customer: "客户", "customer";
    recon_given_back: "退回原卡", "given back";
    recon_own: "转为平台自有", "own";
    recon_matched_by_hand: "人工勾对", "matched";
    } };
}
pub(super) use recon_texts;
