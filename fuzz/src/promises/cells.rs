//! Single cells: each line becomes a date, a source, a need, an age or an amount in a table that is sound but for it.

use std::fmt::Write;

use groundswell::ingest::InputOptions;

use super::{CHILD, Names, bytes_named, counted};

pub fn keeps(bytes: &[u8]) {
    let Some((choice, text)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(text);
    let mut table = String::new();
    let cell = |line: &str| format!("\"{}\"", line.replace('"', "\"\""));
    // Writing to a string can't fail.
    if choice % 2 == 0 {
        table.push_str("child_id,referral_date,source,need,no_further_action,age,date_of_birth,area\n");
        for (number, line) in text.lines().enumerate() {
            let cell = cell(line);
            let dated = if number % 2 == 0 { cell.as_str() } else { "2021-05-14" };
            let born = if number % 3 == 0 { cell.as_str() } else { "2010-02-03" };
            let _ = writeln!(table, "{CHILD}{number},{dated},{cell},{cell},{cell},{cell},{born},North");
        }
        let _ = writeln!(table, "{CHILD},{CHILD},{CHILD},{CHILD},{CHILD},{CHILD},{CHILD},South");
        for month in 1..13 {
            let _ = writeln!(table, "{CHILD}m,2021-{month:02}-28,Police,N1,No,7,2014-01-01,North");
        }
    } else {
        table.push_str("area,month,referrals\n");
        for (number, line) in text.lines().enumerate() {
            let cell = cell(line);
            let _ = match number % 3 {
                0 => writeln!(table, "North,{cell},{number}"),
                1 => writeln!(table, "South,2021-{:02}-01,{cell}", number % 12 + 1),
                _ => writeln!(table, "{cell},2021-04-01,{number}"),
            };
        }
        let _ = writeln!(table, "North,2020-01-01,5");
    }
    let source = bytes_named("cells.csv", table.as_bytes());
    let asked: &[&str] = if choice % 2 == 1 { &["area"] } else { &["source", "age_band", "need", "no_further_action"] };
    let dimensions = asked.iter().map(ToString::to_string).collect();
    let options = InputOptions { dimensions, ..InputOptions::default() };
    let _ = counted(&options, &[source], if choice % 2 == 0 { Names::NoChild } else { Names::Anything });
}
