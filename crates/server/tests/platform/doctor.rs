//! The signature doctor, with the keys of a data folder whose server runs.

use crate::server::{Server, tongbao};
use std::fs;
use wire::sign::{PrivateKey, SignType};

#[test]
fn the_keys_of_a_data_folder_are_tried() {
    let temporary = tempfile::tempdir().unwrap();
    let (data, file) = (temporary.path().join("data"), temporary.path().join("request"));
    let server = Server::start(&data);
    let apps = server.ready["apps"].as_array().unwrap();
    let key = |app: &serde_json::Value| {
        let path = app["private_key_pkcs8"].as_str().unwrap();
        PrivateKey::parse(&fs::read_to_string(path).unwrap()).unwrap()
    };
    let text = format!("app_id={}&charset=utf-8&sign_type=RSA2", apps[0]["app_id"].as_str().unwrap());
    let said = |key: &PrivateKey, signed: &str| {
        let sign = key.sign(SignType::Rsa2, signed.as_bytes()).replace('+', "%2B").replace('=', "%3D");
        fs::write(&file, format!("{text}&sign={sign}")).unwrap();
        let done = tongbao(&["doctor", file.to_str().unwrap(), "--data", data.to_str().unwrap()]);
        (done.status.code(), String::from_utf8(done.stdout).unwrap())
    };
    let (code, out) = said(&key(&apps[0]), &text);
    assert!(code == Some(0) && out.contains("签名正确"), "{out}");
    let (code, out) = said(&key(&apps[0]), &format!("{text}&"));
    assert!(code == Some(1) && out.starts_with("ampersand-around\n"), "{out}");
    let (code, out) = said(&key(&apps[1]), &text);
    assert!(code == Some(1) && out.starts_with("key-of-another-app\n"), "{out}");
    server.stop();
    fs::write(&file, "app_id=9021999999999999&sign=AAAA&sign_type=RSA2").unwrap();
    let done = tongbao(&["doctor", file.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8(done.stderr).unwrap().contains("9021999999999999"));
}
