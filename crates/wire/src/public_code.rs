//! What the gateway itself refuses, before any method runs: code, msg, sub_code and a text in Chinese.
//!
//! The order of [`GatewayError`] is the order of the checks: of two faults the earlier one is answered. The
//! gateway maps its checks to these; a method's own refusals (`ACQ.…`) are not here.

macro_rules! gateway_errors {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $sub_code:literal, $sub_msg:literal;)*) => {
        /// A refusal of the gateway, in order of precedence.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum GatewayError {
            $($(#[$doc])* $name,)*
        }

        impl GatewayError {
            /// Every refusal, in order of precedence.
            pub const ALL: &[GatewayError] = &[$(GatewayError::$name,)*];

            /// The public code, five digits.
            pub fn code(self) -> &'static str {
                match self { $(GatewayError::$name => $code,)* }
            }

            /// The sub_code, for example `isv.invalid-signature`.
            pub fn sub_code(self) -> &'static str {
                match self { $(GatewayError::$name => $sub_code,)* }
            }

            /// The text for people.
            pub fn sub_msg(self) -> &'static str {
                match self { $(GatewayError::$name => $sub_msg,)* }
            }
        }
    };
}

gateway_errors! {
    /// The request is no form, or its content type is unknown.
    InvalidContentType = "40002", "isv.invalid-content-type", "无效的content-type";
    /// The request has the marks of an attack: repeated names, broken escapes.
    SuspectedAttack = "40002", "isv.suspected-attack", "可疑的攻击请求";
    /// `method` is absent.
    MissingMethod = "40001", "isv.missing-method", "缺少方法名参数";
    /// `app_id` is absent.
    MissingAppId = "40001", "isv.missing-app-id", "缺少appId参数";
    /// No such app.
    InvalidAppId = "40002", "isv.invalid-app-id", "无效的appId参数";
    /// `sign_type` is absent.
    MissingSignatureType = "40001", "isv.missing-signature-type", "缺少签名类型参数";
    /// `sign_type` is unknown or not that of the app.
    InvalidSignatureType = "40002", "isv.invalid-signature-type", "无效的签名类型";
    /// `timestamp` is absent.
    MissingTimestamp = "40001", "isv.missing-timestamp", "缺少时间戳参数";
    /// `timestamp` is malformed or too far away.
    InvalidTimestamp = "40002", "isv.invalid-timestamp", "非法的时间戳参数";
    /// `version` is absent.
    MissingVersion = "40001", "isv.missing-version", "缺少版本参数";
    /// `charset` is neither UTF-8 nor GBK.
    InvalidCharset = "40002", "isv.invalid-charset", "字符集错误";
    /// `format` is not JSON.
    InvalidFormat = "40002", "isv.invalid-format", "无效的数据格式";
    /// `sign` is absent.
    MissingSignature = "40001", "isv.missing-signature", "缺少签名参数";
    /// The app has no key.
    MissingSignatureKey = "40001", "isv.missing-signature-key", "缺少签名配置";
    /// The app has no key for this sign type.
    MissingSignatureConfig = "40003", "isv.missing-signature-config", "验签出错，未配置对应签名算法的公钥或者证书";
    /// The signature is wrong.
    InvalidSignature = "40002", "isv.invalid-signature", "无效签名";
    /// A digest of content is wrong.
    InvalidDigest = "40002", "isv.invalid-digest", "摘要错误";
    /// Certificate mode without `app_cert_sn`.
    MissingAppCertSn = "40001", "isv.missing-app-cert-sn", "缺少应用公钥证书序列号";
    /// Certificate mode without `alipay_root_cert_sn`.
    MissingRootCertSn = "40001", "isv.missing-alipay-root-cert-sn", "缺少平台根证书序列号";
    /// `app_cert_sn` is not that of the app's certificate.
    AppCertNotExist = "40002", "isv.app-cert-not-exist", "应用公钥证书不存在";
    /// The app's certificate is past its validity.
    AppCertExpired = "40002", "isv.app-cert-expired", "应用公钥证书已过期";
    /// `alipay_root_cert_sn` is not that of the platform's roots.
    InvalidRootCertSn = "40002", "isv.invalid-alipay-root-cert-sn", "无效的平台根证书序列号";
    /// The platform certificate asked for does not exist.
    PlatformCertNotExist = "40002", "isv.alipay-cert-not-exist", "平台公钥证书不存在";
    /// The app is disabled.
    InvalidAppState = "40003", "isv.invalid-app-state", "应用状态异常";
    /// The app is not released.
    NotOnlineApp = "40002", "isv.not-online-app", "应用未上线";
    /// The app called too often.
    AppCallLimited = "40005", "isv.app-call-limited", "应用调用次数超限，包含调用频率超限";
    /// `auth_token` is unknown.
    InvalidAuthToken = "20001", "aop.invalid-auth-token", "无效的访问令牌";
    /// `auth_token` has expired.
    AuthTokenTimeOut = "20001", "aop.auth-token-time-out", "访问令牌已过期";
    /// `app_auth_token` is unknown.
    InvalidAppAuthToken = "20001", "aop.invalid-app-auth-token", "无效的应用授权令牌";
    /// `app_auth_token` has expired.
    AppAuthTokenTimeOut = "20001", "aop.app-auth-token-time-out", "应用授权令牌已过期";
    /// The merchant did not grant this method to the service provider.
    AppAuthTokenNoApi = "20001", "aop.invalid-app-auth-token-no-api", "商户未授权当前接口";
    /// The merchant has not signed the product.
    NoProductByPartner = "20001", "aop.no-product-reg-by-partner", "商户未签约任何产品";
    /// The grant between merchant and service provider is broken.
    InvalidAuthRelations = "40003", "isv.invalid-auth-relations", "无效的授权关系";
    /// No such method.
    InvalidMethod = "40002", "isv.invalid-method", "不存在的方法名";
    /// The method is closed.
    ForbiddenApi = "40002", "isv.forbidden-api", "接口已下线或禁止调用";
    /// The method cannot be called for another merchant.
    NotSupportAppAuth = "40002", "isv.not-support-app-auth", "本接口不支持第三方代理调用";
    /// The method was called too often.
    MethodCallLimited = "40005", "isv.method-call-limited", "接口调用次数超限，包含调用频率超限";
    /// The app has not signed the product.
    InsufficientIsvPermissions = "40006", "isv.insufficient-isv-permissions", "ISV权限不足，请检查应用是否已签约对应产品";
    /// The user did not agree.
    InsufficientUserPermissions = "40006", "isv.insufficient-user-permissions", "用户权限不足，未获得用户授权";
    /// A method for service providers called for oneself, or the reverse.
    SelfInvokeForbidden = "40006", "isv.self-invoke-forbidden", "该接口不允许自调用";
    /// Encrypted content without `encrypt_type`.
    MissingEncryptType = "40001", "isv.decryption-error-missing-encrypt-type", "解密出错，缺少加密类型参数";
    /// `encrypt_type` is unknown.
    InvalidEncryptType = "40002", "isv.invalid-encrypt-type", "无效的加密类型";
    /// The app has no encryption for this type.
    NotValidEncryptType = "40002", "isv.decryption-error-not-valid-encrypt-type", "解密出错，不支持的加密算法";
    /// The app has no encryption key.
    NotValidEncryptKey = "40002", "isv.decryption-error-not-valid-encrypt-key", "解密出错，未配置加密密钥或加密密钥格式错误";
    /// Encryption is not possible.
    InvalidEncrypt = "40002", "isv.invalid-encrypt", "加解密异常";
    /// The content cannot be decrypted.
    DecryptionErrorUnknown = "40003", "isv.decryption-error-unknown", "解密出错, 未知错误";
    /// `biz_content` is not the JSON that this platform reads.
    IllegalJson = "40002", "isv.illegal-json", "非法的JSON格式";
    /// A file could not be taken.
    UploadFail = "40002", "isv.upload-fail", "文件上传失败";
    /// A file of this kind is not taken.
    InvalidFileExtension = "40002", "isv.invalid-file-extension", "文件扩展名无效";
    /// A file is empty or too large.
    InvalidFileSize = "40002", "isv.invalid-file-size", "文件大小无效";
    /// A business parameter is missing or wrong.
    InvalidParameter = "40002", "isv.invalid-parameter", "参数无效";
    /// The OAuth code is unknown, used or expired. Answered in `error_response`.
    CodeInvalid = "40002", "isv.code-invalid", "授权码code无效";
    /// The platform is busy or at fault. The spelling is the wire's.
    UnknownError = "20000", "isp.unknow-error", "服务暂不可用，请稍后重试";
    /// As [`GatewayError::UnknownError`], said by the gateway of what lies behind it.
    GatewayUnknownError = "20000", "aop.unknow-error", "系统繁忙，请稍后重试";
}

