//! Packs the files of a bill. Names are in GBK without the mark of UTF-8, as readers of these files expect them.

use crate::BillError;
use encoding_rs::{GB18030, GBK};
use std::borrow::Cow;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, DateTime, ZipWriter};

/// What lines are encoded in, and how they end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Coding {
    /// GBK with CRLF: merchants' bills. What GBK cannot write becomes `?`.
    Merchant,
    /// GB18030 with LF: a person's export.
    Person,
}

/// A ZIP in the making.
pub(crate) struct Archive<'a> {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    coding: Coding,
    made_at_us: i64,
    password: Option<&'a str>,
}

impl<'a> Archive<'a> {
    /// An empty one. Its files are of this moment, microseconds UTC; with a password they are encrypted (AES-256).
    pub(crate) fn new(coding: Coding, made_at_us: i64, password: Option<&'a str>) -> Archive<'a> {
        Archive { zip: ZipWriter::new(Cursor::new(Vec::new())), coding, made_at_us, password }
    }

    /// Begins the next file.
    pub(crate) fn begin(&mut self, name: &str) -> Result<(), BillError> {
        let (name, _, _) = GBK.encode(name);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip_time(self.made_at_us));
        match self.password {
            None => self.zip.start_file_with_options(options.name(&name))?,
            Some(password) => {
                let options = options.with_aes_encryption(AesMode::Aes256, password);
                self.zip.start_file_with_options(options.name(&name))?;
            }
        }
        Ok(())
    }

    /// Writes a line into it.
    pub(crate) fn line(&mut self, line: &str) -> Result<(), BillError> {
        match self.coding {
            Coding::Merchant => {
                self.zip.write_all(&gbk(line))?;
                self.zip.write_all(b"\r\n")?;
            }
            Coding::Person => {
                self.zip.write_all(&GB18030.encode(line).0)?;
                self.zip.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// The bytes of the whole.
    pub(crate) fn finish(self) -> Result<Vec<u8>, BillError> {
        Ok(self.zip.finish()?.into_inner())
    }
}

/// The bytes of a line, `?` for each character that GBK does not have.
fn gbk(line: &str) -> Cow<'_, [u8]> {
    match GBK.encode(line) {
        (bytes, _, false) => bytes,
        (_, _, true) => {
            let known = |letter: char| {
                let mut bytes = [0; 4];
                !GBK.encode(letter.encode_utf8(&mut bytes)).2
            };
            let line: String = line.chars().map(|letter| if known(letter) { letter } else { '?' }).collect();
            Cow::Owned(GBK.encode(&line).0.into_owned())
        }
    }
}

/// The time of a file, China time; the beginning of the format's time when it is out of its range.
fn zip_time(at_us: i64) -> DateTime {
    let text = base::china_moment(at_us);
    let part = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u8>().ok());
    let time = || {
        let year = text.get(..4)?.parse().ok()?;
        let (month, day) = (part(5, 7)?, part(8, 10)?);
        let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
        DateTime::from_date_and_time(year, month, day, hour, minute, second).ok()
    };
    time().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn packed(coding: Coding, password: Option<&str>) -> Vec<u8> {
        let mut archive = Archive::new(coding, 1_767_283_200_000_000, password);
        archive.begin("业务明细.csv").unwrap();
        archive.line("支付宝😀").unwrap();
        archive.finish().unwrap()
    }

    #[test]
    fn names_and_lines_are_gbk_without_the_mark_of_utf_8() {
        let bytes = packed(Coding::Merchant, None);
        assert_eq!(packed(Coding::Merchant, None), bytes, "the same again");
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
        let mut file = zip.by_index(0).unwrap();
        assert_eq!(file.name_raw(), &GBK.encode("业务明细.csv").0[..]);
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        assert_eq!(content, [&GBK.encode("支付宝").0[..], b"?\r\n"].concat());
        // Bit 11 of the flags of the local header.
        assert_eq!(bytes[7] & 0b1000, 0);
    }

    #[test]
    fn an_export_keeps_every_character_and_may_have_a_password() {
        let mut zip = zip::ZipArchive::new(Cursor::new(packed(Coding::Person, Some("secret")))).unwrap();
        assert!(zip.by_index(0).is_err(), "it has a password");
        let mut content = Vec::new();
        zip.by_index_decrypt(0, b"secret").unwrap().read_to_end(&mut content).unwrap();
        assert_eq!(GB18030.decode(&content).0, "支付宝😀\n");
    }
}
