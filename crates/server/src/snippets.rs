//! What a developer pastes to point an SDK here: Python, Node, Java, Go, PHP. Each does one call, `alipay.trade.query`
//! of an order that is not there, so that a first success needs nothing but the paste.

use crate::demo::{self, AppFiles};
use base::AppId;

/// One of them, with its values.
pub(crate) struct Snippet {
    /// Its language, in small letters.
    pub(crate) language: &'static str,
    /// The library, and how it is installed.
    pub(crate) title: &'static str,
    /// The lines.
    pub(crate) code: String,
}

/// All snippets, indented for the start message.
pub(crate) fn all(gateway: &str, gateway_port_80: Option<&str>, app: AppId, files: &AppFiles) -> String {
    let mut text = String::new();
    for Snippet { title, code, .. } in filled(gateway, gateway_port_80, app, files) {
        text.push_str(&format!("\n    --- {title}\n"));
        code.lines().for_each(|line| text.push_str(&format!("    {line}\n")));
    }
    text
}

/// All snippets. Values stand in as paths and addresses of this very platform.
pub(crate) fn filled(
    gateway: &str,
    gateway_port_80: Option<&str>,
    app: AppId,
    files: &AppFiles,
) -> impl Iterator<Item = Snippet> {
    SNIPPETS.into_iter().map(move |(language, title, snippet)| {
        // The official Python SDK drops the port of its gateway address.
        let address = if title.contains("official") { gateway_port_80.unwrap_or(gateway) } else { gateway };
        let mut filled = snippet.replace("GATEWAY", address).replace("APP_ID", &app.to_string());
        for (word, file) in [
            ("PKCS1_TEXT", demo::PKCS1_TEXT),
            ("PKCS8_TEXT", demo::PKCS8_TEXT),
            ("PLATFORM_TEXT", demo::PLATFORM_TEXT),
            ("PKCS1_PEM", demo::PKCS1_PEM),
            ("PLATFORM_PEM", demo::PLATFORM_PEM),
        ] {
            filled = filled.replace(word, &files.path(file).display().to_string());
        }
        Snippet { language, title, code: filled.trim().to_owned() }
    })
}

/// The languages, each once.
pub(crate) fn languages() -> Vec<&'static str> {
    let mut languages: Vec<&str> = SNIPPETS.iter().map(|(language, ..)| *language).collect();
    languages.dedup();
    languages
}

const SNIPPETS: [(&str, &str, &str); 6] = [
    ("python", "Python, official (pip install alipay-sdk-python)", PYTHON_OFFICIAL),
    ("python", "Python (pip install python-alipay-sdk)", PYTHON),
    ("node", "Node (npm install alipay-sdk)", NODE),
    ("java", "Java (com.alipay.sdk:alipay-sdk-java)", JAVA),
    ("go", "Go (go get github.com/smartwalle/alipay/v3)", GO),
    ("php", "PHP (composer require alipaysdk/openapi)", PHP),
];

const PYTHON_OFFICIAL: &str = r#"
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.domain.AlipayTradeQueryModel import AlipayTradeQueryModel
from alipay.aop.api.request.AlipayTradeQueryRequest import AlipayTradeQueryRequest
config = AlipayClientConfig()
config.server_url = "GATEWAY"
config.app_id = "APP_ID"
config.app_private_key = open("PKCS1_TEXT").read()
config.alipay_public_key = open("PLATFORM_TEXT").read()
model = AlipayTradeQueryModel()
model.out_trade_no = "first-call"
print(DefaultAlipayClient(config).execute(AlipayTradeQueryRequest(biz_model=model)))
"#;

const PYTHON: &str = r#"
from alipay import AliPay
client = AliPay(appid="APP_ID", app_notify_url=None, app_private_key_string=open("PKCS1_PEM").read(),
                alipay_public_key_string=open("PLATFORM_PEM").read())
client._gateway = "GATEWAY"
print(client.api_alipay_trade_query(out_trade_no="first-call"))
"#;

const NODE: &str = r#"
const { readFileSync } = require('node:fs');
const { AlipaySdk } = require('alipay-sdk');
const sdk = new AlipaySdk({ gateway: 'GATEWAY', appId: 'APP_ID',
  privateKey: readFileSync('PKCS1_TEXT', 'utf8'), alipayPublicKey: readFileSync('PLATFORM_TEXT', 'utf8') });
sdk.exec('alipay.trade.query', { bizContent: { out_trade_no: 'first-call' } }, { validateSign: true })
  .then(console.log);
"#;

const JAVA: &str = r#"
AlipayClient client = new DefaultAlipayClient("GATEWAY", "APP_ID",
    Files.readString(Path.of("PKCS8_TEXT")), "json", "UTF-8",
    Files.readString(Path.of("PLATFORM_TEXT")), "RSA2");
AlipayTradeQueryRequest request = new AlipayTradeQueryRequest();
request.setBizContent("{\"out_trade_no\":\"first-call\"}");
System.out.println(client.execute(request).getBody());
"#;

const GO: &str = r#"
key, _ := os.ReadFile("PKCS1_TEXT")
platform, _ := os.ReadFile("PLATFORM_TEXT")
client, _ := alipay.New("APP_ID", string(key), false, alipay.WithSandboxGateway("GATEWAY"))
client.LoadAliPayPublicKey(string(platform))
answer, err := client.TradeQuery(context.Background(), alipay.TradeQuery{OutTradeNo: "first-call"})
fmt.Println(answer, err)
"#;

const PHP: &str = r#"
$client = new AopClient();
$client->gatewayUrl = 'GATEWAY';
$client->appId = 'APP_ID';
$client->rsaPrivateKey = file_get_contents('PKCS1_TEXT');
$client->alipayrsaPublicKey = file_get_contents('PLATFORM_TEXT');
$client->signType = 'RSA2';
$request = new AlipayTradeQueryRequest();
$request->setBizContent('{"out_trade_no":"first-call"}');
var_dump($client->execute($request));
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_folder::DataFolder;
    use std::path::Path;

    #[test]
    fn every_snippet_names_this_platform() {
        let temporary = tempfile::tempdir().unwrap();
        let (folder, _claim) = DataFolder::claim(temporary.path()).unwrap();
        let app: AppId = "9021100000000107".parse().unwrap();
        let files = AppFiles::of(&folder, app);
        let text = all("http://127.0.0.1:8080/gateway.do", Some("http://127.0.0.1/gateway.do"), app, &files);
        assert_eq!(text.matches("http://127.0.0.1:8080/gateway.do").count(), 5, "{text}");
        assert_eq!(text.matches("http://127.0.0.1/gateway.do").count(), 1, "{text}");
        assert!(text.matches("9021100000000107").count() >= SNIPPETS.len());
        for word in ["GATEWAY", "APP_ID", "PKCS1_", "PKCS8_", "PLATFORM_"] {
            assert!(!text.contains(word), "{word} was not filled in:\n{text}");
        }
    }

    #[test]
    fn the_guide_shows_the_same_lines() {
        let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/sdk");
        assert_eq!(languages(), ["python", "node", "java", "go", "php"]);
        for (language, title, snippet) in SNIPPETS {
            let page = std::fs::read_to_string(guide.join(format!("{language}.md"))).unwrap();
            assert!(page.contains(snippet.trim()), "{language}.md does not show what is printed for {title}");
        }
    }
}
