//! What goes into a pack: protected tables, the facts around them, and the manifest's record.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::earlier::{self, Earlier, again};
use super::figures::to_thousandths;
use super::file_names::FileNames;
use super::shown::Shown;
use super::work::Work;
use super::{Error, assurance, completeness, figures, judge};
use crate::batch::Record;
use crate::disclosure::{Cell, Figures, Profile, ProtectedTable, protect, told};
use crate::evaluate::Scorecard;
use crate::forecast::{FittedForecaster, Forecast};
use crate::ingest;
use crate::math::spelling::with_thousands;
use crate::panel::{Finding, Hierarchy, Place, SeriesKey, Severity, findings_together};
use crate::project::RunPlan;
use crate::publish::{self, Futures, PackContents, PathwayContents, PlacementContents};
use crate::time::{Date, Period};

/// Coverage of a level further from its nominal share than this is an alert.
const COVERAGE_ALERT: f64 = 0.1;

/// Fewer judged forecasts than this raise no alert of coverage.
const LEAST_JUDGED: usize = 24;

/// Everything that a run found out, on its way to disclosure control.
pub struct Results<'a> {
    pub plan: &'a RunPlan,
    pub work: &'a Work,
    pub fitted: &'a dyn FittedForecaster,
    pub hierarchy: &'a Hierarchy,
    /// Of every total and leaf.
    pub forecast: &'a Forecast,
    /// `None` where the history is too short for a backtest.
    pub scorecard: Option<Scorecard>,
    pub findings: Vec<Finding>,
    /// Protected.
    pub history: ProtectedTable,
    /// The earlier packs of the folder.
    pub earlier: Earlier,
    /// `None` where the project file leaves it out.
    pub pathway: Option<PathwayContents>,
    /// `None` where the project has no returns of looked-after children.
    pub placements: Option<PlacementContents>,
    /// The three questions and the scenarios, where the recipe has a shock.
    pub futures: Option<Futures>,
}

/// What goes into a pack, and what a person should look at first.
pub struct Pack {
    pub contents: PackContents,
    pub record: Record,
    pub alerts: Vec<String>,
}

impl Results<'_> {
    /// Protects every figure and puts the pack together.
    pub fn protected(mut self) -> Result<Pack, Error> {
        let (plan, panel) = (self.plan, &self.work.active);
        let (levels, profile) = (&plan.forecast().levels, plan.publish().profile);
        let recipe = plan.line_up().name.as_str();
        let dimensions = panel.dimensions();
        let known = Hierarchy::of(&self.work.ingested.panel);
        let history = self.history.clone();
        self.findings.extend(given_away(&history));
        let keys: Vec<SeriesKey> = known.totals().iter().map(|total| total.key.clone()).collect();
        let now = earlier::observed(&history);
        let vintages = self.earlier.figures(&now, &keys, dimensions, panel.span().frequency(), levels)?;
        let vintages = protect(profile, vintages);
        let revised = protect(profile, self.earlier.revisions(&now, &keys, dimensions)?);
        self.findings.extend(self.earlier.findings(&now, &keys, dimensions.len()));
        let names = FileNames::of(self.work.inputs().map(|input| input.path.as_path()));
        for file in self.findings.iter_mut().filter_map(|finding| finding.place.file.as_mut()) {
            *file = names.name(Path::new(file.as_str()));
        }
        self.findings = findings_together(&self.findings);
        let headline = SeriesKey::grand_total(dimensions.len());
        let scored = self.scored(&headline);
        let shown = shown(&history, &headline);
        let shown = |period: Period| shown.get(&period.first_day()).copied().unwrap_or(f64::NAN);
        let newest = figures::newest(&scored, recipe, &headline);
        let recent = protect(profile, figures::recent(&newest, levels, shown)?);
        let sums = Shown::of(&history);
        let protect = |figures: Figures| protect(profile, figures);
        let contents = PackContents {
            title: plan.about().title.clone(),
            authority: plan.about().authority.clone(),
            measure: plan.about().measure.clone(),
            area: None,
            frequency: panel.span().frequency(),
            origin: panel.span().last().unwrap_or(panel.span().start()),
            horizon: self.forecast.span().len(),
            levels: levels.clone(),
            profile,
            theme: plan.theme(),
            engine_version: env!("CARGO_PKG_VERSION").to_owned(),
            inputs: self.work.inputs().map(|input| published_input(input, &names)).collect(),
            source: format!("{}; forecast by Groundswell", plan.about().authority),
            model: recipe.to_owned(),
            benchmark: judge::BENCHMARK.to_owned(),
            method: method(plan),
            assurance: assurance::assurance(plan),
            dimensions: dimensions.to_vec(),
            lockdowns: self.work.lockdowns.clone(),
            history,
            forecast: protect(figures::forecast("forecast", dimensions, self.forecast, recipe, levels)?),
            yearly: protect(figures::yearly(panel, self.hierarchy, self.forecast, &sums, recipe, levels)?),
            backtest: protect(figures::backtest(&scored)?),
            coverage: protect(figures::coverage(&scored, recipe, &newest, &recent)?),
            recent,
            vintages,
            revised,
            findings: publish::findings_table(profile, &self.findings)?,
            completeness: {
                let completeness = self.work.ingested.completeness.as_ref();
                completeness.map(|completeness| completeness::table(profile, completeness)).transpose()?
            },
            models: protect(figures::models(dimensions, panel.keys(), recipe, |key| self.described(key))?),
            pathway: self.pathway.clone(),
            placements: self.placements.clone(),
            futures: self.futures.clone(),
        };
        let record = self.record(&contents, &scored);
        let mut alerts = alerts(&contents, &scored);
        alerts.extend(earlier::drift(&contents.vintages, levels, dimensions, contents.frequency));
        Ok(Pack { contents, record, alerts })
    }

    /// What was fitted to a series. A fitted level tells a small count, so that only a pack for the analyst's own desk
    /// has it; others have the recipe.
    fn described(&self, key: &SeriesKey) -> Option<String> {
        let fitted = self.fitted.describe(key)?;
        match self.plan.publish().profile {
            Profile::Internal => Some(fitted),
            Profile::Published | Profile::DfeCin => Some(self.plan.line_up().description.clone()),
        }
    }

    /// The scores that the report speaks of: of the grand total, or where that can't be judged (authorities that merge
    /// leave gaps in it) of all series.
    fn scored(&self, headline: &SeriesKey) -> Scorecard {
        let Some(card) = &self.scorecard else { return Scorecard::empty(self.plan.forecast().levels.clone()) };
        let total = card.only(|row| row.key == *headline);
        if total.rows().is_empty() { card.only(|row| !row.key.is_total()) } else { total }
    }

    /// What the manifest says of the run.
    fn record(&self, contents: &PackContents, scored: &Scorecard) -> Record {
        let summary = |model: &str| {
            scored.of(model).map(|summary| {
                json!({
                    "forecasts": summary.forecasts,
                    "scaled_wis": to_thousandths(summary.scaled_wis),
                    "mase": to_thousandths(summary.mase),
                    "bias": to_thousandths(summary.bias),
                    "coverage": summary.coverage,
                })
            })
        };
        let plan = self.plan;
        let backtest = scored.models().iter().map(|model| (model.clone(), json!(summary(model))));
        let suppressed = [&contents.history, &contents.forecast, &contents.yearly, &contents.recent]
            .map(|table| (table.name().to_owned(), json!(suppressed_cells(table))));
        Record {
            marking: plan.publish().profile.marking().map(str::to_owned),
            findings: self.findings.iter().map(|finding| json!(told(plan.publish().profile, finding))).collect(),
            models: json!({ "line_up": plan.line_up().name, "series": self.work.active.keys().len() }),
            backtest: Value::Object(backtest.collect()),
            disclosure: json!({
                "profile": plan.publish().profile,
                "suppressed_cells": Value::Object(suppressed.into_iter().collect()),
                "beside": self.earlier.beside_record(),
            }),
            vintages: self.earlier.record(),
            run: None,
        }
    }
}

