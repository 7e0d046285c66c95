//! `groundswell explain`: one series, for the analyst's own desk: model, weights, shock, parts, and why.

use std::fmt;

use serde::Serialize;

use super::futures::changed;
use super::scenario::{Ready, with_ready};
use super::{Error, Listener};
use crate::disclosure::Profile;
use crate::forecast::{FittedForecaster, ModelError};
use crate::panel::{Panel, SeriesKey};
use crate::project::{LineUp, RunPlan};
use crate::publish::{doubt_left, per_cent};
use crate::shock::{Answer, Belief, Decomposition, Intervention, InterventionKind, Part, ShockFit, signed};
use crate::time::{ClosureKind, Period};

/// Everything that a fit says of one series. Exact figures: the handling marking is always that of the analyst's own
/// desk.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// Handling marking.
    pub marking: Option<&'static str>,
    /// The series.
    pub series: String,
    /// The line-up, and what it is for.
    pub line_up: String,
    /// What was fitted, the outermost step first.
    pub model: Vec<String>,
    /// How many periods were observed, from and to.
    pub history: String,
    /// What the data say of the shock, in sentences.
    pub shock: Vec<String>,
    /// Breaks that were found elsewhere.
    pub breaks: Vec<String>,
    /// The names of the columns of `parts`.
    pub columns: Vec<&'static str>,
    /// The last year and the horizon: a period and its parts, which add up to the last column.
    pub parts: Vec<(String, Vec<f64>)>,
    /// Why the forecast is as it is, in sentences.
    pub why: Vec<String>,
}

/// The parts that an explanation lists.
const LISTED: [(Part, &str); 6] = [
    (Part::Baseline, "baseline"),
    (Part::Season, "season"),
    (Part::NewNormal, "new normal"),
    (Part::Suppressed, "suppressed"),
    (Part::Returning, "returning"),
    (Part::Irregular, "chance"),
];

/// Explains one series of a project: the series whose key, or one of whose labels, is the text.
///
/// # Errors
/// Where the input can't be used, the line-up has no `[shock]`, or no series or more than one is meant.
pub fn explain(plan: &RunPlan, series: &str, listener: Listener<'_>) -> Result<Explanation, Error> {
    with_ready(plan, listener, |ready| {
        let panel = &ready.work.active;
        let row = meant(panel, series)?;
        let key = &panel.keys()[row];
        let fit = ready.fitted.shock();
        let Some(described) = ready.fitted.describe(key) else {
            let skipped = ready.fitted.skipped().iter().find(|skipped| skipped.key == *key);
            let first = skipped.map_or("no model had a finite forecast".to_owned(), |skipped| skipped.reason.clone());
            return Err(ModelError::Nothing { model: plan.line_up().name.clone(), first }.into());
        };
        let (past, ahead) = (fit.decomposition(panel), ready.what_if.parts()?);
        let season = panel.span().frequency().season_length();
        let mut parts = rows(&past, key, panel.span().len().saturating_sub(season));
        parts.extend(rows(&ahead, key, 0));
        let observed = panel.series(row).iter().filter(|value| !value.is_nan()).count();
        let last = panel.span().last().unwrap_or(panel.span().start());
        Ok(Explanation {
            marking: Profile::Internal.marking(),
            series: key.to_string(),
            line_up: format!("{}: {}", plan.line_up().name, plan.line_up().description),
            model: described.split("; then ").map(str::to_owned).collect(),
            history: format!("{observed} observed periods, {} to {last}", panel.span().start()),
            shock: shock(fit, row),
            breaks: fit.interventions(row).iter().map(|one| spoken_break(one, panel)).collect(),
            columns: LISTED.iter().map(|(_, name)| *name).chain(["adds up to"]).collect(),
            parts,
            why: why(&ready, plan.line_up(), row, &past, &ahead),
        })
    })
}

