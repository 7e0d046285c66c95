//! What a zip archive holds and inflates to, found out before anything of it is used.
//!
//! Sizes that an archive claims are checked against limits, and then against what its parts really inflate to, in a
//! buffer of fixed size; so neither a claim nor a lie can fill the memory.
//! Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", version 6.3.10, sections 4.3 and 4.4.

use std::io::{BufReader, Read};

use flate2::read::DeflateDecoder;

use super::shared_texts::{claims_too_many, is_shared_texts};

/// How much all parts together may inflate to; the lists of the largest council are a tenth of it.
const MOST_INFLATED: u64 = 512 << 20;

/// How many parts an archive may have; a workbook has a few dozen.
const MOST_PARTS: u16 = 10_000;

/// What is wrong with an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It breaks off or contradicts itself.
    Damaged(&'static str),
    /// It inflates past the limit.
    TooLarge,
    /// It needs a password.
    Encrypted,
    /// It is an archive of something else: what, and what to do.
    Other(&'static str, &'static str),
}

/// Checks that an archive is a workbook that can be opened without harm; gives how many bytes its parts inflate to.
pub(super) fn check(bytes: &[u8]) -> Result<u64, Refusal> {
    let parts = directory(bytes)?;
    let named = |wanted: &str| parts.iter().any(|part| part.name.eq_ignore_ascii_case(wanted.as_bytes()));
    const SAVE: &str = "open it and save it as an Excel workbook (.xlsx)";
    if named("xl/workbook.bin") {
        return Err(Refusal::Other("a binary Excel workbook (.xlsb)", SAVE));
    }
    if named("content.xml") {
        return Err(Refusal::Other("an OpenDocument file", SAVE));
    }
    if !named("xl/workbook.xml") {
        return Err(Refusal::Other("a zip archive", "unpack it and name the file inside"));
    }
    let mut total = 0_u64;
    for part in &parts {
        total += u64::from(part.inflated);
        if total > MOST_INFLATED {
            return Err(Refusal::TooLarge);
        }
    }
    let mut stretches = Vec::new();
    for part in &parts {
        let data = part.data(bytes)?;
        stretches.push((part.local, data.end));
        if inflated(&bytes[data], part) != Some(u64::from(part.inflated)) {
            return Err(Refusal::Damaged("a part of it inflates to another size than it says"));
        }
        if is_shared_texts(part.name) && claims_too_many(part.unpacked(bytes)?, u64::from(part.inflated)) {
            return Err(Refusal::Damaged("it says that it holds more texts than it can"));
        }
    }
    // Parts that share their bytes let a small file inflate many times over.
    stretches.sort_unstable();
    if stretches.windows(2).any(|pair| pair[0].1 > pair[1].0) {
        return Err(Refusal::Damaged("parts of it lie over one another"));
    }
    Ok(total)
}

/// One part as the directory describes it.
struct Part<'b> {
    name: &'b [u8],
    deflated: bool,
    stored: u32,
    inflated: u32,
    local: usize,
}

impl Part<'_> {
    /// Where its bytes lie.
    fn data(&self, bytes: &[u8]) -> Result<std::ops::Range<usize>, Refusal> {
        const CUT: Refusal = Refusal::Damaged("a part of it is missing");
        let head = bytes.get(self.local..).and_then(|rest| rest.get(..30)).ok_or(CUT)?;
        if !head.starts_with(b"PK\x03\x04") {
            return Err(CUT);
        }
        let start = self.local + 30 + usize::from(half(head, 26)) + usize::from(half(head, 28));
        let end = start + self.stored as usize;
        if end > bytes.len() { Err(CUT) } else { Ok(start..end) }
    }

    /// What it inflates to, piece by piece.
    fn unpacked<'b>(&self, bytes: &'b [u8]) -> Result<BufReader<Box<dyn Read + 'b>>, Refusal> {
        let data = &bytes[self.data(bytes)?];
        Ok(BufReader::new(if self.deflated { Box::new(DeflateDecoder::new(data)) } else { Box::new(data) }))
    }
}

/// How many bytes a part inflates to, counted no further than one past what it says; nothing where it is damaged.
fn inflated(data: &[u8], part: &Part<'_>) -> Option<u64> {
    if !part.deflated {
        return Some(data.len() as u64);
    }
    let mut reader = DeflateDecoder::new(data).take(u64::from(part.inflated) + 1);
    std::io::copy(&mut reader, &mut std::io::sink()).ok()
}

/// The parts that the directory at the end lists.
fn directory(bytes: &[u8]) -> Result<Vec<Part<'_>>, Refusal> {
    const CUT: Refusal = Refusal::Damaged("its end is missing: it was cut short");
    // The end has 22 bytes and a comment of up to 65,535.
    let earliest = bytes.len().saturating_sub(22 + usize::from(u16::MAX));
    let tail = &bytes[earliest..];
    let at = tail.windows(4).rposition(|window| window == b"PK\x05\x06").ok_or(CUT)?;
    let end = tail.get(at..at + 22).ok_or(CUT)?;
    let (count, mut from) = (half(end, 10), word(end, 16) as usize);
    if count > MOST_PARTS || from == u32::MAX as usize {
        return Err(Refusal::Damaged("it has more parts than any workbook"));
    }
    let mut parts = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let entry =
            bytes.get(from..from.saturating_add(46)).filter(|entry| entry.starts_with(b"PK\x01\x02")).ok_or(CUT)?;
        let name_at = from + 46;
        let name = bytes.get(name_at..name_at + usize::from(half(entry, 28))).ok_or(CUT)?;
        if half(entry, 8) & 1 != 0 {
            return Err(Refusal::Encrypted);
        }
        let deflated = match half(entry, 10) {
            0 => false,
            8 => true,
            _ => return Err(Refusal::Damaged("a part of it is packed in a way that Excel doesn't use")),
        };
        if leads_outside(name) {
            return Err(Refusal::Damaged("a part of it has a path that leads outside the workbook"));
        }
        parts.push(Part {
            name,
            deflated,
            stored: word(entry, 20),
            inflated: word(entry, 24),
            local: word(entry, 42) as usize,
        });
        from = name_at + name.len() + usize::from(half(entry, 30)) + usize::from(half(entry, 32));
    }
    Ok(parts)
}

fn leads_outside(name: &[u8]) -> bool {
    name.starts_with(b"/")
        || name.starts_with(b"\\")
        || name.contains(&b':')
        || name.contains(&0)
        || name.split(|byte| matches!(byte, b'/' | b'\\')).any(|step| step == b"..")
}

fn half(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
