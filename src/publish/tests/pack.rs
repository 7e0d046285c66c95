//! A made-up pack for tests: no figure in it is anyone's.

use super::ranges::ranges;
use crate::disclosure::{FigureColumn, Figures, LabelColumn, Profile, ProtectedTable, TotalRow, protect};
use crate::forecast::Levels;
use crate::panel::{Finding, Place, Severity, Statement};
use crate::publish::{ALL_ORIGINS, Assurance, Input, Lockdown, NEXT_YEAR, PackContents, Theme, findings_table};
use crate::time::{Date, Frequency, Period};

/// What the made-up authority is like.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The sources of referrals and how many each sends a month.
    pub sources: Vec<(String, f64)>,
    /// Months of history.
    pub months: usize,
    /// Months of forecast.
    pub horizon: usize,
    /// The rule of disclosure control.
    pub profile: Profile,
    /// Added to the counts of the first source: changes what small counts are, and nothing else.
    pub shift: f64,
}

impl Sample {
    /// An authority of usual size with eight sources.
    pub fn usual() -> Sample {
        let sources = [
            ("Police", 118.0),
            ("Schools", 92.0),
            ("Health services", 74.0),
            ("Local authority services", 52.0),
            ("Individuals", 41.0),
            ("Other legal agency", 14.0),
            ("Housing", 9.0),
            ("Anonymous", 6.0),
        ];
        Sample {
            sources: sources.map(|(name, level)| (name.to_owned(), level)).into(),
            months: 96,
            horizon: 12,
            profile: Profile::Published,
            shift: 0.0,
        }
    }

    /// So many areas of different size.
    pub fn areas(count: usize) -> Sample {
        let name = |place: usize| format!("Area number {} of the county", place + 1);
        let sources = (0..count).map(|place| (name(place), 12.0 + (place * 37 % 50) as f64 * 3.0)).collect();
        Sample { sources, ..Sample::usual() }
    }

    /// One source whose counts are all from 1 to 6.
    pub fn tiny() -> Sample {
        Sample { sources: vec![("Housing".to_owned(), 3.0), ("Anonymous".to_owned(), 4.0)], ..Sample::usual() }
    }

    /// Nothing at all.
    pub fn empty() -> Sample {
        Sample { sources: Vec::new(), months: 0, horizon: 12, ..Sample::usual() }
    }

    /// The pack.
    pub fn pack(&self) -> PackContents {
        let origin = Period::month(2025, 3);
        let first = origin.plus(1 - self.months as i32);
        let counts: Vec<Vec<f64>> = (0..self.sources.len()).map(|row| self.history(row, first)).collect();
        PackContents {
            title: "Referrals to children’s social care".to_owned(),
            authority: "Northtown Council".to_owned(),
            measure: "referrals".to_owned(),
            area: None,
            frequency: Frequency::Month,
            origin,
            horizon: self.horizon,
            levels: Levels::default(),
            profile: self.profile,
            theme: Theme::default(),
            engine_version: "0.1.0".to_owned(),
            inputs: vec![Input {
                name: "referrals-2025-03.csv".to_owned(),
                sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
            }],
            source: "Northtown Council, referrals to March 2025 (made-up figures)".to_owned(),
            model: "combination".to_owned(),
            benchmark: "seasonal-naive".to_owned(),
            method: vec![
                "Each source’s own history is taken per working day, its season is estimated together with that of the \
                 other sources, and what remains is forecast by several models whose forecasts are combined."
                    .to_owned(),
                "Ranges come from simulated futures that keep together months in which every source moved together; \
                 their width is set so that they held as often as promised in tests on the past."
                    .to_owned(),
            ],
            assurance: Assurance {
                facts: vec![("Purpose", Some("the budget".to_owned())), ("Approved by", None)],
                assumptions: vec![["Practice", "as before", "no option"].map(str::to_owned)],
            },
            dimensions: vec!["source".to_owned()],
            lockdowns: lockdowns(),
            history: self.history_table(first, &counts),
            forecast: self.forecast_table(origin, &counts),
            yearly: self.yearly_table(origin),
            backtest: self.backtest(),
            coverage: self.coverage(),
            recent: self.recent(origin),
            vintages: self.vintages(origin),
            revised: self.revised(origin),
            findings: findings_table(self.profile, &self.findings()).expect("the columns fit"),
            completeness: None,
            pathway: None,
            placements: None,
            models: self.models(),
            futures: None,
        }
    }

