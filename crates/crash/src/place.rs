//! The journal notes which file its lock is, so that a copied folder is noticed. An image or a copy that stands for the
//! folder itself gets the note that the folder would have had here.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Writes the note anew where there is a whole one. One that is torn or damaged stays as it is.
pub(crate) fn renew(data: &Path) -> anyhow::Result<()> {
    let journal = data.join("worlds/default/journal");
    let (place, lock) = (journal.join("place"), journal.join("lock"));
    let (Ok(note), Ok(found)) = (fs::read_to_string(&place), fs::metadata(&lock)) else { return Ok(()) };
    if !is_whole(&note) {
        return Ok(());
    }
    let made_at = found.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let made_at_ns = made_at.map_or(0, |since| since.as_nanos());
    let digits = format!("{:020} {made_at_ns:020}", found.ino());
    fs::write(&place, format!("{digits} {:08x}", checksum(digits.as_bytes())))?;
    Ok(fs::set_permissions(&place, fs::Permissions::from_mode(0o600))?)
}

fn is_whole(note: &str) -> bool {
    note.rsplit_once(' ').is_some_and(|(digits, sum)| format!("{:08x}", checksum(digits.as_bytes())) == sum)
}

/// CRC-32 (IEEE), bit by bit: the note is short.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _bit in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_usual_one_and_a_torn_note_is_not_whole() {
        assert_eq!(checksum(b"123456789"), 0xCBF4_3926);
        let digits = "00000000000000000007 00000000000000000009";
        let note = format!("{digits} {:08x}", checksum(digits.as_bytes()));
        assert!(is_whole(&note) && !is_whole(&note[1..]) && !is_whole(""));
    }
}
