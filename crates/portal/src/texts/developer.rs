//! Words of the pages for developers: the first page, the doctor, faults, profiles.

macro_rules! developer_texts {
    ([$($page:ident)*] $($words:tt)*) => { $crate::texts::texts! { [$($page)*] $($words)*
    start_intro: "开放支付平台，兼容支付宝开放平台接口（Alipay Open API）。",
        "An open payment platform, compatible with the Alipay Open API.";
    start_gateway: "网关地址", "Gateway address";
    start_gateway_text: "在 SDK 中填入此地址与应用的密钥即可接入。",
        "Give this address and the keys of your app to your SDK.";
    start_wallet: "买家的余额、付款码与待付款项。", "A buyer's balance, payment code and waiting payments.";
    start_wallet_name: "钱包（演示买家：账号和支付密码）", "Wallet (demo buyers: login and payment password)";
    wallet_app: "钱包应用（自己的账户：先注册）", "Wallet app (your own account; sign up)";
    start_wallet_app: "手机应用：账单、银行卡、转账、扫码付款。",
        "An app for phones: bills, cards, transfers, payments by scanning.";
    merchant_desk: "商家平台", "Merchant desk";
    start_merchant_desk: "商户的订单、退款、收银与账单，用钱包应用的账户登录。",
        "Orders, refunds, till and bills of a merchant, with an account of the wallet app.";
    operations_console: "运营控制台", "Operations console";
    start_console: "平台的风险、对账、准入与账簿。有第二位操作员之前，已注册的人都可登录办理。",
        "Risk, reconciliation, applications, the ledger. Until there is a second operator, whoever signed up may act.";
    sandbox_page: "沙箱页面", "Sandbox page";
    start_sandbox_page: "密钥、请求、故障与时间；在“商家与运营”里成为演示商户的所有者。",
        "Keys, requests, faults and the clock; under Desks you become the owner of the demo merchant.";
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
    } };
}
pub(super) use developer_texts;
