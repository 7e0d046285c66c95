//! The report: one HTML file that needs nothing but itself.
//!
//! In: the pack's contents, its series and charts. Out: a page that a head of service reads first. Texts are escaped by
//! the template; pictures are the only markup that goes in as it is, and [`super::charts`] escapes what they say.

mod page;
mod pathway;
mod placements;
mod questions;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, context};

use super::PublishError;
use super::charts::{Chart, font_face_css};
use super::contents::PackContents;
use super::series::PackSeries;

const TEMPLATE: &str = include_str!("report.html");
const STYLE: &str = include_str!("report.css");

/// The report as a page of HTML.
///
/// # Errors
/// Where a chart can't be drawn or the template fails.
pub(super) fn html(contents: &PackContents, series: &PackSeries, charts: &[Chart]) -> Result<String, PublishError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template("report.html", TEMPLATE)?;
    let page = page::page(contents, series, charts)?;
    let style = format!("{}\n{STYLE}", font_face_css());
    let rendered = environment.get_template("report.html")?.render(context! { page => Serde(page), style })?;
    Ok(rendered)
}