/// The row of the series that a text means.
fn meant(panel: &Panel, text: &str) -> Result<usize, Error> {
    const SHOWN: usize = 12;
    let keys = panel.keys();
    let same = |label: &str| label.eq_ignore_ascii_case(text);
    let exact: Vec<usize> = (0..keys.len()).filter(|row| same(&keys[*row].to_string())).collect();
    let rows = match exact[..] {
        [] => (0..keys.len()).filter(|row| keys[*row].labels().any(same)).collect(),
        _ => exact,
    };
    match rows[..] {
        [row] => Ok(row),
        _ => {
            let of = if rows.is_empty() { (0..keys.len()).collect() } else { rows.clone() };
            let more = if of.len() > SHOWN { ", ..." } else { "" };
            let names: Vec<String> = of.iter().take(SHOWN).map(|row| keys[*row].to_string()).collect();
            let what = if rows.is_empty() { "is no series; there are" } else { "may be any of" };
            Err(Error::Usage(format!("`{text}` {what} {}{more}", names.join(", "))))
        }
    }
}

fn rows(parts: &Decomposition, key: &SeriesKey, from: usize) -> Vec<(String, Vec<f64>)> {
    let Ok(row) = parts.keys().binary_search(key) else { return Vec::new() };
    let of = |(place, period): (usize, Period)| {
        let mut values: Vec<f64> = LISTED.iter().map(|(part, _)| parts.part(*part)[(row, place)]).collect();
        values.push(values.iter().sum());
        (period.to_string(), values)
    };
    parts.span().periods().enumerate().skip(from).map(of).collect()
}

/// What the data say of the shock, in sentences, with how far they moved what was believed.
fn shock(fit: &ShockFit, row: usize) -> Vec<String> {
    if !fit.saw_a_closure() {
        return vec!["No closure falls into the history, so nothing was taken out of it.".to_owned()];
    }
    let schools = fit.suppression(row, ClosureKind::Schools);
    let home = fit.suppression(row, ClosureKind::StayAtHome);
    let (new_normal, share, delay) = (fit.new_normal(row), fit.return_share(), fit.delay_months());
    let (schools_before, home_before) = (changed(&schools, -1.0).prior, changed(&home, -1.0).prior);
    let new_normal_before = changed(&new_normal, 1.0).prior;
    let months = |months: f64| format!("{months:.1}");
    vec![
        format!("Schools closed: {} {}", schools.suppression_sentence(), moved(&schools, &schools_before, signed)),
        format!("Stay at home: {} {}", home.suppression_sentence(), moved(&home, &home_before, signed)),
        format!("New normal: {} {}", new_normal.new_normal_sentence(), moved(&new_normal, &new_normal_before, signed)),
        format!("Return, shared by all series: {} {}", share.return_sentence(), moved(&share, &share.prior, per_cent)),
        format!(
            "Time of return, shared by all series: {} {}",
            delay.delay_sentence(),
            moved(&delay, &delay.prior, months)
        ),
    ]
}

/// What was believed before, in the unit of the reader (`before`), and how much of the doubt is left; what is believed now
/// stands in the sentence that goes before.
fn moved(answer: &Answer, before: &Belief, told: fn(f64) -> String) -> String {
    let Belief { mean, low, high, .. } = *before;
    let doubt = doubt_left(answer.left_open(), "the doubt");
    format!("(Believed before: {}, in 8 of 10 cases {} to {}; {doubt}.)", told(mean), told(low), told(high))
}

fn spoken_break(found: &Intervention, panel: &Panel) -> String {
    let kind = match found.kind {
        InterventionKind::Outlier => "one period stands out",
        InterventionKind::LevelShift => "the level moves and stays",
        InterventionKind::TemporaryChange => "the level moves and gradually comes back",
    };
    let taken = if found.accepted { "taken into account" } else { "too new to be sure: only flagged" };
    let direction = if found.statistic > 0.0 { "up" } else { "down" };
    format!(
        "{}: {kind}, {direction}, {:.1} standard errors; {taken}",
        panel.span().period(found.at),
        found.statistic.abs()
    )
}

