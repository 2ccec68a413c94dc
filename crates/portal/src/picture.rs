//! Bar code and QR code as SVG paths: numbers only, so the page's strict policy and escaping hold.

use barcoders::sym::code128::Code128;
use fast_qr::{ECL, QRBuilder};
use std::fmt::Write;

/// Character set C of Code 128, two digits a symbol, under the name that the library gives it.
const DIGIT_PAIRS: char = 'Ć';
/// Light modules around a bar code (ISO/IEC 15417: ten).
const BAR_QUIET: usize = 10;
/// Height of a bar code in modules: about a fifth of the width.
const BAR_HEIGHT: usize = 40;
/// Light modules around a QR code (ISO/IEC 18004: four).
const QR_QUIET: usize = 4;

/// A picture of dark modules on light ground.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Picture {
    /// Modules across, quiet zone included.
    pub(crate) width: usize,
    /// Modules down.
    pub(crate) height: usize,
    /// The `d` of an SVG path over the dark modules.
    pub(crate) path: String,
}

impl Picture {
    /// The picture as a document of its own.
    pub(crate) fn svg(&self) -> String {
        let Picture { width, height, path } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             shape-rendering=\"crispEdges\"><path d=\"{path}\"/></svg>"
        )
    }
}

/// The Code 128 bar code of an even number of digits; `None` for anything else.
pub(crate) fn bar_code(digits: &str) -> Option<Picture> {
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let modules = Code128::new(format!("{DIGIT_PAIRS}{digits}")).ok()?.encode();
    let mut path = String::new();
    for (position, _) in modules.iter().enumerate().filter(|(_, module)| **module == 1) {
        add(&mut path, BAR_QUIET + position, 0, BAR_HEIGHT);
    }
    Some(Picture { width: modules.len() + 2 * BAR_QUIET, height: BAR_HEIGHT, path })
}

/// The QR code of a text; `None` when it is too long for one.
pub(crate) fn qr_code(text: &str) -> Option<Picture> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let mut path = String::new();
    for row in 0..code.size {
        for (column, _) in code[row].iter().enumerate().filter(|(_, module)| module.value()) {
            add(&mut path, QR_QUIET + column, QR_QUIET + row, 1);
        }
    }
    let side = code.size + 2 * QR_QUIET;
    Some(Picture { width: side, height: side, path })
}

fn add(path: &mut String, x: usize, y: usize, height: usize) {
    write!(path, "M{x} {y}h1v{height}h-1z").expect("writing to a string does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_code_of_eighteen_digits_has_its_modules_and_quiet_zone() {
        let picture = bar_code("281234567890123407").unwrap();
        // Start, nine pairs, check symbol of 11 modules each, stop of 13.
        assert_eq!(picture.width, 11 * 11 + 13 + 2 * BAR_QUIET);
        assert!(picture.path.starts_with("M10 0h1v40h-1z"));
        assert_eq!(bar_code("281"), None);
        assert_eq!(bar_code("28<>"), None);
    }

    #[test]
    fn a_picture_is_a_document_of_its_own() {
        let picture = Picture { width: 2, height: 1, path: "M0 0h1v1h-1z".to_owned() };
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 2 1\" \
                   shape-rendering=\"crispEdges\"><path d=\"M0 0h1v1h-1z\"/></svg>";
        assert_eq!(picture.svg(), svg);
    }

    #[test]
    fn a_qr_code_is_square_and_begins_with_its_finder() {
        let picture = qr_code("281234567890123407").unwrap();
        assert_eq!((picture.width, picture.height), (29, 29));
        assert!(picture.path.starts_with("M4 4h1v1h-1z"));
        assert!(qr_code(&"x".repeat(world::APP_CODE_LINK_MAX)).is_some());
        assert_eq!(qr_code(&"x".repeat(world::APP_CODE_LINK_MAX + 1)), None);
    }
}
