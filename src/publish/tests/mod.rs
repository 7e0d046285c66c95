//! The pack as a whole: what every chart and the report must be for any authority.

mod gallery;
mod measured;
mod pack;
mod pathway;
mod pictures;
mod ranges;
mod said;
mod told;
mod workbook;

use std::collections::BTreeSet;
use std::fs;

use resvg::usvg::roxmltree::{Document, ParsingOptions};
use sha2::{Digest, Sha256};

use super::charts::{self, Chart};
use super::sentences::limits;
use super::series::PackSeries;
use super::{PackContents, PublishError, PublishOptions, WorkbookFormat, findings_table, report, text_files, write};
use crate::disclosure::Profile;
use crate::panel::{Finding, Place, Severity, Statement};
use pack::Sample;

fn samples() -> Vec<(&'static str, PackContents)> {
    let internal = Sample { profile: Profile::Internal, ..Sample::usual() };
    let with_pathway = |in_need: f64, posts: Option<f64>, profile: Profile| {
        let mut contents = Sample { profile, ..Sample::usual() }.pack();
        contents.pathway = Some(pathway::pathway(in_need, profile, posts));
        contents
    };
    let short = Sample { months: 5, horizon: 3, ..Sample::usual() };
    [
        ("usual", Sample::usual().pack()),
        ("one series", Sample::areas(1).pack()),
        ("sixty series", Sample::areas(60).pack()),
        ("hidden counts", Sample::tiny().pack()),
        ("nothing", Sample::empty().pack()),
        ("internal", internal.pack()),
        ("dfe-cin", Sample { profile: Profile::DfeCin, ..Sample::usual() }.pack()),
        ("short history", short.pack()),
        ("hostile", hostile()),
        ("pathway", with_pathway(2_300.0, None, Profile::Published)),
        ("pathway and posts", with_pathway(2_300.0, Some(140.0), Profile::Internal)),
        ("pathway of a few", with_pathway(9.0, Some(1.0), Profile::Published)),
    ]
    .into_iter()
    .chain(gallery::states().into_iter().map(|state| (state.id, state.contents)))
    .collect()
}

/// Names that try to break out of every format, and names without end.
fn hostile() -> PackContents {
    let mut sample = Sample::usual();
    sample.sources[0].0 = "</text><script>alert(1)</script>".to_owned();
    sample.sources[1].0 = "=HYPERLINK(\"http://example.org\")".to_owned();
    sample.sources[2].0 = "A very long source name ".repeat(12);
    sample.sources[3].0 = "\u{202e}reversed \u{1F6A8} 学校".to_owned();
    let mut contents = sample.pack();
    contents.title = "<img src=x onerror=alert(1)> & more".to_owned();
    contents.authority = "The \"Royal\" Borough of ".repeat(8);
    contents.source = "Source ".repeat(60);
    contents
}

fn charts_of(contents: &PackContents) -> Vec<Chart> {
    charts::all(contents, &PackSeries::read(contents))
}

#[test]
fn a_file_of_a_chart_is_159_by_100_millimetres() {
    let contents = Sample::usual().pack();
    let svg = charts_of(&contents)[0].file().expect("drawn").svg;
    let document = Document::parse(&svg).expect("valid XML");
    assert_eq!(document.root_element().attribute("width"), Some("159mm"));
    assert_eq!(document.root_element().attribute("height"), Some("100mm"));
}

#[test]
fn every_pack_has_the_whole_set_of_charts_in_one_order() {
    let ids = |contents: &PackContents| charts_of(contents).iter().map(|chart| chart.id.clone()).collect::<Vec<_>>();
    let whole = [
        "history-and-forecast",
        "next-year",
        "by-source",
        "seasonal-pattern",
        "last-forecasts",
        "backtest",
        "coverage",
        "data-quality",
    ];
    assert_eq!(ids(&Sample::usual().pack()), whole);
    let without_figures = ids(&Sample::empty().pack());
    assert_eq!(without_figures.len(), 6, "{without_figures:?}");
}

