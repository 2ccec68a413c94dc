//! Words of the pages on which an account authorises an app or proves who somebody is.

macro_rules! authorize_texts {
    ([$($page:ident)*] $($words:tt)*) => { $crate::texts::texts! { [$($page)*] $($words)*
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
    } };
}
pub(super) use authorize_texts;