    /// Whole counts with a season, a slow wave, a lockdown dip and noise from a fixed recurrence.
    fn history(&self, row: usize, first: Period) -> Vec<f64> {
        let level = self.sources[row].1;
        let mut noise = 17_u64.wrapping_add(row as u64 * 7_919);
        let small = level < 6.0;
        (0..self.months)
            .map(|month| {
                let period = first.plus(month as i32);
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let jitter = (noise >> 40) as f64 / f64::from(1 << 24) - 0.5;
                if small {
                    return (level + 2.0 * jitter).round() + self.shift;
                }
                let dip = if (Period::month(2020, 4)..=Period::month(2020, 7)).contains(&period) { 0.72 } else { 1.0 };
                let wave = 1.0 + 0.12 * libm::sin(month as f64 / 19.0 + row as f64);
                let count = level * SEASON[period.season()] * dip * wave * (1.0 + 0.22 * jitter);
                // The last source of many lacks some months, as sources do.
                if row == 5 && (24..28).contains(&month) { f64::NAN } else { count.round() }
            })
            .collect()
    }

    fn keys(&self) -> Vec<String> {
        std::iter::once("*".to_owned()).chain(self.sources.iter().map(|(name, _)| name.clone())).collect()
    }

    fn history_table(&self, first: Period, counts: &[Vec<f64>]) -> ProtectedTable {
        let (mut names, mut ds, mut states, mut y, mut totals) = (vec![], vec![], vec![], vec![], vec![]);
        for (place, key) in self.keys().into_iter().enumerate().filter(|_| self.months > 0) {
            for month in 0..self.months {
                let count = match place.checked_sub(1) {
                    Some(row) => counts[row][month],
                    None => counts.iter().map(|row| row[month]).filter(|count| !count.is_nan()).sum(),
                };
                if place == 0 {
                    let parts = (1..=self.sources.len()).map(|row| row * self.months + month).collect();
                    totals.push(TotalRow { row: month, parts });
                }
                names.push(key.clone());
                ds.push(first.plus(month as i32).first_day());
                let provisional = month + 1 == self.months;
                states.push(if count.is_nan() {
                    "missing"
                } else if provisional {
                    "provisional"
                } else {
                    "observed"
                });
                y.push(count);
            }
        }
        let labels =
            vec![LabelColumn::text("source", names), LabelColumn::dates("ds", ds), LabelColumn::text("state", states)];
        let figures = Figures::new("history", labels, vec![FigureColumn::observed("y", y)]).expect("the columns fit");
        protect(self.profile, figures.with_totals(totals).expect("totals of leaves"))
    }

    /// Levels of the forecast, the total first; not from the history, so that hidden counts leave no trace here.
    fn levels_by_key(&self) -> Vec<f64> {
        let levels = self.sources.iter().map(|(_, level)| *level);
        std::iter::once(levels.clone().sum()).chain(levels).collect()
    }

    fn forecast_table(&self, origin: Period, counts: &[Vec<f64>]) -> ProtectedTable {
        let (mut names, mut ds, mut medians, mut spreads) = (vec![], vec![], vec![], vec![]);
        let keys = if counts.is_empty() { vec![] } else { self.keys() };
        for (key, level) in keys.into_iter().zip(self.levels_by_key()) {
            for step in 1..=self.horizon {
                let period = origin.plus(step as i32);
                names.push(key.clone());
                ds.push(period.first_day());
                medians.push(1.03 * level * SEASON[period.season()]);
                spreads.push((level * 1.6).sqrt() + level * 0.05 + level * 0.004 * step as f64);
            }
        }
        let rows = names.len();
        let labels = vec![
            LabelColumn::text("source", names),
            LabelColumn::dates("ds", ds),
            LabelColumn::text("model", vec!["combination"; rows]),
        ];
        protect(self.profile, Figures::new("forecast", labels, ranges(&medians, &spreads)).expect("the columns fit"))
    }

