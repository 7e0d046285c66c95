//! Tables of text: the first byte chooses options, the rest is the file.

use groundswell::ingest::{Format, InputOptions, SeriesColumns, read_series, recognise_source};
use groundswell::time::Frequency;

use super::{Names, bytes_named, counted, happened, said};

pub fn keeps(bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let source = bytes_named("table.csv", bytes);
    if choice % 8 == 7 {
        match read_series(source, &SeriesColumns::default(), None) {
            Ok(table) => table.blocks(3).for_each(|block| match block {
                Ok(block) => assert_eq!(block.panel.keys().len(), block.ends.len(), "series without an end"),
                Err(error) => said(&error, Names::Anything),
            }),
            Err(error) => said(&error, Names::Anything),
        }
        return;
    }
    let recognised = recognise_source(source.clone());
    let format = match &recognised {
        Ok(recognition) => recognition.format,
        // The columns are listed.
        Err(error) => return said(error, Names::Anything),
    };
    if format == Format::Ssda903 {
        let _ = happened(&[source], super::names_of_table(bytes));
        return;
    }
    let names = if format == Format::Referrals { super::names_of_table(bytes) } else { Names::Anything };
    let all = recognised.map(|recognition| recognition.dimensions).unwrap_or_default();
    let mut options = InputOptions::default();
    match choice % 8 {
        0 => options.dimensions = all,
        1 => options.dimensions = all.into_iter().take(1).collect(),
        2 => options.frequency = Some(Frequency::Week),
        3 => options.date_order = groundswell::ingest::DateOrder::MonthFirst,
        4 => options.extract_date = Some(groundswell::time::Date::constant(2021, 9, 17)),
        5 => options.excel_1904 = true,
        _ => options.from = Some(groundswell::time::Date::constant(2021, 6, 1)),
    }
    let _ = counted(&options, &[source], names);
}
