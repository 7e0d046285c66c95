//! Made-up scenarios and answers for tests: the shape of a run's, in sizes of choice.

use super::ranges::{WIDTHS, ranges};
use crate::disclosure::{FigureColumn, Figures, LabelColumn, Profile, ProtectedTable, protect};
use crate::publish::{BASELINE, Futures, HORIZON, SupposedScenario};
use crate::time::{Closure, ClosureKind, Date, Period};

const MONTHS: i32 = 12;

/// What is supposed: name, title, and for each lever its name and what it adds of the level of a month.
type Supposed = (&'static str, String, Vec<(String, f64)>);

/// What an authority with so many referrals a month is told.
pub struct Told {
    pub origin: Period,
    pub level: f64,
    pub profile: Profile,
    /// Groups with a new normal of their own.
    pub groups: Vec<String>,
    /// Follows every name of a scenario or lever.
    pub suffix: &'static str,
    /// How many times the usual every lever does.
    pub force: f64,
}

impl Told {
    fn supposed(&self) -> Vec<Supposed> {
        let lever = |name: &str, adds: f64| (format!("{name}{}", self.suffix), self.force * adds);
        let title = |name: &str| format!("{name}{}", self.suffix);
        let (schools, home) = (lever("Schools closed for ten weeks", -0.5), lever("At home for seven weeks", -0.12));
        vec![
            ("lockdown", title("Another lockdown"), vec![schools.clone(), home.clone()]),
            (
                "lockdown+half",
                title("Another lockdown, half returns"),
                vec![schools, home, lever("Half returns", 0.25), lever("Waiting lists", -0.01)],
            ),
            ("rate", title("The recent rate held"), vec![lever("Mean of the last six months held", 0.2)]),
        ]
    }

    fn protect(&self, name: &str, labels: Vec<LabelColumn>, figures: Vec<FigureColumn>) -> ProtectedTable {
        protect(self.profile, Figures::new(name, labels, figures).expect("the columns fit"))
    }

    fn months(&self, first: i32) -> Vec<Date> {
        (first..=MONTHS).map(|step| self.origin.plus(step).first_day()).collect()
    }

    /// The tables.
    pub fn futures(&self) -> Futures {
        let supposed = self.supposed();
        let closed = |first: i32, last: i32| Closure {
            name: "Schools".to_owned(),
            kind: ClosureKind::Schools,
            first: self.origin.plus(first).first_day(),
            last: self.origin.plus(last).first_day(),
            depth: 1.0,
            announced: None,
        };
        Futures {
            answers: self.answers(),
            decomposition: self.decomposition(),
            returns: self.returns(),
            scenarios: self.scenarios(&supposed),
            scenario_years: self.years("scenario-years", &supposed, false),
            ledger: self.ledger(&supposed),
            differences: self.years("differences", &supposed, true),
            supposed: supposed
                .iter()
                .map(|(name, title, levers)| SupposedScenario {
                    name: (*name).to_owned(),
                    title: title.clone(),
                    description: "Schools close as they did in spring 2020.".to_owned(),
                    sources: vec!["a statistic".to_owned()],
                    idle: Vec::new(),
                    closures: if levers.len() > 1 { vec![closed(4, 6)] } else { Vec::new() },
                })
                .collect(),
            saw_a_closure: true,
            returning: true,
        }
    }

    fn answers(&self) -> ProtectedTable {
        let mut rows: Vec<(&str, String, [f64; 6])> = vec![
            ("returns", "*".to_owned(), [0.5, 0.1, 0.9, 0.42, 0.2, 0.65]),
            ("lockdown", "*".to_owned(), [-0.2, -0.4, 0.0, -0.31, -0.36, -0.25]),
            ("new-normal", "*".to_owned(), [0.0, -0.2, 0.2, -0.06, -0.11, 0.02]),
        ];
        let of_group = |(place, name): (usize, &String)| {
            ("new-normal", name.clone(), [0.0, -0.3, 0.3, 0.04 * place as f64 - 0.1, -0.3, 0.4])
        };
        rows.extend(self.groups.iter().enumerate().map(of_group));
        let labels = vec![
            LabelColumn::text("question", rows.iter().map(|row| row.0)),
            LabelColumn::text("of", rows.iter().map(|row| row.1.as_str())),
            LabelColumn::text("unit", rows.iter().map(|_| "share")),
            LabelColumn::text("told_by", rows.iter().map(|_| "data")),
            LabelColumn::text("sentence", rows.iter().map(|_| "A made-up answer.")),
        ];
        let names = ["prior", "prior_lo_80", "prior_hi_80", "posterior", "lo_80", "hi_80"];
        let columns = names
            .iter()
            .enumerate()
            .map(|(place, name)| FigureColumn::scores(name, rows.iter().map(|row| row.2[place]).collect()));
        let more = ["moved_sd", "left_open"].map(|name| FigureColumn::scores(name, vec![0.5; rows.len()]));
        self.protect("answers", labels, columns.chain(more).collect())
    }

    fn decomposition(&self) -> ProtectedTable {
        let dates = self.months(-60);
        let parts = ["baseline", "season", "new-normal", "suppressed", "returning", "expected"];
        let (mut ds, mut state, mut part, mut values) = (vec![], vec![], vec![], vec![]);
        for (place, date) in dates.iter().enumerate() {
            let season = 0.1 * libm::sin(place as f64 / 2.0);
            let suppressed = if (8..12).contains(&place) { -0.3 } else { 0.0 };
            let returning = if (14..30).contains(&place) { 0.05 } else { 0.0 };
            let normal = if place > 30 { -0.06 } else { 0.0 };
            let shares = [1.0, season, normal, suppressed, returning];
            let whole = shares.iter().sum::<f64>();
            for (name, share) in parts.iter().zip(shares.into_iter().chain([whole])) {
                ds.push(*date);
                state.push(if place > 60 { "forecast" } else { "observed" });
                part.push(*name);
                values.push(share * self.level);
            }
        }
        let labels = vec![
            LabelColumn::text("source", ds.iter().map(|_| "*")),
            LabelColumn::dates("ds", ds),
            LabelColumn::text("state", state),
            LabelColumn::text("part", part),
        ];
        self.protect("decomposition", labels, vec![FigureColumn::changes("value", values)])
    }

    fn returns(&self) -> ProtectedTable {
        let dates = self.months(-60);
        let so_far = |place: usize, from: usize, to: usize, of: f64| {
            of * self.level * (place.clamp(from, to) - from) as f64 / (to - from) as f64
        };
        let column = |name: &str, from: usize, to: usize, of: f64| {
            FigureColumn::counts(name, (0..dates.len()).map(|place| so_far(place, from, to, of)).collect())
        };
        let figures = vec![column("kept_away_so_far", 8, 12, 1.2), column("came_back_so_far", 14, 70, 0.5)];
        let labels = vec![
            LabelColumn::text("source", dates.iter().map(|_| "*")),
            LabelColumn::text("state", (0..dates.len()).map(|place| if place > 60 { "forecast" } else { "observed" })),
            LabelColumn::dates("ds", dates.clone()),
        ];
        self.protect("returns", labels, figures)
    }

    fn scenarios(&self, supposed: &[Supposed]) -> ProtectedTable {
        let dates = self.months(1);
        let names: Vec<&str> = std::iter::once(BASELINE).chain(supposed.iter().map(|one| one.0)).collect();
        let (mut scenario, mut ds, mut medians) = (vec![], vec![], vec![]);
        for name in names {
            for (place, date) in dates.iter().enumerate() {
                scenario.push(name);
                ds.push(*date);
                let closed = name.starts_with("lockdown") && (3..6).contains(&place);
                medians.push(self.level * if closed { 0.7 } else { 1.0 });
            }
        }
        let labels = vec![
            LabelColumn::text("source", ds.iter().map(|_| "*")),
            LabelColumn::dates("ds", ds),
            LabelColumn::text("scenario", scenario),
        ];
        let spreads: Vec<f64> = medians.iter().map(|median| 0.1 * median).collect();
        self.protect("scenarios", labels, ranges(&medians, &spreads))
    }

    fn years(&self, name: &str, supposed: &[Supposed], is_difference: bool) -> ProtectedTable {
        let baseline = (!is_difference).then(|| (BASELINE, String::new(), Vec::new()));
        let all: Vec<Supposed> = baseline.into_iter().chain(supposed.iter().cloned()).collect();
        let start = if is_difference { 0.0 } else { 12.0 };
        let middle = |one: &Supposed| self.level * (start + one.2.iter().map(|(_, adds)| adds).sum::<f64>());
        let middles: Vec<f64> = all.iter().map(middle).collect();
        let at = |width: f64| middles.iter().map(|middle| middle + width * 0.1 * self.level).collect();
        let figures = WIDTHS.map(|(name, width)| {
            if is_difference { FigureColumn::changes(name, at(width)) } else { FigureColumn::counts(name, at(width)) }
        });
        let mut labels = self.window(all.len());
        labels.push(LabelColumn::text("scenario", all.iter().map(|one| one.0)));
        self.protect(name, labels, figures.into())
    }

    fn ledger(&self, supposed: &[Supposed]) -> ProtectedTable {
        let (mut scenario, mut line, mut lever, mut means) = (vec![], vec![], vec![], vec![]);
        for (name, title, levers) in supposed {
            let sum = 12.0 + levers.iter().map(|(_, adds)| adds).sum::<f64>();
            let lines = [(BASELINE.to_owned(), 12.0)].into_iter().chain(levers.clone()).chain([(title.clone(), sum)]);
            for (number, (what, adds)) in lines.enumerate() {
                scenario.push(*name);
                line.push(number as i64);
                lever.push(what);
                means.push(adds * self.level);
            }
        }
        let mut labels = self.window(means.len());
        labels.extend([
            LabelColumn::text("scenario", scenario),
            LabelColumn::numbers("line", line),
            LabelColumn::text("lever", lever),
        ]);
        self.protect("ledger", labels, vec![FigureColumn::changes("mean", means)])
    }

    /// The labels of rows over the whole horizon.
    fn window(&self, rows: usize) -> Vec<LabelColumn> {
        let day = |step: i32| std::iter::repeat_n(self.origin.plus(step).first_day(), rows);
        vec![
            LabelColumn::text("source", vec!["*"; rows]),
            LabelColumn::text("window", vec![HORIZON; rows]),
            LabelColumn::dates("from", day(1)),
            LabelColumn::dates("to", day(MONTHS)),
        ]
    }
}
