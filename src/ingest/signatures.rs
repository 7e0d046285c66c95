//! What files are by their first and last bytes.

use std::io::SeekFrom;

use super::frames::Container;
use super::source::ReadAgain;

/// Files that analysts name by mistake, by their first bytes.
pub(super) fn known_otherwise(start: &[u8]) -> Option<(&'static str, &'static str)> {
    const EXPORT: &str = "save the sheet as CSV (UTF-8) and name that";
    const UNPACK: &str = "unpack it and name the file inside";
    match start {
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some(("an old Excel workbook", EXPORT)),
        [0x1F, 0x8B, ..] => Some(("a gzip archive", UNPACK)),
        [b'7', b'z', 0xBC, 0xAF, ..] => Some(("a 7-zip archive", UNPACK)),
        [b'%', b'P', b'D', b'F', ..] => Some(("a PDF document", "name the table that it was made from")),
        [0x89, b'P', b'N', b'G', ..] => Some(("a picture", "name the table that it was made from")),
        [0xFF, 0xFF, 0xFF, 0xFF, ..] => {
            Some(("an Arrow stream", "write it as an Arrow file (Feather) or Parquet and name that"))
        }
        start if is_web_page(start) => Some(("a web page", "download the file itself, not the page about it")),
        [b'{', ..] => Some(("a JSON document", "export the table as CSV")),
        _ => None,
    }
}

pub(super) fn is_web_page(start: &[u8]) -> bool {
    let start = start.to_ascii_lowercase();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

/// A file that was cut short lacks the mark at its end; a length that its end claims must fit into it.
pub(super) fn check_end(container: Container, input: &mut dyn ReadAgain, size: Option<u64>) -> Result<(), String> {
    let (mark, least): (&[u8], u64) = match container {
        Container::Parquet => (b"PAR1", 12),
        Container::Arrow => (b"ARROW1", 18),
    };
    let cut = || "its end is missing".to_string();
    let size = size.ok_or_else(cut)?;
    if size < least {
        return Err(cut());
    }
    let tail = mark.len() + 4;
    let mut end = vec![0; tail];
    input
        .seek(SeekFrom::End(-(tail as i64)))
        .and_then(|_| input.read_exact(&mut end))
        .map_err(|error| error.to_string())?;
    if end[4..] != *mark {
        return Err(cut());
    }
    let footer = u32::from_le_bytes([end[0], end[1], end[2], end[3]]);
    if u64::from(footer) > size - least {
        return Err("its footer is longer than the file".into());
    }
    Ok(())
}
