//! Every chart in every state that may befall it, on one page: for eyes, and for the tests of pictures.
//!
//! `GROUNDSWELL_GALLERY=docs/gallery cargo test --lib gallery` writes it (docs/gallery/README.md).

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::pack::Sample;
use super::told::Told;
use super::{charts_of, pathway};
use crate::disclosure::{FigureColumn, Figures, LabelColumn, ProtectedTable, protect};
use crate::publish::charts::{Chart, Shape, font_face_css, rasterised};
use crate::publish::{Lockdown, PackContents};
use crate::time::Period;

/// A pack that shows what a chart does.
pub struct State {
    pub id: &'static str,
    title: &'static str,
    pub contents: PackContents,
}

/// The sample with everything that a pack can have.
fn whole(sample: &Sample, suffix: &'static str, force: f64) -> PackContents {
    let mut contents = sample.pack();
    let level: f64 = sample.sources.iter().map(|(_, level)| *level).sum();
    let groups = sample.sources.iter().map(|(name, _)| name.clone()).collect();
    let told = Told { origin: contents.origin, level, profile: sample.profile, groups, suffix, force };
    contents.futures = Some(told.futures());
    contents.pathway = Some(pathway::pathway(level * 5.0, sample.profile, Some((level / 4.0).ceil())));
    contents.completeness = Some(completeness(sample, contents.origin));
    contents
}

/// How complete some fields are: one always, one from some day on, one less and less, one never.
fn completeness(sample: &Sample, origin: Period) -> ProtectedTable {
    const FIELDS: [&str; 5] = ["referral_date", "age", "need_on_referral", "postcode", "ethnicity"];
    let months = sample.months.min(48);
    let share = |field: usize, month: usize| match field {
        0 => 1.0,
        1 => f64::from(month >= months / 3),
        2 => 1.0 - 0.7 * month as f64 / months as f64,
        3 => 0.0,
        _ if month % 11 == 10 => f64::NAN,
        _ => 0.93,
    };
    let (mut field, mut ds, mut shares) = (vec![], vec![], vec![]);
    for (place, name) in FIELDS.iter().enumerate() {
        for month in 0..months {
            field.push(*name);
            ds.push(origin.plus(1 + month as i32 - months as i32).first_day());
            shares.push(share(place, month));
        }
    }
    let labels = vec![LabelColumn::text("field", field), LabelColumn::dates("ds", ds)];
    let figures = Figures::new("completeness", labels, vec![FigureColumn::shares("share", shares)]);
    protect(sample.profile, figures.expect("the columns fit"))
}

/// Every state of the gallery.
pub fn states() -> Vec<State> {
    let state = |id, title, contents| State { id, title, contents };
    let usual = Sample::usual();
    let times = |factor: f64| {
        let sources = usual.sources.iter().map(|(name, level)| (name.clone(), level * factor)).collect();
        Sample { sources, ..usual.clone() }
    };
    let long = |name: &str| format!("{name} and everyone else who works with them in the whole of the county");
    let names = usual.sources.iter().map(|(name, level)| (long(name), *level)).collect();
    let mut long_names = whole(
        &Sample { sources: names, ..usual.clone() },
        ", and what else might follow from it in the months after",
        1.0,
    );
    long_names.authority =
        "The Royal Metropolitan Borough of Northtown-under-Wychwood and the Eastern Parishes".to_owned();
    let mut at_edges = whole(&usual, "", 1.0);
    let view = at_edges.origin.plus(-83);
    let closed = |label: &str, first: Period, last: Period| Lockdown {
        label: label.to_owned(),
        first_day: first.first_day(),
        last_day: last.last_day(),
    };
    at_edges.lockdowns = vec![
        closed("1st lockdown", view.plus(-2), view.plus(1)),
        closed("2nd lockdown", at_edges.origin.plus(-1), at_edges.origin),
        closed("3rd lockdown", at_edges.origin.plus(11), at_edges.origin.plus(12)),
    ];
    vec![
        state("normal", "As usual", whole(&usual, "", 1.0)),
        state("one", "One series", whole(&Sample::areas(1), "", 1.0)),
        state("sixty", "Sixty series", whole(&Sample::areas(60), "", 1.0)),
        state("huge", "Huge numbers", whole(&times(1e6), "", 1.0)),
        state("tiny", "Tiny counts, most of them hidden", whole(&Sample::tiny(), "", 1.0)),
        state("long", "Very long names", long_names),
        state("less", "Large negative differences", whole(&usual, "", 12.0)),
        state("edges", "Lockdowns at the edges", at_edges),
        state("short", "Three months of history", whole(&Sample { months: 3, horizon: 3, ..usual.clone() }, "", 1.0)),
        state("empty", "No data", Sample::empty().pack()),
    ]
}

