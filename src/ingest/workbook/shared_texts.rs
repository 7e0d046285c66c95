//! How many texts a workbook claims to share among its cells. The decoder makes room for as many before it reads one, so a
//! claim of billions would end the process.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::Event;

/// Whether a part is the one with the texts; the folder is any.
pub(super) fn is_shared_texts(name: &[u8]) -> bool {
    name.to_ascii_lowercase().ends_with(b"sharedstrings.xml")
}

/// Whether the part claims more texts than it has bytes. What is no such part claims none: the decoder refuses it.
pub(super) fn claims_too_many(part: impl BufRead, bytes: u64) -> bool {
    let mut reader = Reader::from_reader(part);
    // As lenient as the decoder, which must not see a claim that isn't seen here.
    let config = reader.config_mut();
    (config.check_end_names, config.check_comments) = (false, false);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) if tag.local_name().as_ref() == "sst" => {
                return claims(tag.attributes_raw()).any(|claim| claim.is_none_or(|claim| claim > bytes));
            }
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// The numbers behind every `uniqueCount` of a tag, however it is quoted; none for one that is past counting.
fn claims(attributes: &str) -> impl Iterator<Item = Option<u64>> {
    attributes.split("uniqueCount").skip(1).filter_map(|after| {
        let value = after.trim_start_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let end = value.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(value.len());
        (end > 0).then(|| value[..end].parse().ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_of_more_texts_than_bytes_is_seen_however_it_is_written() {
        let claims = |tag: &str| {
            let part = format!("<?xml version='1.0'?><!-- <sst uniqueCount='99999'> --><{tag}<si/></sst>");
            claims_too_many(part.as_bytes(), part.len() as u64)
        };
        for honest in
            ["sst>", "sst count='9999999' uniqueCount='1'>", "s:sst uniqueCount=\"12\"/>", "sst uniqueCount='x'>"]
        {
            assert!(!claims(honest), "{honest}");
        }
        for tag in [
            "sst uniqueCount='7777777777777164'/>",
            "s:sst count='1' uniqueCount = \"0000000009999\">",
            "sst uniqueCount='99999999999999999999999999'>",
        ] {
            assert!(claims(tag), "{tag}");
        }
        assert!(!claims_too_many(&b"<sst"[..], 4), "what breaks off is the decoder's to refuse");
    }
}
