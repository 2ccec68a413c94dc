//! PEM blocks, read with tolerance for how people paste them (any line length, missing line breaks) and written
//! the one way every library reads.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const LINE: usize = 64;

/// One block: its label and its bytes, wiped when dropped since it may be a private key.
pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

/// Whether the text claims to be PEM.
pub(crate) fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN ")
}

/// Every block of the text in order; `None` if one is malformed. Text between blocks is skipped.
pub(crate) fn blocks(text: &str) -> Option<Vec<Block>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, after) = after.split_once("-----")?;
        let (body, after) = after.split_once(&format!("-----END {label}-----"))?;
        found.push(Block { label: label.to_owned(), bytes: bare(body)? });
        rest = after;
    }
    Some(found)
}

/// The bytes of standard padded base64 with white space anywhere.
pub(crate) fn bare(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let compact: Zeroizing<String> = Zeroizing::new(text.split_ascii_whitespace().collect());
    STANDARD.decode(compact.as_bytes()).ok().map(Zeroizing::new)
}

/// One block in lines of 64 characters, ending with a line break.
pub(crate) fn encode(label: &str, bytes: &[u8]) -> String {
    let text = Zeroizing::new(STANDARD.encode(bytes));
    let mut block = String::with_capacity(text.len() + text.len() / LINE + 2 * label.len() + 40);
    block.push_str(&format!("-----BEGIN {label}-----\n"));
    for line in text.as_bytes().chunks(LINE) {
        block.extend(line.iter().map(|byte| char::from(*byte)));
        block.push('\n');
    }
    block.push_str(&format!("-----END {label}-----\n"));
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_back_however_they_are_broken() {
        let bytes: Vec<u8> = (0..200).collect();
        let written = encode("PUBLIC KEY", &bytes);
        for text in [written.clone(), written.replace('\n', "\r\n"), written.replace('\n', "")] {
            let found = blocks(&text).expect("well formed");
            assert_eq!((found.len(), found[0].label.as_str()), (1, "PUBLIC KEY"));
            assert_eq!(*found[0].bytes, bytes);
        }
        assert_eq!(blocks(&format!("{written}\n{written}")).map(|found| found.len()), Some(2));
        assert!(blocks(&written.replace("END PUBLIC", "END PRIVATE")).is_none());
        assert!(written.lines().all(|line| line.len() <= LINE));
    }
}
