//! Words about passkeys.

macro_rules! passkey_texts {
    ([$($page:ident)*] $($words:tt)*) => { $crate::texts::texts! { [$($page)*] $($words)*
    passkeys: "通行密钥", "Passkeys";
    passkeys_text: "用本机的指纹、面容或锁屏密码登录和付款，无需输入密码。最多 10 个。",
        "Sign in and pay with the fingerprint, face or screen lock of your device, without a password. Ten at most.";
    passkey_no_name: "未命名的密钥", "Key without a name";
    passkey_added_at: "添加时间", "Added";
    passkey_used_at: "最近使用", "Last used";
    passkey_add: "添加通行密钥", "Add a passkey";
    passkey_add_text: "密钥可代替两个密码，因此添加时两个密码都要输入。",
        "The key will stand in the place of both passwords, so both are asked for.";
    passkey_name: "密钥名称（可不填）", "Name of the key (may be left out)";
    passkey_login_password: "登录密码", "Login password";
    passkey_remove: "移除", "Remove";
    passkey_remove_text: "移除后，用它登录的设备立即退出。", "Whatever it signed in is signed out at once.";
    passkey_none_yet: "还没有通行密钥。", "There are no passkeys yet.";
    passkey_registered_only: "注册用户才能添加通行密钥。", "Passkeys are for registered persons.";
    passkey_no_browser: "此浏览器不支持通行密钥，未启用脚本，或页面地址不对。可使用的地址：",
        "This browser has no passkeys or runs no scripts, or the page was opened under another address. They work at:";
    passkey_nowhere: "此平台的地址不支持通行密钥：需要 HTTPS。", "This platform has no address that passkeys work with: it needs HTTPS.";
    passkey_sign_in: "使用通行密钥登录", "Sign in with a passkey";
    passkey_pay: "使用通行密钥支付 {}", "Pay {} with a passkey";
    passkey_pay_and_sign: "使用通行密钥支付 {} 并签约", "Pay {} and sign with a passkey";
    passkey_send: "使用通行密钥确认转账", "Send with a passkey";
    passkey_top_up: "使用通行密钥充值", "Top up with a passkey";
    passkey_withdraw: "使用通行密钥提现", "Withdraw with a passkey";
    passkey_sign: "使用通行密钥签约", "Sign with a passkey";
    passkey_freeze: "使用通行密钥同意并冻结", "Agree with a passkey";
    passkey_not_there: "没有找到要确认的内容，没有任何更改。", "What was to be confirmed is not there. Nothing was changed.";
    passkey_cancelled: "没有使用通行密钥，没有任何更改。", "No passkey was used. Nothing was changed.";
    passkey_failed: "浏览器无法使用通行密钥，没有任何更改。", "The browser could not use a passkey. Nothing was changed.";
    passkey_wrong: "通行密钥无效、已移除或已超时，没有任何更改，请再试一次。",
        "The passkey is not valid here, was removed, or took too long. Nothing was changed. Please try again.";
    passkey_wrong_login: "登录密码不正确。", "The login password is not right.";
    passkey_wrong_pin: "支付密码不正确。", "The payment password is not right.";
    passkey_locked: "密码连续输错，已锁定，请 3 小时后再试。", "Too many wrong tries. The password is locked for 3 hours.";
    passkey_known: "此密钥已添加过。", "This key was added before.";
    passkey_too_many: "已有 10 个通行密钥，请先移除一个。", "There are ten passkeys. Remove one first.";
    passkey_too_often: "尝试过于频繁，请十分钟后再试。", "Too many tries from here. Please try again in ten minutes.";
    passkey_gone: "没有这个通行密钥，或它已被移除。", "There is no such passkey, or it was removed already.";
    passkey_unknown: "尚不知道结果，请重新打开页面查看。", "It is not known yet what became of it. Open the page again and see.";
    } };
}
pub(super) use passkey_texts;
