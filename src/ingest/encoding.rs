//! Bytes to text: UTF-8, UTF-16 and Windows-1252.

/// How text is written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, or Windows-1252 in blocks that are not UTF-8.
    Bytes,
    Utf16 {
        big_endian: bool,
    },
}

/// Makes a block that is not UTF-8 so, reading it as Windows-1252; says what was done.
pub(super) fn to_unicode(text: &mut Vec<u8>) -> Option<&'static str> {
    /// Bytes 0x80 to 0x9F of Windows-1252; the five that are not assigned keep their number.
    /// Source: unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT.
    const HIGH: [char; 32] = [
        '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2C6}',
        '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}', '\u{90}', '\u{2018}', '\u{2019}',
        '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}',
        '\u{153}', '\u{9D}', '\u{17E}', '\u{178}',
    ];
    if std::str::from_utf8(text).is_ok() {
        return None;
    }
    let mut unicode = Vec::with_capacity(text.len() + text.len() / 8);
    // ASCII is the same in both, and most of the text: run by run, each up to and with another letter.
    for run in text.chunk_by(|before, _| before.is_ascii()) {
        let [ascii @ .., last @ 0x80..=0xFF] = run else {
            unicode.extend_from_slice(run);
            continue;
        };
        unicode.extend_from_slice(ascii);
        let letter = if *last < 0xA0 { HIGH[usize::from(last - 0x80)] } else { char::from(*last) };
        unicode.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    }
    *text = unicode;
    Some("Windows-1252")
}

/// Bytes as hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