    fn yearly_table(&self, origin: Period) -> ProtectedTable {
        let windows =
            [(NEXT_YEAR, origin.plus(1)), ("2024-25", Period::month(2024, 4)), ("2025-26", Period::month(2025, 4))];
        let (mut names, mut window, mut from, mut to, mut medians, mut spreads) =
            (vec![], vec![], vec![], vec![], vec![], vec![]);
        let keys = if self.sources.is_empty() || self.horizon < 12 { vec![] } else { self.keys() };
        for (key, level) in keys.into_iter().zip(self.levels_by_key()) {
            for (name, start) in windows {
                names.push(key.clone());
                window.push(name);
                from.push(start.first_day());
                to.push(start.plus(11).first_day());
                medians.push(12.0 * level * 1.03);
                spreads.push(if name == "2024-25" { 0.0 } else { 12.0 * level * 0.045 });
            }
        }
        let rows = names.len();
        let labels = vec![
            LabelColumn::text("source", names),
            LabelColumn::text("window", window),
            LabelColumn::dates("from", from),
            LabelColumn::dates("to", to),
            LabelColumn::text("model", vec!["combination"; rows]),
        ];
        protect(self.profile, Figures::new("yearly", labels, ranges(&medians, &spreads)).expect("the columns fit"))
    }

    fn backtest(&self) -> ProtectedTable {
        let rows: Vec<(&str, &str, [f64; 6])> = if self.sources.is_empty() {
            vec![]
        } else {
            vec![
                ("combination", ALL_ORIGINS, [0.612, 0.781, 0.012, 0.52, 0.79, 0.94]),
                ("combination", "before", [0.571, 0.740, 0.004, 0.51, 0.81, 0.95]),
                ("combination", "in", [0.884, 1.120, 0.131, 0.38, 0.66, 0.86]),
                ("ets", ALL_ORIGINS, [0.655, 0.822, 0.020, 0.49, 0.77, 0.93]),
                ("theta", ALL_ORIGINS, [0.661, 0.829, -0.015, 0.50, 0.78, 0.93]),
                ("calendar-regression", ALL_ORIGINS, [0.701, 0.866, 0.031, 0.47, 0.76, 0.92]),
                ("seasonal-naive", ALL_ORIGINS, [0.802, 1.003, 0.007, 0.50, 0.80, 0.95]),
            ]
        };
        let labels = vec![
            LabelColumn::text("model", rows.iter().map(|row| row.0)),
            LabelColumn::text("stratum", rows.iter().map(|row| row.1)),
        ];
        let column = |place: usize| rows.iter().map(|row| row.2[place]).collect::<Vec<f64>>();
        let scores = ["scaled_wis", "mase", "bias"].into_iter().enumerate();
        let mut figures: Vec<FigureColumn> =
            scores.map(|(place, name)| FigureColumn::scores(name, column(place))).collect();
        let shares = ["coverage_50", "coverage_80", "coverage_95"].into_iter().enumerate();
        figures.extend(shares.map(|(place, name)| FigureColumn::shares(name, column(place + 3))));
        protect(self.profile, Figures::new("backtest", labels, figures).expect("the columns fit"))
    }

    fn coverage(&self) -> ProtectedTable {
        let rows: Vec<(&str, i64, f64, f64)> = if self.sources.is_empty() {
            vec![]
        } else {
            vec![
                (ALL_ORIGINS, 50, 0.52, 1_152.0),
                (ALL_ORIGINS, 80, 0.79, 1_152.0),
                (ALL_ORIGINS, 95, 0.94, 1_152.0),
                ("before", 80, 0.81, 960.0),
                ("in", 80, 0.66, 192.0),
            ]
        };
        let labels = vec![
            LabelColumn::text("stratum", rows.iter().map(|row| row.0)),
            LabelColumn::numbers("level", rows.iter().map(|row| row.1)),
        ];
        let figures = vec![
            FigureColumn::shares("inside", rows.iter().map(|row| row.2).collect()),
            FigureColumn::scores("forecasts", rows.iter().map(|row| row.3).collect()),
        ];
        protect(self.profile, Figures::new("coverage", labels, figures).expect("the columns fit"))
    }

    fn recent(&self, origin: Period) -> ProtectedTable {
        let level = self.levels_by_key()[0];
        let months: Vec<Period> =
            if self.sources.is_empty() { vec![] } else { (0..12).map(|back| origin.plus(back - 11)).collect() };
        let medians: Vec<f64> = months.iter().map(|month| level * SEASON[month.season()]).collect();
        let came = medians
            .iter()
            .enumerate()
            .map(|(place, median)| (median * [1.02, 0.97, 1.14, 0.99, 1.05, 0.9][place % 6]).round());
        let labels = vec![
            LabelColumn::dates("ds", months.iter().map(|month| month.first_day())),
            LabelColumn::dates("made", months.iter().map(|month| month.plus(-1).first_day())),
        ];
        let mut figures = ranges(&medians, &vec![level * 0.075; medians.len()]);
        figures.push(FigureColumn::observed("y", came.collect()));
        protect(self.profile, Figures::new("recent", labels, figures).expect("the columns fit"))
    }