/// The most characters of a verified text shown in an answer.
const SHOWN_CHARACTERS_MAX: usize = 4_096;

impl GatewayError {
    /// The text that goes with the code.
    pub fn msg(self) -> &'static str {
        match self.code() {
            "20000" => "Service Currently Unavailable",
            "20001" => "Insufficient Token Permissions",
            "40001" => "Missing Required Arguments",
            "40002" => "Invalid Arguments",
            "40003" => "Insufficient Conditions",
            "40005" => "Call Limited",
            "40006" => "Insufficient Permissions",
            other => unreachable!("{other} is not a code of the table"),
        }
    }

    /// The HTTP status that the v3 interface answers it with (protocol reference 2.5); v2 answers 200 always.
    pub fn http_status(self) -> u16 {
        use GatewayError as E;
        match self {
            E::InvalidContentType
            | E::SuspectedAttack
            | E::MissingMethod
            | E::MissingAppId
            | E::InvalidAppId
            | E::MissingSignatureType
            | E::InvalidSignatureType
            | E::MissingTimestamp
            | E::InvalidTimestamp
            | E::MissingVersion
            | E::InvalidCharset
            | E::InvalidFormat
            | E::MissingSignature
            | E::MissingAppCertSn
            | E::MissingRootCertSn
            | E::InvalidDigest
            | E::PlatformCertNotExist
            | E::InvalidMethod
            | E::MissingEncryptType
            | E::InvalidEncryptType
            | E::NotValidEncryptType
            | E::NotValidEncryptKey
            | E::InvalidEncrypt
            | E::DecryptionErrorUnknown
            | E::IllegalJson
            | E::UploadFail
            | E::InvalidFileExtension
            | E::InvalidFileSize
            | E::InvalidParameter
            | E::CodeInvalid => 400,
            // Who calls is not proven.
            E::MissingSignatureKey
            | E::MissingSignatureConfig
            | E::InvalidSignature
            | E::AppCertNotExist
            | E::AppCertExpired
            | E::InvalidRootCertSn
            | E::InvalidAuthToken
            | E::AuthTokenTimeOut
            | E::InvalidAppAuthToken
            | E::AppAuthTokenTimeOut => 401,
            // It is, and may not.
            E::InvalidAppState
            | E::NotOnlineApp
            | E::AppAuthTokenNoApi
            | E::NoProductByPartner
            | E::InvalidAuthRelations
            | E::ForbiddenApi
            | E::NotSupportAppAuth
            | E::InsufficientIsvPermissions
            | E::InsufficientUserPermissions
            | E::SelfInvokeForbidden => 403,
            E::AppCallLimited | E::MethodCallLimited => 429,
            E::UnknownError | E::GatewayUnknownError => 500,
        }
    }

    /// The text for people with what it is about, for example the name of the wrong parameter.
    pub fn sub_msg_about(self, detail: &str) -> String {
        if detail.is_empty() { self.sub_msg().to_owned() } else { format!("{}：{detail}", self.sub_msg()) }
    }

    /// The answer to the caller.
    pub fn response(self) -> crate::envelope::Response {
        crate::envelope::Response::failed(self.code(), self.msg(), self.sub_code(), self.sub_msg())
    }

    /// The answer to the caller with a detail, see [`GatewayError::sub_msg_about`].
    pub fn response_about(self, detail: &str) -> crate::envelope::Response {
        let sub_msg = self.sub_msg_about(detail);
        crate::envelope::Response::failed(self.code(), self.msg(), self.sub_code(), &sub_msg)
    }
}

