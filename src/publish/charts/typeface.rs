//! The embedded font and how wide its texts are.

use std::sync::LazyLock;

use ttf_parser::Face;

/// The family's name in SVG and CSS.
pub(crate) const FAMILY: &str = "Inter";

/// The font for measuring and for PNG, by weight.
pub(crate) const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.otf");
/// See [`REGULAR`].
pub(crate) const SEMI_BOLD: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.otf");

/// The same font for SVG and HTML.
const REGULAR_WOFF2: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.woff2");
const SEMI_BOLD_WOFF2: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.woff2");

/// How heavy a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

static FACES: LazyLock<[Face<'static>; 2]> = LazyLock::new(|| {
    [REGULAR, SEMI_BOLD].map(|bytes| {
        #[expect(clippy::expect_used, reason = "the fonts are compiled in and a test reads them")]
        Face::parse(bytes, 0).expect("the embedded font is valid")
    })
});

/// The width of a text in the units of `size`. Exact, because the embedded font has no kerning; a character that the
/// font lacks counts as a full em, which no common fallback font exceeds.
pub(crate) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let face = &FACES[usize::from(weight == Weight::Bold)];
    let em = f64::from(face.units_per_em());
    let advance = |letter: char| {
        let glyph = face.glyph_index(letter);
        glyph.and_then(|glyph| face.glyph_hor_advance(glyph)).map_or(em, f64::from)
    };
    text.chars().map(advance).sum::<f64>() * size / em
}

/// The text, shortened with an ellipsis where it is wider than allowed.
pub(crate) fn shortened(text: &str, size: f64, weight: Weight, allowed: f64) -> String {
    if width(text, size, weight) <= allowed {
        return text.to_owned();
    }
    let mut kept: String = text.to_owned();
    while kept.pop().is_some() {
        let candidate = format!("{}…", kept.trim_end());
        if width(&candidate, size, weight) <= allowed {
            return candidate;
        }
    }
    String::new()
}

/// The text in lines no wider than allowed, broken between words; what doesn't fit into `most_lines` is cut.
pub(crate) fn wrapped(text: &str, size: f64, weight: Weight, allowed: f64, most_lines: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let full = lines.len() == most_lines;
        match lines.last_mut() {
            Some(line) if full || width(&format!("{line} {word}"), size, weight) <= allowed => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| shortened(line, size, weight, allowed)).collect()
}

/// The CSS that embeds the font.
pub(crate) fn font_face_css() -> String {
    let rule = |bytes: &[u8], weight: u16| {
        format!(
            "@font-face{{font-family:{FAMILY};font-weight:{weight};src:url(data:font/woff2;base64,{}) format(\"woff2\")}}",
            base64(bytes)
        )
    };
    rule(REGULAR_WOFF2, 400) + &rule(SEMI_BOLD_WOFF2, 700)
}

/// Bytes as letters of ASCII. Method: RFC 4648, section 4.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let three = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            if place <= chunk.len() {
                text.push(char::from(ALPHABET[(three >> (18 - 6 * place) & 63) as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors from RFC 4648, section 10.
    #[test]
    fn base64_is_that_of_the_standard() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn bold_is_wider_and_width_grows_with_size() {
        let regular = width("Referrals", 30.0, Weight::Regular);
        assert!(width("Referrals", 30.0, Weight::Bold) > regular);
        assert!((width("Referrals", 60.0, Weight::Regular) - 2.0 * regular).abs() < 1e-9);
    }

    #[test]
    fn a_shortened_text_fits_and_says_that_it_was_cut() {
        let short = shortened("Local authority services and others", 30.0, Weight::Regular, 200.0);
        assert!(short.ends_with('…') && width(&short, 30.0, Weight::Regular) <= 200.0, "{short}");
    }

    #[test]
    fn wrapped_lines_hold_all_words_where_there_is_room() {
        let lines = wrapped("one two three four five six", 30.0, Weight::Regular, 150.0, 9);
        assert!(lines.len() > 1);
        assert_eq!(lines.join(" "), "one two three four five six");
    }

    #[test]
    fn letters_of_english_and_welsh_names_are_in_the_font() {
        for letter in "Ynys Môn, Rhondda Cynon Tâf, ŵ ŷ Ŵ Ŷ ’ – … £ 0,9% × ≥".chars() {
            assert!(FACES.iter().all(|face| face.glyph_index(letter).is_some()), "{letter}");
        }
    }
}
