//! What every picture of every chart must be, read from the SVG as it is written.

use std::collections::BTreeSet;

use resvg::usvg::roxmltree::Document;

use super::measured::texts;
use super::pack::Sample;
use super::{charts_of, samples};
use crate::disclosure::Profile;
use crate::publish::PackContents;
use crate::publish::Theme;
use crate::publish::charts::{Chart, Picture, Shape};
use crate::publish::series::PackSeries;

/// Each picture of each chart of each sample, with a name for messages.
fn for_each_picture(mut see: impl FnMut(&str, &PackContents, &Chart, &Picture)) {
    for (sample, contents) in samples() {
        for chart in charts_of(&contents) {
            let drawn =
                [("file", chart.file()), ("wide", chart.inline(Shape::Wide)), ("narrow", chart.inline(Shape::Narrow))];
            for (shape, picture) in drawn {
                let picture = picture.expect("a chart that can be drawn");
                see(&format!("{sample}, {}, {shape}", chart.id), &contents, &chart, &picture);
            }
        }
    }
}

#[test]
fn every_picture_has_a_role_a_title_and_alternative_text() {
    for_each_picture(|name, _, chart, picture| {
        let document = Document::parse(&picture.svg).unwrap_or_else(|error| panic!("{name}: {error}"));
        let svg = document.root_element();
        assert_eq!(svg.attribute("role"), Some("img"), "{name}");
        let ids: Vec<&str> = svg.attribute("aria-labelledby").unwrap_or("").split(' ').collect();
        let text_of = |tag: &str| {
            let node = svg.children().find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", tag)));
            let node = node.unwrap_or_else(|| panic!("{name} has no <{tag}>"));
            assert!(ids.contains(&node.attribute("id").unwrap_or("")), "{name}: <{tag}> is not referred to");
            node.text().unwrap_or("").to_owned()
        };
        assert_eq!(text_of("title"), chart.headline, "{name}");
        assert!(text_of("desc").split_whitespace().count() >= 8, "{name}: {}", text_of("desc"));
    });
}

/// From the alternative text alone a person knows what is counted, where, when and how many. Charts without figures say
/// why there are none.
#[test]
fn alternative_text_says_what_where_when_and_how_many() {
    for (sample, contents) in samples() {
        for chart in charts_of(&contents).iter().filter(|chart| !chart.sheet.rows.is_empty()) {
            let (said, name) = (&chart.description, format!("{sample}, {}: {}", chart.id, chart.description));
            assert!(said.contains(contents.area()), "no area: {name}");
            assert!(said.chars().any(|letter| letter.is_ascii_digit()), "no number: {name}");
            let years = 2015..=2030;
            let is_year = |word: &str| word.parse().is_ok_and(|year: i32| years.contains(&year));
            let period = said.split(|letter: char| !letter.is_ascii_digit()).any(is_year);
            assert!(period || said.contains("month"), "no period: {name}");
            let measures = [contents.measure.as_str(), "children", "social workers", "cost", "error score", "ranges"];
            assert!(measures.iter().any(|measure| said.contains(measure)), "no measure: {name}");
        }
    }
}

#[test]
fn no_text_is_cut_and_no_two_texts_touch() {
    for_each_picture(|name, _, _, picture| {
        let document = Document::parse(&picture.svg).expect("valid XML");
        let view = document.root_element().attribute("viewBox").unwrap_or("");
        let view: Vec<f64> = view.split(' ').map(|number| number.parse().expect("a number")).collect();
        let texts = texts(&picture.svg);
        for (place, one) in texts.iter().enumerate() {
            // Places are whole units.
            let inside =
                one.left >= -0.5 && one.top >= -0.5 && one.right <= view[2] + 0.5 && one.bottom <= view[3] + 0.5;
            assert!(inside, "{name}: {one:?} is cut");
            let is_number = one.text.starts_with(|first: char| first.is_ascii_digit() || "£−+".contains(first));
            assert!(!is_number || !one.text.ends_with('…'), "{name}: {one:?} would be read as another number");
            for other in &texts[place + 1..] {
                assert!(!one.touches(other), "{name}: {one:?} touches {other:?}");
            }
        }
    });
}