/// Why the forecast is as it is.
fn why(ready: &Ready<'_>, line_up: &LineUp, row: usize, past: &Decomposition, ahead: &Decomposition) -> Vec<String> {
    let panel = &ready.work.active;
    let members: Vec<&str> = line_up.group.iter().flat_map(|group| group.members.iter().map(|one| one.id())).collect();
    let mut why = vec![format!(
        "The forecast is put together from {}; how much each counts stands under Model above, and `groundswell backtest` \
         shows how each would have done in the past.",
        members.join(", ")
    )];
    let (season, noun) = (panel.span().frequency().season_length(), panel.span().frequency().noun());
    let series = panel.series(row);
    let last: Vec<f64> = series.iter().rev().take(season).copied().filter(|value| !value.is_nan()).collect();
    let Ok(place) = ahead.keys().binary_search(&panel.keys()[row]) else { return why };
    let steps = ahead.span().len().min(season);
    let next: f64 = (0..steps).map(|step| ahead.whole()[(place, step)]).sum::<f64>() / steps.max(1) as f64;
    if last.len() == season {
        let mean = last.iter().sum::<f64>() / season as f64;
        why.push(match season {
            1 => format!("The last {noun} saw {mean:.1}; the next is expected to see {next:.1}."),
            _ => format!(
                "The last {season} {noun}s saw {mean:.1} each on average; the next {steps} are expected to see {next:.1} each."
            ),
        });
    }
    let sum = |part: Part| (0..steps).map(|step| ahead.part(part)[(place, step)]).sum::<f64>();
    let (suppressed, returning) = (sum(Part::Suppressed), sum(Part::Returning));
    let closed = match suppressed.abs() < 0.05 {
        true => "No closure is known ahead".to_owned(),
        false => format!("Closures known ahead change the forecast by {suppressed:+.1} in all"),
    };
    let back = match returning.abs() < 0.05 {
        true => "nothing of note is still to return".to_owned(),
        false => format!("{returning:.1} in all are expected to return of what closures kept away"),
    };
    why.push(format!("{closed}; {back}."));
    let left_out = (0..past.span().len())
        .filter(|period| !ready.fitted.shock().is_open(row, *period) && !series[*period].is_nan())
        .count();
    match left_out {
        0 => {}
        1 => why.push(format!("One {noun} was at least half closed and says nothing of the usual level.")),
        _ => why.push(format!("{left_out} {noun}s were at least half closed and say nothing of the usual level.")),
    }
    why
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(marking) = self.marking {
            writeln!(f, "{marking}")?;
        }
        writeln!(f, "{}\n{}\n\nLine-up {}\n\nModel", self.series, self.history, self.line_up)?;
        for (depth, step) in self.model.iter().enumerate() {
            writeln!(f, "{}{step}", "  ".repeat(depth + 1))?;
        }
        writeln!(f, "\nShock")?;
        self.shock.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        if !self.breaks.is_empty() {
            writeln!(f, "\nBreaks elsewhere")?;
            self.breaks.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        writeln!(f, "\nParts of the last season and of the forecast's mean")?;
        write!(f, "  {:<10}", "")?;
        self.columns.iter().try_for_each(|column| write!(f, "{column:>12}"))?;
        writeln!(f)?;
        for (period, values) in &self.parts {
            write!(f, "  {period:<10}")?;
            for value in values {
                // A part of nothing is nothing, whatever its sign.
                let value = if value.abs() < 0.05 { 0.0 } else { *value };
                if value.is_nan() { write!(f, "{:>12}", "[x]")? } else { write!(f, "{value:>12.1}")? }
            }
            writeln!(f)?;
        }
        writeln!(f, "\nWhy")?;
        self.why.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}
