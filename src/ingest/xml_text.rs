//! The bytes of an XML document as Unicode text: hashed, their lines counted, and never more than a bounded piece at once.

use std::io::{BufRead, Error, ErrorKind, Read, Result};

use sha2::{Digest, Sha256};

use super::encoding::{hexadecimal, to_unicode};

/// Bytes read at once, of a small document and of a large one.
const FIRST_CHUNK: usize = 1 << 12;
const CHUNK: usize = 1 << 17;

/// How long one tag, comment or piece of text may be: far more than any field of a return, far less than memory.
const MOST_PIECE_BYTES: usize = 1 << 20;

/// What is wrong with the text, where the error of the operating system or the parser can't say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextFault {
    /// A zero byte.
    ZeroByte,
    /// One piece is longer than any field.
    LongPiece,
    /// An encoding that isn't read.
    Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Utf8,
    Windows1252,
    Utf16 { big_endian: bool },
}

/// Text of a document, for a parser that takes UTF-8.
pub(super) struct XmlText<R> {
    inner: R,
    written: Option<Written>,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
    hash: Sha256,
    bytes: u64,
    line: u64,
    piece: usize,
    /// The encoding that was converted, if any.
    pub(super) converted: Option<&'static str>,
    /// What is wrong, where reading failed for it.
    pub(super) fault: Option<TextFault>,
}

impl<R: Read> XmlText<R> {
    pub(super) fn new(inner: R) -> XmlText<R> {
        XmlText {
            inner,
            written: None,
            raw: Vec::new(),
            text: Vec::new(),
            at: 0,
            ended: false,
            hash: Sha256::new(),
            bytes: 0,
            line: 1,
            piece: 0,
            converted: None,
            fault: None,
        }
    }

    /// The line that has been reached, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Bytes read of the file.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The hash of the bytes that were read.
    pub(super) fn sha256(&self) -> String {
        hexadecimal(&self.hash.clone().finalize())
    }

    /// The parser has taken a whole piece: the next may be long again.
    pub(super) fn next_piece(&mut self) {
        self.piece = 0;
    }

    fn failed(&mut self, fault: TextFault) -> Error {
        self.fault = Some(fault);
        ErrorKind::InvalidData.into()
    }

    fn refill(&mut self) -> Result<()> {
        self.text.clear();
        self.at = 0;
        while self.text.is_empty() && !self.ended {
            let kept = self.raw.len();
            self.raw.resize(kept + (self.bytes as usize).clamp(FIRST_CHUNK, CHUNK), 0);
            let read = loop {
                match self.inner.read(&mut self.raw[kept..]) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    read => break read,
                }
            };
            let read = match read {
                Ok(read) => read,
                Err(error) => {
                    self.raw.truncate(kept);
                    return Err(error);
                }
            };
            self.raw.truncate(kept + read);
            self.hash.update(&self.raw[kept..]);
            self.bytes += read as u64;
            self.ended = read == 0;
            // A declaration is looked for once, in a piece that is long enough to hold it.
            if self.written.is_none() && (self.raw.len() >= 256 || self.ended) {
                let (written, mark) =
                    encoding_of(&self.raw).ok_or(()).map_err(|()| self.failed(TextFault::Encoding))?;
                self.raw.drain(..mark);
                self.converted = match written {
                    Written::Utf8 => None,
                    Written::Windows1252 => Some("Windows-1252"),
                    Written::Utf16 { .. } => Some("UTF-16"),
                };
                self.written = Some(written);
            }
            if let Some(written) = self.written {
                self.decode(written);
            }
        }
        if self.text.contains(&0) {
            let before = self.text.iter().position(|byte| *byte == 0).unwrap_or(0);
            self.line += newlines(&self.text[..before]);
            return Err(self.failed(TextFault::ZeroByte));
        }
        Ok(())
    }

    fn decode(&mut self, written: Written) {
        match written {
            Written::Utf8 => match std::str::from_utf8(&self.raw) {
                Ok(_) => self.text.append(&mut self.raw),
                // A letter that the next chunk completes.
                Err(error) if error.error_len().is_none() && !self.ended => {
                    let rest = self.raw.split_off(error.valid_up_to());
                    self.text = std::mem::replace(&mut self.raw, rest);
                }
                Err(_) => {
                    self.written = Some(Written::Windows1252);
                    self.decode(Written::Windows1252);
                }
            },
            Written::Windows1252 => {
                self.text.append(&mut self.raw);
                if let Some(encoding) = to_unicode(&mut self.text) {
                    self.converted = Some(encoding);
                }
            }
            Written::Utf16 { big_endian } => {
                let pair = |pair: &[u8]| {
                    if big_endian {
                        u16::from_be_bytes([pair[0], pair[1]])
                    } else {
                        u16::from_le_bytes([pair[0], pair[1]])
                    }
                };
                let mut units: Vec<u16> = self.raw.chunks_exact(2).map(pair).collect();
                let cut = units.last().is_some_and(|unit| (0xD800..0xDC00).contains(unit)) && !self.ended;
                if cut {
                    units.pop();
                }
                let letters = char::decode_utf16(units.iter().copied());
                let text: String = letters.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
                self.text = text.into_bytes();
                self.raw.drain(..units.len() * 2);
            }
        }
    }
}