/// The detail of [`GatewayError::InvalidSignature`]: the text that was verified, with `&` written `&amp;`, so that
/// the developer at the other end can compare. A very long one is cut.
pub fn verified_text_detail(verified: &str) -> String {
    let shown: String = verified.chars().take(SHOWN_CHARACTERS_MAX).collect();
    format!("验签字符串为[{}]", shown.replace('&', "&amp;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_checks() {
        use GatewayError as E;
        let order = [
            E::MissingMethod,
            E::MissingAppId,
            E::InvalidAppId,
            E::InvalidSignatureType,
            E::InvalidTimestamp,
            E::MissingVersion,
            E::InvalidCharset,
            E::InvalidFormat,
            E::MissingSignature,
            E::InvalidSignature,
            E::AppCertNotExist,
            E::InvalidAppState,
            E::InvalidAppAuthToken,
            E::InvalidMethod,
            E::InsufficientIsvPermissions,
            E::DecryptionErrorUnknown,
            E::IllegalJson,
            E::InvalidParameter,
        ];
        assert!(order.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn every_refusal_is_whole_and_unique() {
        let mut sub_codes: Vec<&str> = GatewayError::ALL.iter().map(|error| error.sub_code()).collect();
        sub_codes.sort_unstable();
        sub_codes.dedup();
        assert_eq!(sub_codes.len(), GatewayError::ALL.len());
        for error in GatewayError::ALL {
            assert!(!error.msg().is_empty() && !error.sub_msg().is_empty());
            let json: serde_json::Value = serde_json::from_str(&error.response().to_json()).expect("JSON");
            assert_eq!(json["sub_code"], error.sub_code());
            // What v2 calls unknown or limited, v3 must not call a fault of the request.
            assert_eq!(error.code() == "20000", error.http_status() == 500, "{error:?}");
            assert_eq!(error.code() == "40005", error.http_status() == 429, "{error:?}");
        }
    }

    #[test]
    fn a_detail_follows_the_text() {
        assert_eq!(GatewayError::InvalidParameter.sub_msg_about("total_amount"), "参数无效：total_amount");
        assert_eq!(verified_text_detail("a=1&b=2"), "验签字符串为[a=1&amp;b=2]");
        assert!(verified_text_detail(&"x".repeat(1_000_000)).len() < 5_000);
    }
}
