//! The mistakes that the doctor knows, each with a stable name and one sentence of advice in both languages.

macro_rules! mistakes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $chinese:literal, $english:literal;)*) => {
        /// What went wrong with a signature.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Mistake {
            $($(#[$doc])* $variant,)*
        }

        impl Mistake {
            /// Every mistake.
            pub const ALL: &[Mistake] = &[$(Mistake::$variant,)*];

            /// The name for programs and logs. It never changes.
            pub fn name(self) -> &'static str {
                match self { $(Mistake::$variant => $name,)* }
            }

            /// What to do, in Chinese.
            pub fn advice_zh(self) -> &'static str {
                match self { $(Mistake::$variant => $chinese,)* }
            }

            /// What to do, in English and ASCII.
            pub fn advice_en(self) -> &'static str {
                match self { $(Mistake::$variant => $english,)* }
            }

            /// Name and English advice in one line of ASCII, for a header.
            pub fn line(self) -> &'static str {
                match self { $(Mistake::$variant => concat!($name, ": ", $english),)* }
            }
        }
    };
}

mistakes! {
    /// Nothing that is known fits.
    Unknown = "wrong-key-or-altered",
        "密钥不对，或参数在签名后被改动：请将网关重建的字符串与您签名的字符串逐字比较",
        "wrong key, or a parameter changed after signing: compare the text that we rebuilt with the one you signed";
    /// There is no `sign`.
    SignMissing = "sign-missing", "请求中没有 sign 参数", "the request has no sign";
    /// `sign_type` is absent or not one of those there are.
    SignTypeUnknown = "sign-type-unknown",
        "sign_type 缺失或不是 RSA2、RSA、SM2（须大写）", "sign_type is missing or is not RSA2, RSA or SM2 (capital letters)";
    /// The signature came as hexadecimal.
    SignHex = "sign-hex", "签名正确，但 sign 是十六进制；请用标准 base64 编码",
        "the signature is right but came as hex; write it in standard base64";
    /// The signature came in the alphabet for addresses, or without its padding.
    SignUrlSafe = "sign-url-safe", "签名正确，但 sign 是 URL 安全的 base64 或缺少等号；请用带填充的标准 base64",
        "the signature is right but came in url-safe or unpadded base64; use standard base64 with padding";
    /// The signature was escaped twice.
    SignEscapedTwice = "sign-escaped-twice", "签名正确，但 sign 被 URL 编码了两次；只编码一次",
        "the signature is right but sign was url-escaped twice; escape it once";
    /// The signature has line breaks or quotes in it.
    SignLineBroken = "sign-line-broken", "签名正确，但 sign 中有换行或引号；请写成一行",
        "the signature is right but sign has line breaks or quotes in it; write it in one line";
    /// The signature was written in base64 twice.
    SignBase64Twice = "sign-base64-twice", "签名正确，但 sign 做了两次 base64；只做一次",
        "the signature is right but was written in base64 twice; do it once";
    /// The signature is not base64, and no other reading of it fits.
    SignNotBase64 = "sign-not-base64", "sign 不是标准 base64；请检查编码与截断",
        "sign is not standard base64: look how it is encoded and whether it was cut off";
    /// The signature has a length that the registered key never makes.
    SignOfOtherLength = "sign-of-other-length",
        "sign 的长度与登记的公钥不符：用了别的私钥，或签名被截断",
        "sign has another length than the registered key makes: signed with another key, or cut off";
    /// The app's registered key is the platform's.
    PlatformKeyRegistered = "platform-key-registered",
        "应用登记的公钥是平台公钥；请登记您自己密钥对的应用公钥",
        "the key registered for the app is the platform's public key; register the public key of your own pair";
    /// The platform's private key signed.
    SignedByPlatform = "signed-by-platform", "请求是用平台私钥签名的；请用应用私钥签名",
        "the request is signed with the platform's private key; sign with the private key of your app";
    /// Another app's key signed.
    KeyOfAnotherApp = "key-of-another-app", "请求是用另一个应用的私钥签名的；请检查 app_id 与私钥是否配对",
        "the request is signed with the key of another app; see that app_id and private key belong together";
    /// A key signed that the app had and retired.
    RetiredKey = "retired-key", "请求是用已停用的旧密钥签名的；请改用当前密钥",
        "the request is signed with a key that the app retired; sign with an active one";
    /// `RSA2` with a key that is too short for it.
    RegisteredKeyTooShort = "registered-key-too-short", "登记的公钥不足 2048 位，不能用于 RSA2；请换 2048 位密钥",
        "the registered key is shorter than the 2048 bits that RSA2 needs; make a pair of 2048 bits";
    /// Signed with the other algorithm.
    OtherSignType = "other-sign-type", "签名算法与 sign_type 不一致：RSA 是 SHA-1，RSA2 是 SHA-256",
        "signed with the other algorithm than sign_type says: RSA is SHA-1, RSA2 is SHA-256";
    /// An app with an SM2 key signs with RSA.
    RsaForSm2 = "rsa-for-sm2", "应用登记的是 SM2 公钥，但签名的长度是 RSA 的；请用 SM2 私钥签名，sign_type=SM2",
        "the app has an SM2 key but the signature has a length of RSA; sign with the SM2 key, sign_type=SM2";
    /// An app with an RSA key signs with SM2.
    Sm2ForRsa = "sm2-for-rsa", "应用登记的是 RSA 公钥，但签名的结构是 SM2 的；请用 RSA 私钥签名，sign_type=RSA2",
        "the app has an RSA key but the signature has the shape of SM2; sign with the RSA key, sign_type=RSA2";
    /// `sign_type`, or the scheme of v3, is of another algorithm than the app's key.
    SignTypeOfOtherKey = "sign-type-of-other-key",
        "sign_type（v3 为 Authorization 的方案）与应用登记的密钥算法不符：SM2 密钥用 SM2，RSA 密钥用 RSA2",
        "sign_type (of v3: the scheme) is of another algorithm than the app's key: SM2 for SM2 keys, RSA2 for RSA keys";
    /// The two numbers of an SM2 signature are not in DER.
    SignNotDer = "sign-not-der", "SM2 签名须为 DER（ASN.1）编码；裸的 r‖s（64 字节）不被接受",
        "an SM2 signature is DER of two numbers; the bare 64 bytes of r and s are not taken";
    /// Signed with an empty user id in the place of the usual one.
    Sm2UserId = "sm2-user-id", "SM2 签名时用户 ID 为空；应为 1234567812345678",
        "signed with an empty SM2 user id; it is 1234567812345678";
    /// `sign_type` was left out of the text, as is right for notifications only.
    SignTypeLeftOut = "sign-type-left-out", "签名时漏掉了 sign_type；请求须包含它（只有通知验签才去掉）",
        "sign_type was left out of the signed text; in requests it is signed too (only notifications leave it out)";
    /// Only what stands in the query was signed.
    BodyLeftOut = "body-left-out", "只签了地址中的参数，漏掉了请求体；两处参数须一起排序签名",
        "only the query was signed, the body was left out; sign the parameters of both together";
    /// Only what stands in the body was signed.
    QueryLeftOut = "query-left-out", "只签了请求体，漏掉了地址中的参数；两处参数须一起排序签名",
        "only the body was signed, the query was left out; sign the parameters of both together";
    /// One parameter was left out of the text.
    ParameterLeftOut = "parameter-left-out", "有一个参数签名时被漏掉；除 sign 外所有非空参数都要签名",
        "one parameter was left out of the signed text; every parameter with a value but sign is signed";
    /// Only the content was signed.
    ContentAlone = "content-alone", "只签了 biz_content；所有参数须一起签名",
        "biz_content alone was signed; sign all parameters together";
    /// An empty value was signed but not sent, or some of those that were sent.
    EmptyValueSigned = "empty-value-signed", "签名字符串中有空值参数（a=）；空值不参与签名",
        "the signed text has a parameter without a value (a=); leave empty values out";
    /// The word null was signed for something that was not sent.
    NullValueSigned = "null-value-signed", "签名字符串中有 null；没有值的参数不参与签名",
        "the signed text has the word null for a parameter that was not sent; leave it out";
    /// The parameters were not sorted.
    Unsorted = "unsorted", "参数未按名称的 ASCII 顺序排序", "the parameters were not sorted by name in ASCII order";
    /// The text had a `sign` parameter in it.
    SignInText = "sign-in-text", "签名字符串中包含了 sign 参数；请去掉",
        "the signed text has the parameter sign in it; leave it out";
    /// A plus sign became a space on its way.
    PlusLost = "plus-lost", "值中的加号在传输中变成了空格；发送时须写成 %2B",
        "a '+' in a value became a space on its way: it must travel as %2B";
    /// Spaces were signed as plus signs.
    SpacesAsPlus = "spaces-as-plus", "签名字符串中的空格被写成了加号；请先签名后编码",
        "spaces were signed as '+'; sign the values as they are and escape them afterwards";
    /// Values were escaped before signing.
    ValuesEscaped = "values-escaped", "签名前对值做了 URL 编码；请先签名后编码",
        "values were url-escaped before signing; sign them as they are and escape them afterwards";
    /// Values were escaped twice when sending.
    ValuesEscapedTwice = "values-escaped-twice", "值在发送时被 URL 编码了两次；只编码一次",
        "values were url-escaped twice when they were sent; escape them once";
    /// Markup escapes were signed.
    HtmlSigned = "html-signed", "签名前对值做了 HTML 转义；请签原文",
        "values were HTML-escaped before signing; sign them as they are";
    /// Markup escapes came into the values after signing.
    HtmlOnTheWay = "html-on-the-way", "值在签名后被 HTML 转义（如 &quot;）；发送时须还原",
        "values were HTML-escaped after signing, for example to &quot;; send them as they were signed";
    /// A page turned the beginning of a parameter's name into a sign.
    NameBecameSign = "name-became-sign", "网页把 &notify_url 或 &timestamp 的开头变成了符号（¬、×）；页面中须写成 &amp;",
        "a page turned the beginning of &notify_url or &timestamp into a sign; write &amp; in pages";
    /// Signed over GBK, declared UTF-8.
    SignedAsGbk = "signed-as-gbk", "声明 utf-8，但签名按 GBK 字节计算；请用 UTF-8 取字节",
        "charset says utf-8 but the signed bytes are GBK; take the bytes in UTF-8";
    /// Signed over UTF-8, declared GBK.
    SignedAsUtf8 = "signed-as-utf8", "声明 GBK，但签名按 UTF-8 字节计算；请用 GBK 取字节",
        "charset says GBK but the signed bytes are UTF-8; take the bytes in GBK";
    /// The bytes that were sent are not in the declared charset, those signed are.
    SentInOtherCharset = "sent-in-other-charset", "签名与 charset 一致，但发送的字节是另一种编码；请统一",
        "the signed bytes are in the declared charset but those sent are not; use one charset for both";
    /// Letters became question marks when the text was signed.
    SignedAsQuestionMarks = "signed-as-question-marks",
        "签名时非 ASCII 字符变成了问号；请指定字符集（Java：file.encoding）",
        "letters outside ASCII were signed as question marks; name the charset when you take the bytes";
    /// UTF-8 was read as Latin-1 on one side.
    Latin1 = "latin-1", "UTF-8 文本被当作 ISO-8859-1 读取；请在两侧指定 UTF-8",
        "UTF-8 text was read as ISO-8859-1 on one side; name UTF-8 on both";
    /// The content was signed with other white space.
    ContentSpaces = "content-spaces", "biz_content 签名后被重新序列化，空白不同；请发送签名时的同一字符串",
        "biz_content was written again with other spaces after signing; send the very text that was signed";
    /// The content was signed in another order.
    ContentOrder = "content-order", "biz_content 签名后被重新序列化，字段顺序不同；请发送签名时的同一字符串",
        "biz_content was written again in another order of members; send the very text that was signed";
    /// The content was signed with or without escapes of letters.
    ContentUnicode = "content-unicode", "biz_content 的字符转义（\\uXXXX）与签名时不同；请发送签名时的同一字符串",
        "letters of biz_content are \\uXXXX in one of signed and sent text only; send the very text that was signed";
    /// The content was signed with or without escapes of slashes.
    ContentSlashes = "content-slashes", "biz_content 的斜杠转义（\\/）与签名时不同；请发送签名时的同一字符串",
        "slashes of biz_content are \\/ in one of signed and sent text only; send the very text that was signed";
    /// The content was signed in another form, in several ways at once.
    ContentRewritten = "content-rewritten", "biz_content 签名后被重新序列化；请发送签名时的同一字符串",
        "biz_content was serialised again after signing; send the very text that was signed";
    /// The content was signed as a string within quotes, or came with backslashes.
    ContentQuoted = "content-quoted", "biz_content 的引号被多转义了一次（\\\"）；只序列化一次",
        "biz_content is escaped once too often (\\\") in signed or sent text; serialise it once";
    /// White space stood around the signed text.
    SpaceAround = "space-around", "签名字符串首尾有多余的空格或换行", "the signed text has a space or line break at its end";
    /// A joining sign stood around the signed text.
    AmpersandAround = "ampersand-around", "签名字符串首尾有多余的 &",
        "the signed text has a stray & at its beginning or end";
    /// Values were signed within quotes.
    ValuesQuoted = "values-quoted", "签名时值带了引号（a=\"1\"，旧版移动接口的写法）；请去掉",
        "values were signed within quotes, as an old mobile interface had it; sign them without";
    /// Values were signed without the white space at their ends.
    ValuesTrimmed = "values-trimmed", "值首尾的空白签名时被去掉、发送时又带上；两处须一致",
        "values were signed without the white space at their ends but sent with it; send what was signed";
    /// A digest was signed instead of the text.
    HashedFirst = "hashed-first", "先做了摘要再签名，等于做了两次；请直接对字符串签名",
        "a digest was signed instead of the text; the signature makes the digest itself";
    /// `app_cert_sn` is the platform certificate's.
    AppSnOfPlatform = "app-sn-of-platform", "app_cert_sn 填了平台证书的序列号；请用应用公钥证书计算",
        "app_cert_sn is that of the platform's certificate; compute it from your app's certificate";
    /// `app_cert_sn` is the root's.
    AppSnOfRoot = "app-sn-of-root", "app_cert_sn 填了根证书的序列号；请用应用公钥证书计算",
        "app_cert_sn is that of the root; compute it from your app's certificate";
    /// The root's serial is the one of another certificate.
    RootSnOfOther = "root-sn-of-other", "alipay_root_cert_sn 填了应用或平台证书的序列号；请用根证书计算",
        "alipay_root_cert_sn is that of the app's or the platform's certificate; compute it from the root";
    /// The root's serial is that of the roots of the other algorithm.
    RootSnOfOtherAlgorithm = "root-sn-of-other-algorithm",
        "alipay_root_cert_sn 取了另一种算法的根证书；SM2 应用只取 SM2 根证书，RSA 应用只取 RSA 根证书",
        "alipay_root_cert_sn is that of roots of the other algorithm; an SM2 app takes SM2 roots, an RSA app RSA roots";
    /// The serial number itself was sent.
    SnNotHashed = "sn-not-hashed", "证书序列号未做 MD5：应为 md5(签发者名 + 十进制序列号)",
        "the certificate's number was sent as it is; send md5 of issuer name and decimal number";
    /// Right but for the letters' case.
    SnUpperCase = "sn-upper-case", "证书 SN 应为小写十六进制", "the serial is right but for its case; write it in lower-case hex";
    /// The issuer's name was joined in encoded order.
    SnIssuerOrder = "sn-issuer-order", "计算 SN 时签发者名顺序反了：应为 CN,OU,O,C",
        "the issuer's name was joined in the wrong order; it is CN=..,OU=..,O=..,C=..";
    /// The number was written in hexadecimal before hashing.
    SnHexNumber = "sn-hex-number", "计算 SN 时序列号用了十六进制；应为十进制",
        "the number was taken in hex for the serial; take it in decimal";
    /// The issuer was left out, or the subject taken.
    SnWithoutIssuer = "sn-without-issuer", "计算 SN 时漏掉了签发者名：应为 md5(签发者名 + 十进制序列号)",
        "the issuer's name was left out of the serial; it is md5 of issuer name and decimal number";
    /// The serial is another one.
    SnUnknown = "sn-unknown", "证书 SN 与登记的证书不符：应为 md5(签发者名 + 十进制序列号)，请核对证书",
        "the serial is not that of the registered certificate; it is md5 of issuer name and decimal number";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_has_a_name_of_its_own_and_advice_in_both_languages() {
        let names: std::collections::BTreeSet<&str> = Mistake::ALL.iter().map(|one| one.name()).collect();
        assert_eq!(names.len(), Mistake::ALL.len());
        for one in Mistake::ALL {
            let (name, line) = (one.name(), one.line());
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
                "{name}"
            );
            assert!(line.is_ascii() && line.starts_with(name) && line.ends_with(one.advice_en()), "{line}");
            assert!(!line.contains(['\n', '\r']), "{line}");
            assert!(one.advice_zh().chars().any(|letter| letter >= '\u{4e00}'), "{name}");
        }
    }
}