impl<R: Read> Read for XmlText<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let available = self.fill_buf()?;
        let taken = available.len().min(into.len());
        into[..taken].copy_from_slice(&available[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

impl<R: Read> BufRead for XmlText<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.piece > MOST_PIECE_BYTES {
            return Err(self.failed(TextFault::LongPiece));
        }
        if self.at >= self.text.len() {
            self.refill()?;
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        let end = (self.at + amount).min(self.text.len());
        self.line += newlines(&self.text[self.at..end]);
        self.piece += end - self.at;
        self.at = end;
    }
}

fn newlines(text: &[u8]) -> u64 {
    text.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// The encoding by byte-order mark or declaration, and how long the mark is; nothing for one that isn't read.
fn encoding_of(start: &[u8]) -> Option<(Written, usize)> {
    match start {
        [0xEF, 0xBB, 0xBF, ..] => return Some((Written::Utf8, 3)),
        [0xFF, 0xFE, ..] => return Some((Written::Utf16 { big_endian: false }, 2)),
        [0xFE, 0xFF, ..] => return Some((Written::Utf16 { big_endian: true }, 2)),
        [b'<', 0, _, 0, ..] => return Some((Written::Utf16 { big_endian: false }, 0)),
        [0, b'<', 0, _, ..] => return Some((Written::Utf16 { big_endian: true }, 0)),
        _ => {}
    }
    let start = String::from_utf8_lossy(&start[..start.len().min(256)]).to_lowercase();
    let declaration = start.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    let named = declaration.and_then(|(declaration, _)| declaration.split_once("encoding"));
    let Some((_, named)) = named else { return Some((Written::Utf8, 0)) };
    match named.split(['"', '\'']).nth(1)? {
        "utf-8" | "utf8" | "us-ascii" | "ascii" => Some((Written::Utf8, 0)),
        "windows-1252" | "iso-8859-1" | "latin1" | "cp1252" => Some((Written::Windows1252, 0)),
        // Declared so by a program that then wrote something else.
        "utf-16" => Some((Written::Utf8, 0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> (String, Option<&'static str>) {
        // One byte at a time: no letter may be lost where a chunk ends.
        let mut text = XmlText::new(bytes);
        let mut all = String::new();
        text.read_to_string(&mut all).expect("Unicode");
        (all, text.converted)
    }

    #[test]
    fn encodings_become_unicode() {
        let words = "<?xml version=\"1.0\"?>\n<a>N\u{f6}rth \u{1F30A}</a>";
        let utf16 = |big: bool| {
            let units = std::iter::once(0xFEFF).chain(words.encode_utf16());
            units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect::<Vec<u8>>()
        };
        assert_eq!(text(words.as_bytes()), (words.to_string(), None));
        assert_eq!(text(&utf16(true)), (words.to_string(), Some("UTF-16")));
        assert_eq!(text(&utf16(false)), (words.to_string(), Some("UTF-16")));
        assert_eq!(text(b"<a>N\xF6rth</a>"), ("<a>N\u{f6}rth</a>".to_string(), Some("Windows-1252")));
    }

    #[test]
    fn a_piece_without_end_is_refused() {
        let endless = vec![b'x'; MOST_PIECE_BYTES * 2];
        let mut text = XmlText::new(&endless[..]);
        let mut all = Vec::new();
        assert!(text.read_to_end(&mut all).is_err());
        assert_eq!(text.fault, Some(TextFault::LongPiece));
        assert!(all.len() <= MOST_PIECE_BYTES + CHUNK);
    }

    #[test]
    fn lines_are_counted_up_to_a_zero_byte() {
        let mut text = XmlText::new(&b"<a>\n\n\0</a>"[..]);
        assert!(text.read_to_end(&mut Vec::new()).is_err());
        assert_eq!((text.fault, text.line()), (Some(TextFault::ZeroByte), 3));
    }
}