/// A text as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const STYLE: &str = "\
body { margin: 0 auto; padding: 1rem; max-width: 60rem; font-family: Inter, Arial, sans-serif; line-height: 1.5; \
color: #0B0C0C; background: #FFFFFF; }\n\
a { color: #12436D; } a:focus-visible { outline: 3px solid #0B0C0C; background: #FFDD00; }\n\
figure { margin: 0 0 3rem; } figcaption { margin-top: 0.5rem; } svg { width: 100%; height: auto; display: block; }\n\
.narrow { display: none; } @media (max-width: 40rem) { .wide { display: none; } .narrow { display: block; } }\n";

/// One chart on the page. Ids are told apart by the state.
fn figure(state: &State, chart: &Chart) -> String {
    let draw = |shape: Shape| {
        let svg = chart.inline(shape).expect("a picture").svg;
        svg.replace(&format!("\"{}-", chart.id), &format!("\"{}-{}-", state.id, chart.id))
            .replace(&format!(" {}-", chart.id), &format!(" {}-{}-", state.id, chart.id))
    };
    format!(
        "<figure>\n<h3 id=\"{state}-{id}\">{headline}</h3>\n<p>{subtitle}</p>\n<div class=\"wide\">{wide}</div>\n\
         <div class=\"narrow\">{narrow}</div>\n<figcaption><p>{note}</p><p>Alternative text: {description}</p>\
         <p><a href=\"{state}/{id}.svg\">{id}.svg<span> of “{title}”</span></a>, <a href=\"{state}/{id}.png\">{id}.png\
         <span> of “{title}”</span></a></p></figcaption>\n</figure>\n",
        state = state.id,
        title = state.title,
        id = chart.id,
        headline = escaped(&chart.headline),
        subtitle = escaped(&chart.subtitle),
        wide = draw(Shape::Wide),
        narrow = draw(Shape::Narrow),
        note = escaped(chart.note.as_deref().unwrap_or("")),
        description = escaped(&chart.description),
    )
}

/// Writes the page and every chart as SVG and PNG.
fn write(folder: &Path, png_width: u32) {
    let states = states();
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>Every chart in every state</title>\n<style>{}{STYLE}\
         </style>\n</head>\n<body>\n<header><h1>Every chart in every state</h1>\n<p>All figures are made up.</p></header>\n\
         <nav aria-label=\"States\"><ul>\n",
        font_face_css()
    );
    for State { id, title, .. } in &states {
        writeln!(page, "<li><a href=\"#{id}\">{title}</a></li>").expect("a line");
    }
    page.push_str("</ul></nav>\n<main>\n");
    for state in &states {
        writeln!(page, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>", state.title, id = state.id)
            .expect("a line");
        fs::create_dir_all(folder.join(state.id)).expect("a folder");
        for chart in charts_of(&state.contents) {
            page.push_str(&figure(state, &chart));
            let svg = chart.file().expect("drawn").svg;
            let stem = folder.join(state.id).join(&chart.id);
            fs::write(stem.with_extension("png"), rasterised(&svg, png_width).expect("pixels")).expect("written");
            fs::write(stem.with_extension("svg"), svg).expect("written");
        }
        page.push_str("</section>\n");
    }
    page.push_str("</main>\n</body>\n</html>\n");
    fs::write(folder.join("index.html"), page).expect("written");
}

#[test]
fn the_gallery_shows_every_chart_in_every_state() {
    let kept = std::env::var_os("GROUNDSWELL_GALLERY");
    let temporary = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = kept.as_ref().map_or(temporary.path().to_owned(), |folder| root.join(folder));
    write(&folder, if kept.is_some() { 1_200 } else { 120 });
    let page = fs::read_to_string(folder.join("index.html")).expect("a page");
    for state in states() {
        for chart in charts_of(&state.contents) {
            assert!(page.contains(&format!("<h3 id=\"{}-{}\">", state.id, chart.id)), "{}, {}", state.id, chart.id);
            assert!(page.contains(&escaped(&chart.description)), "{}, {}: alternative text", state.id, chart.id);
        }
    }
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "ids are unique");
    assert!(!page.contains("http-equiv") && !page.contains("<script"), "nothing runs");
}

/// What the design names; every one of them is there.
#[test]
fn the_usual_state_has_the_whole_set_of_the_design() {
    let normal = states().swap_remove(0);
    let ids: Vec<String> = charts_of(&normal.contents).into_iter().map(|chart| chart.id).collect();
    for id in [
        "history-and-forecast",
        "where-it-comes-from",
        "how-much-comes-back",
        "another-lockdown",
        "new-normal",
        "scenarios",
        "ledger-lockdown",
        "ledger-lockdown-half",
        "by-source",
        "pathway",
        "open-cases",
        "workers",
        "cost",
        "last-forecasts",
        "backtest",
        "coverage",
        "data-quality",
        "completeness",
    ] {
        assert!(ids.iter().any(|other| other == id), "{id} is missing: {ids:?}");
    }
}