#[test]
fn text_is_text_and_the_font_is_inside() {
    for_each_picture(|name, _, _, picture| {
        assert!(!texts(&picture.svg).is_empty(), "{name}");
        assert_eq!(picture.svg.contains("data:font/woff2"), name.ends_with("file"), "{name}");
        assert!(!picture.svg.contains("rotate("), "{name}: text must be horizontal");
    });
}

/// Every colour in the markup of a picture.
fn colours(svg: &str) -> BTreeSet<String> {
    let document = Document::parse(svg).expect("valid XML");
    let attributes = |name: &'static str| {
        let nodes = document.descendants().filter_map(move |node| node.attribute(name).map(str::to_owned));
        nodes.filter(|colour| colour != "none").collect::<Vec<_>>()
    };
    attributes("fill").into_iter().chain(attributes("stroke")).collect()
}

#[test]
fn every_colour_is_of_the_theme() {
    let theme = "schema = 1\n[colours]\nfirst = \"#4A0D66\"\nsecond = \"#7A6A00\"\nthird = \"#8A1C1C\"\nfourth = \
                 \"#B04A00\"\ninner_band = \"#E0CFF0\"\nouter_band = \"#F3EBFA\"\nband_edge = \"#7A3DAA\"\n";
    for (theme, is_shipped) in [(Theme::default(), true), (Theme::parse(theme).expect("a theme"), false)] {
        let known = serde_json::to_value(theme).expect("JSON");
        let known: BTreeSet<String> = known
            .as_object()
            .expect("colours")
            .values()
            .filter_map(|colour| colour.as_str().map(str::to_owned))
            .collect();
        for (sample, contents) in samples() {
            for chart in charts_of(&PackContents { theme, ..contents }) {
                let drawn = colours(&chart.file().expect("drawn").svg);
                let strange: Vec<&String> = drawn.difference(&known).collect();
                assert!(strange.is_empty(), "{sample}, {}: {strange:?}", chart.id);
                assert!(is_shipped || !drawn.contains("#12436D"), "{sample}, {} keeps the shipped colour", chart.id);
            }
        }
    }
}

#[test]
fn a_headline_says_its_message_in_at_most_ten_words() {
    for (sample, contents) in samples() {
        for chart in charts_of(&contents) {
            let words = chart.headline.split_whitespace().count();
            assert!((2..=10).contains(&words), "{sample}, {}: {}", chart.id, chart.headline);
        }
    }
}

#[test]
fn the_figure_of_the_year_ahead_stands_at_its_own_height() {
    let contents = Sample::usual().pack();
    let chart = charts_of(&contents).into_iter().find(|chart| chart.id == "next-year").expect("a year ahead");
    let texts = texts(&chart.file().expect("drawn").svg);
    let number = |text: &str| text.replace(',', "").parse::<f64>().ok();
    let series = PackSeries::read(&contents);
    let year = series.total().and_then(|total| total.next_year()).expect("a year");
    let expected = year.range.median.number().expect("a number");
    let figure = texts.iter().rev().find(|one| number(&one.text) == Some(expected)).expect("the figure");
    // The figures of the axis end where its zero ends.
    let zero = texts.iter().find(|one| one.text == "0").expect("a zero");
    let ticks = texts.iter().filter(|one| (one.right - zero.right).abs() < 0.5);
    let above = ticks.filter_map(|one| Some((number(&one.text)?, one.bottom))).filter(|(tick, _)| *tick > expected);
    let (_, next_tick) = above.min_by(|one, other| one.0.total_cmp(&other.0)).expect("a tick above");
    assert!(figure.bottom > next_tick, "{figure:?} beside a tick at {next_tick}");
}

#[test]
fn a_chart_writes_its_marking_where_it_can_be_seen() {
    let contents = Sample { profile: Profile::Internal, ..Sample::usual() }.pack();
    for chart in charts_of(&contents) {
        let texts = texts(&chart.file().expect("drawn").svg);
        assert!(texts.iter().any(|one| one.text == "OFFICIAL-SENSITIVE"), "{}", chart.id);
    }
}