fn published_input(input: &ingest::InputFile, names: &FileNames) -> publish::Input {
    publish::Input { name: names.name(&input.path), sha256: input.sha256.clone() }
}

/// What the protected history shows of a series by first day, as figures that protection leaves as they are.
fn shown(history: &ProtectedTable, key: &SeriesKey) -> BTreeMap<Date, f64> {
    let (Some(ids), Some(dates), Some(cells)) = (history.text("unique_id"), history.dates("ds"), history.cells("y"))
    else {
        return BTreeMap::new();
    };
    let id = key.to_string();
    (0..ids.len()).filter(|row| ids[*row] == id).map(|row| (dates[row], again(cells[row]))).collect()
}

/// Counts that earlier packs have told too much about.
fn given_away(history: &ProtectedTable) -> Option<Finding> {
    let count = history.given_away();
    (count > 0).then(|| Finding {
        name: "told-by-earlier-packs",
        severity: Severity::Warning,
        what: format!(
            "together with packs published before, {count} of the figures that are not shown can be narrowed down"
        )
        .into(),
        place: Place::default(),
        count: count as u64,
        meaning: "The profile's rule can't be kept beside what was published before, whatever this pack hides.",
        remedy: "Ask who decides about publication; a change of dimensions or of the profile may be the cause.",
    })
}

fn suppressed_cells(table: &ProtectedTable) -> usize {
    let cells = table.figures().iter().flat_map(|column| column.cells());
    cells.filter(|cell| matches!(cell, Cell::Suppressed | Cell::Withheld)).count()
}

/// How the forecast was made, in plain words.
fn method(plan: &RunPlan) -> Vec<String> {
    let line_up = plan.line_up();
    let mut method = vec![line_up.description.clone()];
    let members: Vec<&str> =
        line_up.group.iter().flat_map(|group| group.members.iter().map(|model| model.id())).collect();
    method.push(format!(
        "The models are: {}. A card for each, in the folder “models” of the source code, says what it is good for and \
         where it fails.",
        members.join(", ")
    ));
    method.push(format!(
        "The ranges are read off {} simulated futures. Every series takes its surprises from the same past months, so \
         that totals have ranges of the right width.",
        with_thousands(&plan.draws().paths.to_string())
    ));
    method
}

/// What a person should look at before passing the pack on.
fn alerts(contents: &PackContents, scored: &Scorecard) -> Vec<String> {
    let mut alerts = Vec::new();
    // The figures of the report and its charts, in their rounding.
    for level in contents.levels.iter() {
        let Some((share, judged)) = publish::held(contents, level) else { continue };
        if judged >= LEAST_JUDGED as f64 && (share - level.share()).abs() > COVERAGE_ALERT {
            let held = publish::per_cent(share);
            alerts.push(format!("the {}% range held {held} of the time in the backtest", u8::from(level)));
        }
    }
    if let Some(comparison) =
        scored.compare(&contents.model, judge::BENCHMARK).filter(|comparison| comparison.relative_wis >= 1.0)
    {
        // Where last year was repeated exactly, as in a series that never changes, there is no telling how many times.
        let error = match comparison.relative_wis {
            ratio if ratio < 10.0 => format!("{} of that", publish::per_cent(ratio)),
            _ => "many times that".to_owned(),
        };
        alerts.push(format!("the forecast is no better than repeating last year: its error is {error}"));
    }
    alerts
}
