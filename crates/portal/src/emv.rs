//! The text of a code on a counter as EMVCo writes it ("QR Code Specification for Payment Systems, Merchant-Presented
//! Mode", 1.1), so that readers of other makers can tell what it is: fields of two digits of name, two digits of length
//! in characters, and the value, with a checksum at the end.

/// Whose the account template is: the name by which we find our own among others.
const OURS: &str = "com.tongbao";
/// Names of account templates: one of them is ours.
const TEMPLATES: std::ops::RangeInclusive<&str> = "26"..="51";
/// Characters of a value.
const VALUE_MAX: usize = 99;
/// Characters of a name and of a store's label.
const NAME_MAX: usize = 25;
/// Bytes of a text that is looked at: the longest that a QR code of this kind holds (512 characters), in UTF-8.
const TEXT_BYTES_MAX: usize = 2_048;
/// The checksum's own name and length, over which it is taken too.
const SUM: &str = "6304";

/// What a code on a counter says.
pub(crate) struct Counter<'a> {
    /// What a reader of ours takes from it.
    pub(crate) token: &'a str,
    /// The merchant's number, for the plain name of one whose own cannot be written in ASCII.
    pub(crate) number: u64,
    /// The merchant's name.
    pub(crate) name: &'a str,
    /// The merchant's number of the store.
    pub(crate) store: Option<&'a str>,
}

impl Counter<'_> {
    /// The text; `None` when the token does not fit.
    pub(crate) fn text(&self) -> Option<String> {
        let account = [field("00", OURS)?, field("01", self.token)?].concat();
        let plain = cut(self.name.trim());
        let is_plain = !plain.is_empty() && plain.chars().all(is_plain_letter);
        let name = if is_plain { plain.clone() } else { format!("SHOP {}", self.number) };
        let mut all = vec![
            field("00", "01")?,
            // The same code for every payment.
            field("01", "11")?,
            field("26", &account)?,
            field("52", "0000")?,
            field("53", "156")?,
            field("58", "CN")?,
            field("59", &name)?,
            field("60", "CHINA")?,
        ];
        let label = self.store.map(|store| store.chars().filter(|letter| is_plain_letter(*letter)));
        let label: String = label.into_iter().flatten().take(NAME_MAX).collect();
        if !label.is_empty() {
            all.push(field("62", &field("03", &label)?)?);
        }
        if !is_plain && !plain.is_empty() {
            all.push(field("64", &[field("00", "ZH")?, field("01", &plain)?].concat())?);
        }
        let text = all.concat() + SUM;
        let sum = checksum(text.as_bytes());
        Some(format!("{text}{sum:04X}"))
    }
}

/// The token in a scanned text, when that is a code of ours and whole.
pub(crate) fn token_in(text: &str) -> Option<&str> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let (said, sum) = text.split_at_checked(text.len().checked_sub(4)?)?;
    if !said.ends_with(SUM) || !sum.eq_ignore_ascii_case(&format!("{:04X}", checksum(said.as_bytes()))) {
        return None;
    }
    let all = fields(text)?;
    if all.first() != Some(&("00", "01")) {
        return None;
    }
    let templates = all.iter().filter(|(name, _)| TEMPLATES.contains(name));
    templates.filter_map(|&(_, value)| fields(value)).find_map(|account| {
        let of = |wanted| account.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
        of("01").filter(|_| of("00") == Some(OURS))
    })
}

/// One field; `None` when the value is too long.
fn field(name: &str, value: &str) -> Option<String> {
    let length = value.chars().count();
    (length <= VALUE_MAX).then(|| format!("{name}{length:02}{value}"))
}

/// The fields of a text, in its order; `None` when it is not made of whole ones.
fn fields(mut text: &str) -> Option<Vec<(&str, &str)>> {
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut found = Vec::new();
    while !text.is_empty() {
        let (name, rest) = text.split_at_checked(2)?;
        let (length, rest) = rest.split_at_checked(2)?;
        if !are_digits(name) || !are_digits(length) {
            return None;
        }
        let length: usize = length.parse().ok()?;
        let end = rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at);
        let (value, rest) = rest.split_at_checked(end)?;
        if value.chars().count() != length {
            return None;
        }
        found.push((name, value));
        text = rest;
    }
    Some(found)
}

