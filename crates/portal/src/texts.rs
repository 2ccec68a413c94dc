//! Every word of the pages, in both languages: one line a text.

macro_rules! texts {
    ($($name:ident: $chinese:literal, $english:literal;)*) => {
        /// The words of one language.
        pub(crate) struct Texts { $(pub(crate) $name: &'static str,)* }
        /// Chinese.
        pub(crate) static CHINESE: Texts = Texts { $($name: $chinese,)* };
        /// English.
        pub(crate) static ENGLISH: Texts = Texts { $($name: $english,)* };
        /// All pairs, for tests.
        #[cfg(test)]
        const PAIRS: &[(&str, &str, &str)] = &[$((stringify!($name), $chinese, $english),)*];
    };
}

texts! {
    lang: "zh-CN", "en";
    sandbox: "沙箱：不是真钱", "Sandbox: play money";
    footer: "通宝支付平台", "Tongbao payment platform";
    cashier: "收银台", "Checkout";
    payee: "收款方", "Payee";
    subject: "商品", "For";
    order: "商户订单号", "Merchant order no.";
    trade_no: "交易号", "Trade no.";
    time: "时间", "Time";
    expires: "请在此时间前付款", "Pay before";
    agreement: "签约扣款协议", "Recurring payment agreement";
    agreement_text: "签约后商户可按约定自动扣款，无需再次输入密码。可随时在钱包中解约。",
        "Once you sign, the payee may take money by these terms without asking again. You can end it in your wallet at \
         any time.";
    freeze: "资金预授权", "Pre-authorisation";
    freeze_text: "同意后，这笔金额将在您的余额中冻结：商户实际扣款不会超过它，其余退还给您，最长冻结一年。",
        "If you agree, this amount is set aside in your balance. The payee takes at most this much; the rest is yours \
         again, after a year at the latest.";
    freeze_amount: "冻结金额", "Amount to set aside";
    freeze_agree: "同意并冻结", "Agree";
    freeze_done: "已冻结", "Set aside";
    freeze_done_text: "预授权已生效，资金已冻结。", "The amount is set aside for the payee.";
    freeze_gone: "没有找到预授权", "No such pre-authorisation";
    freeze_gone_text: "链接不完整，或预授权已过期、已关闭，请从商户页面重新进入。",
        "The link is incomplete, or nobody agreed in time, or it is closed. Start again from the shop.";
    freeze_other: "这是别人的预授权", "This pre-authorisation belongs to someone else";
    freeze_other_text: "请求的付款人不是您，资金没有冻结。", "Another payer was asked. Nothing was set aside.";
    freeze_own: "不能授权给自己", "You cannot pre-authorise yourself";
    freeze_own_text: "付款人与商户是同一账户，请换一个账号。",
        "You and the payee are the same account. Use another account.";
    freeze_blocked: "账户暂不能授权", "This account cannot pre-authorise";
    freeze_blocked_text: "账户已被冻结或注销，资金没有冻结。",
        "The account is frozen or closed. Nothing was set aside.";
    freeze_too_little: "余额不足", "Balance too low";
    freeze_too_little_text: "余额不足，资金没有冻结。充值后可重新打开链接。",
        "Your balance is too low; nothing was set aside. Top up and open the link again.";
    freeze_proof_gone: "支付密码已过期，资金没有冻结，请重新输入。",
        "Your payment PIN was given too long ago. Nothing was set aside. Please enter it again.";
    freeze_unknown_text: "尚不知道是否已冻结，请重新打开页面查看结果。",
        "It is not known yet whether the amount was set aside. Open the page again to see.";
    business: "业务场景", "Business";
    amounts: "金额与时间", "Amounts and times";
    any_amount: "任意金额，任意时间", "Any amount, at any time";
    valid: "有效期", "Valid";
    from_signing: "，自签约起", " from signing on";
    no_end: "长期有效", "No end";
    agreement_gone: "没有找到协议", "No such agreement";
    agreement_gone_text: "链接不完整，或协议已过期、已解约，请从商户页面重新进入。",
        "The link is incomplete, or the agreement was not signed in time or has ended. Start again from the shop.";
    agreement_other: "这是别人的协议", "This agreement belongs to someone else";
    agreement_other_text: "协议已由另一位用户签署。请商户为您重新发起签约。",
        "Someone else signed it. Ask the shop for an agreement of your own.";
    agreement_signing: "协议正在签署", "The agreement is being signed";
    agreement_signing_text: "签署尚未完成，请稍后重新打开页面查看结果。",
        "That is not finished yet. Open the page again in a moment to see the result.";
    agreement_own: "不能与自己签约", "You cannot sign with yourself";
    agreement_own_text: "签约人与商户是同一账户，请换一个账号。",
        "You and the payee are the same account. Use another account.";
    agreement_blocked: "账户暂不能签约", "This account cannot sign";
    agreement_blocked_text: "账户已被冻结或注销，没有签约。",
        "The account is frozen or closed. Nothing was signed.";
    agreement_proof_gone: "支付密码已过期，没有签约，请重新输入。",
        "Your payment PIN was given too long ago. Nothing was signed. Please enter it again.";
    agreement_unknown_text: "尚不知道是否已签约，请不要另行签约，先重新打开页面查看。",
        "It is not known yet whether you signed. Do not sign another; open the page again to see.";
    sign: "签约", "Sign";
    signed: "已签约", "Signed";
    signed_text: "协议已生效。", "The agreement is in force.";
    same_signed: "您已与该商户签约同一产品。", "You have signed the same with this payee, and it is in force.";
    signs_too: "付款即同时签约", "Paying also signs this agreement";
    signs_too_text: "付款后，商户可按以上约定自动扣款，无需再次输入密码。可随时在钱包中解约。",
        "Once you pay, the payee may take money by these terms without asking again. You can end it in your wallet at \
         any time.";
    pay_and_sign: "支付并签约", "Pay and sign";
    signed_too: "扣款协议已同时签约，可在钱包中查看和解约。",
        "The recurring payment agreement is signed. You can see and end it in your wallet.";
    signed_before: "您此前已与该商户签约同一产品，没有再次签约。",
        "You had signed the same with this payee before. Nothing was signed again.";
    not_signed: "付款成功，但扣款协议没有签成。", "You paid, but the recurring payment agreement was not signed.";
    single_amount: "单次限额", "At most, each time";
    total_amount: "总额限制", "At most, in all";
    payments: "扣款次数", "Number of payments";
    every: "扣款周期", "Every";
    days: "天", "day(s)";
    months: "个月", "month(s)";
    first_debit: "首次扣款日期", "First payment";
    sign_in_to_pay: "登录并付款", "Sign in to pay";
    sign_in: "登录", "Sign in";
    login: "账号（邮箱或手机号）", "Account (e-mail or phone)";
    pay_password: "支付密码", "Payment PIN";
    six_digits: "6 位数字", "6 digits";
    next: "下一步", "Continue";
    check_payee: "付款前请核对收款方与金额。", "Check the payee and the amount before you go on.";
    pocket: "付款方式", "Pay from";
    balance: "账户余额", "Balance";
    available: "可用", "available";
    pay: "确认支付", "Pay";
    leave: "放弃并返回商户", "Cancel and return to the shop";
    success: "支付成功", "Payment successful";
    back_to_shop: "返回商户", "Return to the shop";
    going_back: "几秒后自动返回商户。", "You will be taken back to the shop in a few seconds.";
    keep_number: "请保留交易号，以备查询。", "Keep the trade number for your records.";
    reload: "重新打开页面", "Open the page again";
    see_result: "查看结果", "See the result";
    not_found: "没有找到订单", "No such order";
    not_found_text: "链接不完整或已失效，请从商户页面重新进入。",
        "The link is incomplete or not valid. Please start again from the shop.";
    paid_already: "订单已支付", "This order is already paid";
    paid_already_text: "无需再次付款，不会重复扣款。", "There is nothing more to pay, and you will not be charged twice.";
    refunded: "订单已全额退款", "This order was refunded in full";
    refunded_text: "款项已退回付款账户。", "The money went back to the account that it came from.";
    closed: "订单已关闭", "This order is closed";
    closed_text: "订单超时未付或已被商户关闭，没有扣款。如仍需购买，请重新下单。",
        "It was not paid in time, or the shop closed it. No money was taken. Please order again.";
    code_expired: "二维码已过期", "This code has expired";
    code_expired_text: "请商户重新生成收款码后再扫。", "Ask the shop for a new code and scan it.";
    other_buyer: "这是别人的订单", "This order belongs to someone else";
    other_buyer_text: "订单已由另一位买家打开，没有扣款。请商户为您重新下单。",
        "Another buyer opened it first. No money was taken. Ask the shop for an order of your own.";
    own_order: "不能向自己付款", "You cannot pay yourself";
    own_order_text: "买家与收款方是同一账户，请换一个账号。",
        "Buyer and payee are the same account. Use another account.";
    risky: "付款未通过安全检查", "The payment did not pass the security check";
    risky_text: "没有扣款。可能需要人工核实，请稍后再试，或联系客服。",
        "No money was taken. Somebody may have to look at it first: try again later, or ask customer service.";
    blocked: "账户暂不能付款", "This account cannot pay";
    blocked_text: "账户已被冻结或注销，没有扣款。", "The account is frozen or closed. No money was taken.";
    wrong_password: "账号或支付密码不正确。连续输错 3 次，账户将锁定 3 小时。",
        "The account or the payment PIN is not right. Three wrong tries in a row lock the account for 3 hours.";
    locked: "支付密码连续输错，账户已锁定，{} 之后可再试。",
        "Too many wrong tries. The account is locked until {}.";
    not_six_digits: "支付密码是 6 位数字。", "The payment PIN has six digits.";
    busy: "系统繁忙，没有扣款，请稍后再试。",
        "The platform is busy. No money was taken. Please try again in a moment.";
    balance_too_low: "余额不足，没有扣款。请充值后再试。",
        "Your balance is too low. No money was taken. Top up and try again.";
    proof_gone: "登录已过期，没有扣款，请重新输入支付密码。",
        "Your sign-in has expired. No money was taken. Please enter your payment PIN again.";
    unknown: "结果待确认", "The result is not known yet";
    unknown_text: "请不要重复付款，先查看结果。", "Do not pay again. See the result first.";
    form_gone: "页面已失效", "This page is out of date";
    form_gone_text: "没有扣款。请重新打开页面；浏览器需要允许 Cookie。",
        "No money was taken. Please open the page again. Your browser must accept cookies.";
    page_gone_text: "没有任何更改。请重新打开页面；浏览器需要允许 Cookie。",
        "Nothing was changed. Please open the page again. Your browser must accept cookies.";
    broken: "暂时无法显示", "This cannot be shown right now";
    wallet: "钱包", "Wallet";
    wallet_intro: "登录后可查看余额、确认待付款项、出示付款码。",
        "Sign in to see your balance, confirm waiting payments and show your payment code.";
    pay_code: "付款码", "Payment code";
    show_pay_code: "出示付款码", "Show payment code";
    pay_code_hint: "请向收银员出示。每 60 秒更换，仅可使用一次，请勿截图发给他人。",
        "Show it at the till. It changes every 60 seconds and works once. Never send it to anyone.";
    seconds_left: "秒后更换", "seconds left";
    new_code: "换一个", "New code";
    bar_alt: "条形码", "Bar code";
    qr_alt: "二维码", "QR code";
    waiting: "待确认的付款", "Waiting for you";
    confirm_hint: "核对收款方与金额后，输入支付密码确认。",
        "Check payee and amount, then confirm with your payment PIN.";
    confirm: "确认付款", "Confirm";
    recent: "最近的付款", "Recent payments";
    none_yet: "还没有付款记录。", "No payments yet.";
    state_paid: "已付款", "Done";
    state_closed: "已关闭", "Closed";
    state_refunded: "已退款", "Refunded";
    state_waiting: "待确认", "Waiting";
    freezes: "资金预授权", "Pre-authorisations";
    freeze_waits: "待同意", "Waits for you";
    freeze_look: "查看并同意", "See and agree";
    freeze_end: "结束预授权", "End this pre-authorisation";
    freeze_end_text: "商户账户已注销，不会再扣款或解冻。结束后，剩余的冻结金额退回您的余额。",
        "The payee's account is closed: it will neither take nor free the rest. End it, and the rest is yours again.";
    freeze_ended_text: "预授权已结束，剩余金额已解冻。", "The pre-authorisation has ended. The rest is free again.";
    freeze_not_to_end: "没有可以结束的预授权：仅当商户账户已注销且仍有冻结金额时可由您结束。",
        "You can end one only while it holds money of yours and the payee's account is closed.";
    permissions: "签约与授权", "Agreements and authorisations";
    agreements: "扣款协议", "Recurring payment agreements";
    no_agreements: "没有生效的扣款协议。", "No agreement is in force.";
    grants: "已授权的应用", "Authorised apps";
    no_grants: "没有授权任何应用。", "No app is authorised.";
    see: "查看", "See";
    allows_who: "知道您是谁（用户号）", "knows who you are (your user number)";
    allows_profile: "知道您是谁，并可查看您的昵称", "knows who you are and what you are called";
    allows_acts: "可代您的商户收款、退款和查询", "takes payments, refunds and queries for your shop";
    allowed: "已允许", "Allowed";
    allowed_at: "授权时间", "Since";
    next_debit: "下次扣款", "Next payment";
    signed_at: "签约时间", "Signed";
    ended_at: "解约时间", "Ended";
    debits_so_far: "已扣款", "Payments so far";
    no_debits: "还没有扣款。", "None yet.";
    agreement_no: "协议号", "Agreement no.";
    end_agreement: "解约", "End this agreement";
    end_agreement_text: "解约后商户不能再按此协议扣款，并会收到通知。已扣的款项不会退回；如需继续使用商户的服务，请先与商户确认。",
        "Once it has ended, the payee can take no more money by it, and is told so. What was taken is not given back. \
         Check with the payee first whether you still need it for what you bought.";
    end_grant: "取消授权", "Take back this authorisation";
    end_user_text: "取消后，该应用手中的令牌立即失效，不能再查看您的信息。",
        "Once taken back, the tokens that the app has are worth nothing, and it can look up nothing about you.";
    end_merchant_text: "取消后，该应用手中的令牌立即失效，不能再代您的商户收款、退款和查询。",
        "Once taken back, the tokens that the app has are worth nothing, and it can do nothing for your shop.";
    keep_it: "保留，返回", "Keep it and go back";
    ended: "已结束", "Ended";
    ended_agreement_text: "协议已解约，商户不能再按此协议扣款。", "The agreement has ended. The payee can take no more money by it.";
    ended_grant_text: "授权已取消，应用手中的令牌已失效。", "The authorisation was taken back. The app's tokens are worth nothing.";
    end_unknown_text: "尚不知道是否已结束，请先查看。", "It is not known yet whether it has ended. See first.";
    has_ended: "协议已结束。", "This agreement has ended.";
    permission_gone: "没有找到", "Not found";
    permission_gone_text: "没有这项签约或授权，或它已经结束。", "There is no such agreement or authorisation, or it has ended already.";
    back_to_permissions: "返回签约与授权", "Back to agreements and authorisations";
    export: "导出交易明细", "Export transactions";
    export_text: "生成记账软件可读取的明细文件（CSV，GB18030 编码，ZIP 压缩）。",
        "A file that programs for keeping one's books read (CSV in GB18030, in a ZIP).";
    export_first: "起始日期", "First day";
    export_last: "终止日期", "Last day";
    export_password: "压缩包密码（可不填）", "Password for the file (may be left out)";
    export_password_text: "6～32 位字母、数字或符号，AES-256 加密；不会保存，忘记后请重新导出。",
        "6 to 32 letters, digits or signs; the file is encrypted with AES-256. It is not kept: if you forget it, \
         export again.";
    export_do: "下载", "Download";
    export_wrong: "请检查：起止日期最长一年且不晚于今天，密码为 6～32 位字母、数字或符号。",
        "Please check: at most a year, no day after today, and a password of 6 to 32 letters, digits or signs.";
    export_too_long: "交易过多，请缩短起止日期。", "There are too many transactions; choose fewer days.";
    sign_out: "退出登录", "Sign out";
    back_to_wallet: "返回钱包", "Back to the wallet";
    start_intro: "开放支付平台，兼容支付宝开放平台接口（Alipay Open API）。",
        "An open payment platform, compatible with the Alipay Open API.";
    start_gateway: "网关地址", "Gateway address";
    start_gateway_text: "在 SDK 中填入此地址与应用的密钥即可接入。",
        "Give this address and the keys of your app to your SDK.";
    start_wallet: "买家的余额、付款码与待付款项。", "A buyer's balance, payment code and waiting payments.";
    start_sandbox: "沙箱接口", "Sandbox API";
    start_sandbox_text: "无需浏览器即可创建账户、付款、查看通知。",
        "Open accounts, pay and look at notifications without a browser.";
    doctor: "签名诊断", "Signature doctor";
    doctor_intro: "粘贴一次被拒的请求，查看网关重建的字符串、签名实际对应的字符串，以及原因。不会执行请求，也不会保存。",
        "Paste a refused request, and see the text that the gateway rebuilds, the one that was signed, and why. \
         The request is not carried out and not kept.";
    doctor_request: "请求：HTTP 报文、网址，或查询串、表单文本",
        "Request: HTTP text, an address, or the text of a query or form";
    doctor_key: "应用公钥或证书（可不填，默认用 app_id 对应的密钥）",
        "The app's public key or certificate (optional; else that of app_id is used)";
    doctor_examine: "诊断", "Examine";
    doctor_right: "签名正确。", "The signature is right.";
    doctor_parameter: "参数：", "Parameter:";
    doctor_expected: "应为：", "Expected:";
    doctor_difference: "两者从这里开始不同（- 重建的，+ 签名的）：", "They part here (- rebuilt, + signed):";
    doctor_rebuilt: "网关重建的字符串：", "The text that the gateway rebuilds:";
    doctor_verifying: "此签名实际对应的字符串：", "The text that this signature is of:";
    doctor_not_read: "无法识别为请求：没有参数、编码错误、同名参数不一致，或过长。",
        "This cannot be read as a request: no parameters, a broken escape, a name with two values, or too long.";
    doctor_no_app: "没有此 app_id 的应用，请填写应用公钥。", "There is no app of this app_id. Give its public key.";
    doctor_bad_key: "公钥无法识别：请填写公钥或证书，不要填私钥。",
        "The key cannot be read: give a public key or a certificate, never a private key.";
    start_doctor: "粘贴被拒的请求，查明签名错在哪里。",
        "Paste a refused request and see what is wrong with its signature.";
    faults: "故障注入", "Faults on request";
    faults_intro: "让沙箱按需出错，检验您的程序：结果未知时是否查询、通知是否验签。只影响沙箱；已决定的款项不受影响。",
        "Let the sandbox fail when you want it to, and see whether your program asks after an unknown outcome and \
         checks notifications. Whatever was decided stands.";
    faults_what: "故障", "Fault";
    faults_app: "应用 app_id（不填为全部应用）", "App, app_id (empty: every app)";
    faults_method: "接口（不填为全部接口）", "Method (empty: every method)";
    faults_next: "接下来几次", "How many times";
    faults_set: "设置", "Set";
    faults_standing: "已设置的故障", "Faults that stand";
    faults_none: "没有设置故障。", "None.";
    faults_clear: "清除", "Clear";
    faults_seen: "次经过", "seen";
    faults_hits: "次生效", "happened";
    report: "运行报告", "Run report";
    report_none: "没有发现问题。", "Nothing was found.";
    start_faults: "让沙箱按需出错：超时、结果未知、重复通知等。",
        "Let the sandbox fail on request: latency, unknown outcomes, duplicate notifications and more.";
    methods: "接口一览", "Methods";
    start_methods: "每个接口的请求字段、限制、返回字段与错误码，取自程序本身。",
        "Every method: its fields with their limits, its answers and its refusals, as the program says them itself.";
    profiles: "行为模式", "Behaviour profiles";
    profiles_intro: "真实网关有些行为与文档不一致。默认按文档（strict）；选 real 的应用会遇到这些差异。款项与状态不受影响。",
        "The real gateway does some things otherwise than documented. Usual is strict, as documented; an app with real \
         meets the differences. Money and states are the same.";
    profiles_app: "应用 app_id", "App, app_id";
    profiles_real: "设为 real", "Behave as observed (real)";
    profiles_strict: "设为 strict", "Behave as documented (strict)";
    profiles_chosen: "设为 real 的应用", "Apps with real";
    profiles_none: "没有。", "None.";
    profiles_differ: "差异", "Where they differ";
    start_profiles: "选择每个应用的网关行为：按文档，或按实际观察。",
        "Choose how the gateway behaves towards an app: as documented, or as observed.";
    authorize: "授权", "Authorise";
    authorize_asker: "申请方", "Asked by";
    authorize_as: "当前账号", "Signed in as";
    authorize_who: "该应用将知道您是谁（用户号）。", "The app will know who you are (your user number).";
    authorize_profile: "该应用将知道您是谁，并可查看您的昵称。", "The app will know who you are and what you are called.";
    authorize_acts: "该应用将可以代您的商户收款、退款和查询。", "The app will be able to take payments, refund and query for your shop.";
    authorize_withdraw: "可随时在钱包中取消授权。", "You can take this back in your wallet at any time.";
    authorize_agree: "同意授权", "Agree";
    authorize_wrong: "无法授权", "This cannot be authorised";
    authorize_app: "应用不存在或已停用。请返回应用，并联系其开发者。",
        "There is no such app, or it is disabled. Go back and tell its developer.";
    authorize_scope: "授权范围 scope 无效：可用 auth_base、auth_user，或两者以逗号分隔。",
        "The scope is not valid: auth_base and auth_user are here, or both with a comma.";
    authorize_redirect: "回调地址 redirect_uri 无效：只能回到本机，或该应用登记过的网站。",
        "The redirect_uri is not valid: it must be on this machine, or on a site that the app registered.";
    authorize_state: "参数 state 过长或含有控制字符。", "The state is too long, or holds a control character.";
    authorize_owner: "此账号不能授权：账户已注销，或不是商户。",
        "This account cannot authorise: it is closed, or it is no merchant.";
    authorize_own_app: "这是您自己的应用，无需授权。", "This is your own app. It needs no authorisation.";
    authorize_not_third_party: "该应用不是第三方应用，不能代其他商户调用。", "The app may not act for other shops.";
    authorize_for: "被邀约的应用", "Invited app";
    authorize_application_type: "应用类型 application_type 无效。", "The application_type is not valid.";
    authorize_invited: "被邀约的应用不存在或已停用。", "The invited app does not exist, or it is disabled.";
    authorize_other: "该邀约发给另一商户的应用。请用该商户的账号登录。",
        "The invitation is for another shop's app. Sign in as that shop.";
    authorize_no_app: "您的商户还没有自己的应用，请先创建。", "Your shop has no app of its own yet. Open one first.";
    certify: "身份认证", "Prove who you are";
    certify_text: "沙箱不核对任何证件：请选择认证结果。", "A sandbox looks at no document: choose how it ends.";
    certify_pass: "认证通过", "Pass";
    certify_fail: "认证不通过", "Fail";
    certify_passed: "认证已通过", "Passed";
    certify_failed: "认证未通过", "Not passed";
    certify_ended: "结果已记录，商户可以查询。", "It is kept, and the shop can ask for it.";
    certify_gone: "没有找到认证，或已过期", "No such certification, or its time is over";
    certify_gone_text: "请返回商户重新发起。", "Go back to the shop and start again.";
    certify_unknown_text: "尚不知道认证结果是否已记录，请重新打开页面查看。",
        "It is not known yet whether that was kept. Open the page again to see.";
    page_busy: "系统繁忙，没有任何更改，请稍后再试。",
        "The platform is busy. Nothing was changed. Please try again in a moment.";
    china_time: "", " (UTC+8)";
}

impl Texts {
    /// That the account is locked until this time.
    pub(crate) fn locked_until(&self, until_us: i64) -> String {
        self.locked.replace("{}", &self.moment(until_us))
    }

    /// A moment for people, in China time.
    pub(crate) fn moment(&self, at_us: i64) -> String {
        format!("{}{}", wire::timestamp::format_cn(at_us), self.china_time)
    }
}

/// An amount for people: `¥ 66.60`, or with the currency's code.
pub(crate) fn shown(amount: money::Money) -> String {
    match amount.currency() {
        money::Currency::Cny => format!("¥ {amount}"),
        other => format!("{} {amount}", other.code()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_chinese(letter: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&letter)
    }

    #[test]
    fn each_text_is_in_its_language() {
        for (name, chinese, english) in PAIRS {
            assert!(!english.chars().any(is_chinese), "{name}: {english}");
            if !matches!(*name, "lang" | "china_time") {
                assert!(chinese.chars().any(is_chinese), "{name}: {chinese}");
                assert!(!english.is_empty(), "{name}");
            }
            assert_eq!(chinese.contains("{}"), english.contains("{}"), "{name}");
        }
    }

    #[test]
    fn moments_and_amounts_are_for_people() {
        assert_eq!(CHINESE.locked_until(0), "支付密码连续输错，账户已锁定，1970-01-01 08:00:00 之后可再试。");
        assert!(ENGLISH.locked_until(0).ends_with("1970-01-01 08:00:00 (UTC+8)."));
        assert_eq!(shown(money::Money::from_minor(6_660, money::Currency::Cny).unwrap()), "¥ 66.60");
    }
}