    /// What two earlier packs said of the total; the second knew all but the last month.
    fn vintages(&self, origin: Period) -> ProtectedTable {
        let level = self.levels_by_key()[0];
        let told: &[(i32, i32)] = if self.sources.is_empty() { &[] } else { &[(-2, -1), (-2, 0), (-1, 0)] };
        let months: Vec<Period> = told.iter().map(|(_, month)| origin.plus(*month)).collect();
        let made: Vec<Period> = told.iter().map(|(made, _)| origin.plus(*made)).collect();
        let medians: Vec<f64> = months.iter().map(|month| level * SEASON[month.season()]).collect();
        let labels = vec![
            LabelColumn::text("source", told.iter().map(|_| "*")),
            LabelColumn::text("pack", made.iter().map(|made| made.to_string())),
            LabelColumn::dates("made", made.iter().map(|made| made.first_day())),
            LabelColumn::dates("ds", months.iter().map(|month| month.first_day())),
        ];
        let came = medians.iter().map(|median| (median * 1.3).round()).collect();
        let mut figures = ranges(&medians, &vec![level * 0.075; medians.len()]);
        figures.push(FigureColumn::observed("y", came));
        protect(self.profile, Figures::new("vintages", labels, figures).expect("the columns fit"))
    }

    /// The first source's figure of four months ago.
    fn revised(&self, origin: Period) -> ProtectedTable {
        let source = self.sources.first().map(|(name, _)| name.as_str()).into_iter();
        let labels = vec![
            LabelColumn::text("source", source.clone()),
            LabelColumn::dates("ds", source.map(|_| origin.plus(-4).first_day())),
        ];
        protect(self.profile, Figures::new("revised", labels, Vec::new()).expect("the columns fit"))
    }

    fn findings(&self) -> Vec<Finding> {
        if self.sources.is_empty() {
            return vec![];
        }
        vec![
            Finding {
                name: "unreadable-date",
                severity: Severity::Loss,
                what: Statement::records(14, "row has", "rows have").then(" a date that can’t be read"),
                place: Place {
                    file: Some("referrals-2025-03.csv".to_owned()),
                    column: Some("referral_date".to_owned()),
                    rows: vec![118, 2_040, 2_041],
                    ..Place::default()
                },
                count: 14,
                meaning: "Months with such rows are a little too low.",
                remedy: "Correct the dates in the extract and run again.",
            },
            Finding {
                name: "incomplete-month",
                severity: Severity::Warning,
                what: "The last month ends before its last working day".into(),
                place: Place { series: Some("2025-03".to_owned()), ..Place::default() },
                count: 1,
                meaning: "It is shown as provisional and left out of fitting.",
                remedy: "Take the extract after the month has ended.",
            },
        ]
    }

    fn models(&self) -> ProtectedTable {
        let keys = if self.sources.is_empty() { vec![] } else { self.keys() };
        let rows = keys.len();
        let labels = vec![
            LabelColumn::text("source", keys),
            LabelColumn::text("model", vec!["combination"; rows]),
            LabelColumn::text("description", vec!["0.4 ETS(A,N,N), 0.3 theta, 0.3 calendar regression"; rows]),
        ];
        protect(self.profile, Figures::new("models", labels, vec![]).expect("the columns fit"))
    }
}

/// Referrals by month of the year, beside the average.
const SEASON: [f64; 12] = [1.02, 0.95, 1.08, 0.93, 1.06, 1.07, 1.06, 0.80, 0.98, 1.05, 1.08, 0.88];

fn lockdowns() -> Vec<Lockdown> {
    let dates = [
        ("First lockdown", (2020, 3, 23), (2020, 7, 4)),
        ("Second", (2020, 11, 5), (2020, 12, 2)),
        ("Third", (2021, 1, 5), (2021, 3, 8)),
    ];
    let date = |(year, month, day): (i16, i8, i8)| Date::new(year, month, day).expect("a day");
    dates
        .map(|(label, first, last)| Lockdown { label: label.to_owned(), first_day: date(first), last_day: date(last) })
        .into()
}