fn cut(name: &str) -> String {
    name.chars().take(NAME_MAX).collect::<String>().trim_end().to_owned()
}

fn is_plain_letter(letter: char) -> bool {
    letter.is_ascii_graphic() || letter == ' '
}

/// The checksum of ISO/IEC 13239: polynomial 0x1021, beginning with all ones.
fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(u16::MAX, |sum, byte| {
        (0..8).fold(sum ^ (u16::from(*byte) << 8), |sum, _| {
            if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of EMVCo's specification.
    const EXAMPLE: &str = "00020101021229300012D156000000000510A93FO3230Q31280012D1560000000103081234567852044111\
        5802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***\
        0708A60086670902ME91320016A0112233449988770708123456786304A13A";

    fn counter<'a>(name: &'a str, store: Option<&'a str>) -> Counter<'a> {
        Counter { token: "TOKEN", number: 2_088_000_000_000_123, name, store }
    }

    #[test]
    fn the_checksum_is_that_of_known_texts() {
        assert_eq!(checksum(b"123456789"), 0x29B1);
        let (said, sum) = EXAMPLE.split_at(EXAMPLE.len() - 4);
        assert_eq!(format!("{:04X}", checksum(said.as_bytes())), sum);
        assert!(fields(EXAMPLE).is_some_and(|all| all.contains(&("59", "BEST TRANSPORT"))));
        assert_eq!(token_in(EXAMPLE), None, "it is none of ours");
    }

    #[test]
    fn a_code_says_whose_it_is_and_is_read_as_it_was_made() {
        let text = counter("Corner Cafe", Some("S-1")).text().unwrap();
        let wanted = "00020101021126240011com.tongbao0105TOKEN52040000530315658\
            02CN5911Corner Cafe6005CHINA62070303S-16304";
        assert_eq!(&text[..text.len() - 4], wanted);
        assert_eq!(token_in(&text), Some("TOKEN"));
        let text = counter("街角咖啡", None).text().unwrap();
        let all = fields(&text).unwrap();
        assert!(all.contains(&("59", "SHOP 2088000000000123")), "{text}");
        assert!(
            all.contains(&("64", "0002ZH0104街角咖啡")) && !all.iter().any(|(name, _)| *name == "62"),
            "{text}"
        );
        assert_eq!(all.last().map(|(name, _)| *name), Some("63"));
        assert_eq!(token_in(&text), Some("TOKEN"));
    }

    #[test]
    fn what_is_too_long_is_cut_or_is_no_code() {
        let (long, store) = ("N".repeat(30), "店S".repeat(16));
        let text = counter(&long, Some(&store)).text().unwrap();
        let all = fields(&text).unwrap();
        assert!(
            all.contains(&("59", &long[..25])) && all.contains(&("62", "0316SSSSSSSSSSSSSSSS")),
            "{text}"
        );
        let token = "t".repeat(80);
        assert!(Counter { token: &token, ..counter("n", None) }.text().is_some());
        let token = "t".repeat(81);
        assert_eq!(Counter { token: &token, ..counter("n", None) }.text(), None);
    }

    #[test]
    fn what_was_changed_or_cut_off_is_no_code() {
        let text = counter("Corner Cafe", None).text().unwrap();
        let again = |said: &str| format!("{said}{:04X}", checksum(said.as_bytes()));
        let said = &text[..text.len() - 4];
        for wrong in [
            String::new(),
            "6304".to_owned(),
            text[..text.len() - 1].to_owned(),
            text.replace("TOKEN", "TOKEM"),
            again(&said.replace("com.tongbao", "com.another")),
            again(&said.replace("0105TOKEN", "0109TOKEN")),
            again(&said.replace("000201", "000202")),
            again(&said.replace("5911", "59+1")),
            again(&format!("店{said}")),
        ] {
            assert_eq!(token_in(&wrong), None, "{wrong}");
        }
        assert_eq!(token_in(&again(said)), Some("TOKEN"));
        assert_eq!(token_in(&"0".repeat(TEXT_BYTES_MAX + 1)), None);
    }
}