/// Reads the page as XML after closing the elements that HTML leaves open.
fn with_page(contents: &PackContents, see: impl Fn(&Document<'_>, &str)) {
    let series = PackSeries::read(contents);
    let page = report::html(contents, &series, &charts::all(contents, &series)).expect("a report");
    let xml = page.replace("<!DOCTYPE html>", "").replace("<br>", "<br/>").replace(" hidden>", " hidden=\"\">");
    let mut parts = xml.split("<meta ");
    let before = parts.next().unwrap_or_default().to_owned();
    let closed = |part: &str| part.split_once('>').map(|(tag, rest)| format!("<meta {tag}/>{rest}"));
    let xml = before + &parts.filter_map(closed).collect::<String>();
    let options = ParsingOptions { nodes_limit: u32::MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(xml.trim(), options).expect("well-formed markup");
    see(&document, &page);
}

#[test]
fn the_report_needs_nothing_but_itself_and_runs_its_own_script_only() {
    for (sample, contents) in samples() {
        with_page(&contents, |document, page| {
            for node in document.descendants().filter(|node| node.is_element()) {
                let name = node.tag_name().name();
                assert!(!["link", "iframe", "img", "object"].contains(&name), "{sample}: <{name}>");
                for attribute in node.attributes() {
                    assert!(!attribute.name().starts_with("on"), "{sample}: {}", attribute.name());
                    let refers = ["src", "href"].contains(&attribute.name());
                    assert!(!refers || attribute.value().starts_with('#'), "{sample}: {}", attribute.value());
                }
            }
            assert!(!page.contains("url(http") && !page.contains("@import"), "{sample}");
            let scripts: Vec<_> = document.descendants().filter(|node| node.has_tag_name("script")).collect();
            let text = include_str!("../report/report.js");
            assert!(scripts.len() == 1 && scripts[0].text() == Some(text), "{sample}: its own script and no other");
            let policies = document.descendants().filter(|node| node.attribute("http-equiv").is_some());
            let allowed: Vec<&str> = policies.filter_map(|node| node.attribute("content")).collect();
            let digest = super::charts::base64(&Sha256::digest(text));
            assert!(
                allowed.len() == 1 && allowed[0].contains(&format!("script-src 'sha256-{digest}';")),
                "{allowed:?}"
            );
            assert!(allowed[0].starts_with("default-src 'none';"), "{allowed:?}");
        });
    }
}

#[test]
fn the_report_has_landmarks_headings_in_order_and_tables_with_scope_and_caption() {
    for (sample, contents) in samples() {
        with_page(&contents, |document, _| {
            let html = document.root_element();
            assert_eq!(html.attribute("lang"), Some("en-GB"));
            let elements = || html.descendants().filter(|node| node.is_element());
            let count = |tag: &str| elements().filter(|node| node.tag_name().name() == tag).count();
            for landmark in ["header", "nav", "main", "footer", "h1"] {
                assert_eq!(count(landmark), 1, "{sample}: <{landmark}>");
            }
            let mut level = 0;
            for node in elements() {
                if let Some(next) = node.tag_name().name().strip_prefix('h').and_then(|rest| rest.parse::<u32>().ok()) {
                    assert!(next <= level + 1, "{sample}: h{next} after h{level}");
                    level = next;
                }
            }
            for table in elements().filter(|node| node.tag_name().name() == "table") {
                let children = || table.descendants();
                assert!(children().any(|node| node.has_tag_name("caption")), "{sample}");
                assert!(
                    children().filter(|node| node.has_tag_name("th")).all(|node| node.attribute("scope").is_some())
                );
            }
            let ids: Vec<&str> = elements().filter_map(|node| node.attribute("id")).collect();
            let unique: BTreeSet<&str> = ids.iter().copied().collect();
            assert_eq!(ids.len(), unique.len(), "{sample}: ids must be unique");
            for node in elements() {
                let wanted = node.attribute("aria-labelledby").into_iter().flat_map(|ids| ids.split(' '));
                let linked = node.attribute("href").and_then(|href| href.strip_prefix('#'));
                for id in wanted.chain(linked) {
                    assert!(unique.contains(id), "{sample}: `{id}` is nowhere");
                }
            }
        });
    }
}

#[test]
fn the_first_page_answers_in_the_agreed_words() {
    with_page(&Sample::usual().pack(), |_, page| {
        // 406 and 391 a month in April, rounded; 12 forecasts, of which three missed.
        assert!(page.contains("We expect about 390 referrals in April 2025."), "the expectation");
        assert!(page.contains("In 8 of 10 similar forecasts the number would lie between 330 and 450."), "the range");
        assert!(page.contains("Tested on 12 past months, each forecast 1 month ahead, it held 9 times."), "the record");
        assert!(page.contains("errors were 24% smaller than those of simply repeating last year"), "the verdict");
    });
}

#[test]
fn the_headline_and_the_forecast_beside_it_agree() {
    let headline = |contents: &PackContents| charts_of(contents)[0].headline.clone();
    let usual = Sample::usual().pack();
    let (total, series) = (PackSeries::read(&usual), |series: &PackSeries| series.total().cloned().expect("a total"));
    let expected = series(&total).next_year().and_then(|year| year.range.median.number()).expect("a forecast");
    let said = headline(&usual);
    let number: f64 =
        said.split_whitespace().filter_map(|word| word.replace(',', "").parse().ok()).next().expect("a number");
    // Two figures of it, and not of the year before.
    assert!((number - expected / 12.0).abs() <= 5.0, "{said} beside {expected} in a year");
    let before = series(&total).past_total(usual.origin, 12).expect("a year before");
    assert!((number - before / 12.0).abs() > 5.0, "{said} beside {before} in the year before");
}

#[test]
fn months_of_lockdown_are_not_the_usual_season() {
    let contents = Sample::usual().pack();
    let season = charts_of(&contents).into_iter().find(|chart| chart.id == "seasonal-pattern").expect("a season");
    assert!(season.subtitle.ends_with("last 5 years without lockdowns and forecast"), "{}", season.subtitle);
    let never = PackContents { lockdowns: Vec::new(), ..contents };
    let with = charts_of(&never).into_iter().find(|chart| chart.id == "seasonal-pattern").expect("a season");
    // The sample's April to July of 2020 are 28% down.
    let lowest = |chart: &Chart| {
        let csv = text_files::csv(&chart.sheet);
        let row = csv.lines().nth(5).expect("May").split(',').nth(1).expect("a figure").parse::<f64>();
        row.expect("a number")
    };
    assert!(lowest(&season) > lowest(&with), "{} {}", lowest(&season), lowest(&with));
}

#[test]
fn a_forecast_that_loses_to_last_year_says_so_first() {
    let mut contents = Sample::usual().pack();
    std::mem::swap(&mut contents.model, &mut contents.benchmark);
    with_page(&contents, |_, page| {
        assert!(page.contains("did not beat simply repeating last year"), "the warning");
        assert!(page.contains("Warning: It does worse than repeating last year"), "its heading");
    });
}

/// Every file of a pack by name.
fn published(contents: &PackContents) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().expect("a folder");
    let options = PublishOptions { png_width_pixels: 300, workbooks: vec![WorkbookFormat::Xlsx, WorkbookFormat::Ods] };
    let files = write(folder.path(), contents, &options).expect("a pack");
    let read = |path: &std::path::Path| fs::read(folder.path().join(path)).unwrap_or_default();
    files.iter().map(|file| (file.path.display().to_string(), read(&file.path))).collect()
}

#[test]
fn the_same_contents_give_the_same_bytes() {
    let contents = Sample::usual().pack();
    assert!(published(&contents) == published(&contents));
}

/// Neither tables nor coordinates nor words may tell one count from 1 to 7 from another.
#[test]
fn packs_that_differ_in_small_counts_only_are_published_alike() {
    let pack = |shift: f64| published(&Sample { shift, ..Sample::tiny() }.pack());
    let (one, other) = (pack(0.0), pack(1.0));
    assert_eq!(one.len(), other.len());
    for ((name, bytes), (_, other)) in one.iter().zip(&other) {
        assert!(bytes == other, "{name} tells small counts apart");
    }
}

#[test]
fn every_text_of_an_internal_pack_carries_its_marking() {
    let contents = Sample { profile: Profile::Internal, ..Sample::usual() }.pack();
    for (name, bytes) in published(&contents) {
        // What the program is made of is no secret.
        let is_figures = name != "sbom.cdx.json";
        if is_figures && [".csv", ".json", ".svg", ".html"].iter().any(|ending| name.ends_with(ending)) {
            assert!(String::from_utf8_lossy(&bytes).contains("OFFICIAL-SENSITIVE"), "{name}");
        }
    }
}

#[test]
fn a_picture_in_pixels_has_the_width_asked_for_and_ink_in_its_letters() {
    let contents = Sample::usual().pack();
    let svg = charts_of(&contents)[0].file().expect("drawn").svg;
    let png = charts::rasterised(&svg, 636).expect("a picture");
    let pixels = resvg::tiny_skia::Pixmap::decode_png(&png).expect("a PNG");
    assert_eq!((pixels.width(), pixels.height()), (636, 400));
    // The headline stands in the first eighth; without the font it would be white.
    let dark = pixels.pixels().iter().take(636 * 50).filter(|pixel| pixel.red() < 100).count();
    assert!(dark > 300, "{dark} dark pixels");
}

#[test]
fn a_table_under_another_profile_is_refused() {
    let mut contents = Sample::usual().pack();
    contents.history = Sample { profile: Profile::Internal, ..Sample::usual() }.pack().history;
    let folder = tempfile::tempdir().expect("a folder");
    let error = write(folder.path(), &contents, &PublishOptions::default()).err();
    assert!(matches!(error, Some(PublishError::Profile { table, .. }) if table == "history"));
}

#[test]
fn a_table_without_a_column_is_refused_by_name() {
    let mut contents = Sample::usual().pack();
    contents.recent = contents.coverage.clone();
    let folder = tempfile::tempdir().expect("a folder");
    let error = write(folder.path(), &contents, &PublishOptions::default()).err();
    assert!(matches!(error, Some(PublishError::Column { column, .. }) if column == "ds"));
}

#[test]
fn figures_behind_a_chart_are_csv_with_marks() {
    let contents = Sample::tiny().pack();
    let csv = text_files::csv(&charts_of(&contents)[0].sheet);
    assert!(csv.starts_with("period,observed,median,lo_50,hi_50,lo_80,hi_80,lo_95,hi_95\n"), "{csv}");
}

#[test]
fn losses_of_one_kind_are_told_once() {
    let loss = |count: u64| Finding {
        name: "missing-date",
        severity: Severity::Loss,
        what: Statement::records(count, "row has", "rows have").then(" no date"),
        place: Place::default(),
        count,
        meaning: "They are left out.",
        remedy: "Complete the dates.",
    };
    let told = |findings: &[Finding]| {
        let mut contents = Sample::usual().pack();
        contents.findings = findings_table(contents.profile, findings).expect("columns that fit");
        limits(&contents, &PackSeries::read(&contents)).pop()
    };
    assert_eq!(told(&[loss(14)]).as_deref(), Some("About 15 rows have no date."));
    let sentence = "About 15 rows have no date, and 2 findings alike; see data quality.";
    assert_eq!(told(&[loss(14), loss(3), loss(40)]).as_deref(), Some(sentence));
}
