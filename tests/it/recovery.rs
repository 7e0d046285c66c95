//! Synthetic recovery of the shock room: known truth is found again, and an 80% range covers about 80% of truths.
//!
//! The generator is this file's own, so that the oracle never calls the code under test. The slice that always runs is
//! small and seeded; `cargo test --test it recovery -- --ignored --nocapture` walks the whole grid and prints the table of
//! `docs/methods/shock.md`.

use groundswell::features::{FeatureOptions, calendar_design, closure_design};
use groundswell::math::random;
use groundswell::panel::{Design, Panel, SeriesKey, ValueKind};
use groundswell::shock::{Answer, Belief, ShippedPriors, ShockFit, ShockOptions, ShockPriors, Told};
use groundswell::time::{ClosureKind, Closures, Period, Span, WorkingCalendar};
use ndarray::Array2;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Eight years, two of them after the first closure.
const MONTHS: usize = 96;

/// The first month of the new normal: the last deep closure ended before.
const NEW_NORMAL_FROM: i32 = 12 * 2021 + 1;

/// What is planted.
#[derive(Debug, Clone, Copy)]
struct Plan {
    share: f64,
    delay_months: f64,
    size: f64,
    series: usize,
    months: usize,
    /// Whether half of the series have a level shift of a quarter long before the shock.
    shifts: bool,
    /// Whether half of the series are schools and half police.
    sources: bool,
    seed: u64,
}

const PLAN: Plan = Plan {
    share: 0.15,
    delay_months: 4.0,
    size: 500.0,
    series: 40,
    months: MONTHS,
    shifts: false,
    sources: false,
    seed: 1,
};

struct Planted {
    panel: Panel,
    known: Design,
    /// Suppression by closed schools and by staying at home, and the new normal, by series.
    effects: Vec<[f64; 3]>,
}

fn normal(stream: &mut ChaCha8Rng) -> f64 {
    let (radius, angle) = (1.0 - stream.random::<f64>(), stream.random::<f64>());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// A Poisson number; large ones by the normal distribution.
fn poisson(stream: &mut ChaCha8Rng, mean: f64) -> f64 {
    if mean > 100.0 {
        return (mean + mean.sqrt() * normal(stream)).round().max(0.0);
    }
    let (limit, mut product, mut count) = ((-mean).exp(), stream.random::<f64>(), 0.0);
    while product > limit {
        count += 1.0;
        product *= stream.random::<f64>();
    }
    count
}

/// The share that returns by the end of so many months after a mean delay: gamma of shape 2.
fn returned_by(months: f64, mean: f64) -> f64 {
    1.0 - (-2.0 * months / mean).exp() * (1.0 + 2.0 * months / mean)
}

/// Effects of one series, drawn from the shipped prior as its file has it: mean of the group, then the series about it.
fn draw_effects(label: &str, group: &[[f64; 3]; 3], stream: &mut ChaCha8Rng) -> [f64; 3] {
    let (place, between) = match label {
        "Schools" => (1, [0.20, 0.10, 0.10]),
        "Police" => (2, [0.08, 0.15, 0.10]),
        _ => (0, [0.10, 0.10, 0.10]),
    };
    std::array::from_fn(|effect| group[place][effect] + between[effect] * normal(stream))
}

fn plant(plan: Plan) -> Planted {
    let mut stream = random::stream(plan.seed, &[41]);
    let span = Span::new(Period::month(2014, 4), plan.months);
    let calendar = WorkingCalendar::england_and_wales();
    let design = calendar_design(span, Some(&calendar), &FeatureOptions::default()).expect("a design");
    let known = closure_design(design, &calendar, &Closures::england()).expect("a design");
    let view = known.regressors(0);
    let days = view.column("working_days").expect("working days");
    let closed =
        [ClosureKind::Schools, ClosureKind::StayAtHome].map(|kind| view.column(kind.column()).expect("closures"));
    // All, schools, police: means and standard deviations as in models/priors/england.toml.
    let means = [[0.17, 0.13, 0.0], [1.43, 0.0, 0.10], [0.0, -0.06, 0.04]];
    let spreads = [[0.06, 0.06, 0.05], [0.15, 0.10, 0.06], [0.08, 0.10, 0.06]];
    let group: [[f64; 3]; 3] =
        std::array::from_fn(|g| std::array::from_fn(|e| means[g][e] + spreads[g][e] * normal(&mut stream)));
    let season = [1.02, 0.99, 1.04, 0.97, 1.07, 1.07, 1.02, 0.83, 0.98, 1.01, 1.05, 0.93];
    let mut values = Array2::zeros((plan.series, plan.months));
    let (mut keys, mut effects) = (Vec::new(), Vec::new());
    for row in 0..plan.series {
        let label = match (plan.sources, row < plan.series / 2) {
            (false, _) => "*",
            (true, true) => "Police",
            (true, false) => "Schools",
        };
        let own = draw_effects(label, &group, &mut stream);
        let (mut level, mut persistent) =
            ((plan.size * (0.7 + 0.6 * stream.random::<f64>())).ln(), 0.1 * normal(&mut stream));
        let mut due = vec![0.0; plan.months + 200];
        for month in 0..plan.months {
            let period = span.period(month);
            level += (1.2 * 0.022 / 12.0f64).sqrt() * normal(&mut stream);
            if plan.shifts && row % 2 == 0 && month == 30 {
                level += 0.25;
            }
            persistent = 0.6 * persistent + (0.64 * 0.4 * 0.022f64).sqrt() * normal(&mut stream);
            let chance = persistent + (0.6 * 0.022f64).sqrt() * normal(&mut stream) - 0.011;
            let new = if period.ordinal() > NEW_NORMAL_FROM { own[2] } else { 0.0 };
            let usual = (level + new).exp() * season[period.season()] * days[month] / 21.0;
            let kept = (-own[0] * closed[0][month] - own[1] * closed[1][month]).exp();
            let hidden = usual * (1.0 - kept).max(0.0);
            for delay in 0..150 {
                let until = |d: usize| if d == 0 { 0.0 } else { returned_by(d as f64 - 0.5, plan.delay_months) };
                due[month + delay] += plan.share * hidden * (until(delay + 1) - until(delay));
            }
            let open = closed.iter().all(|closed| closed[month] < 0.5);
            let returning = if open { due[month] } else { 0.0 };
            if !open {
                due[month + 1] += due[month];
            }
            values[(row, month)] = poisson(&mut stream, (usual * kept + returning) * chance.exp());
        }
        keys.push(SeriesKey::new([format!("area {row:03}"), label.to_owned()]));
        effects.push(own);
    }
    let dimensions = vec!["area".to_owned(), "source".to_owned()];
    Planted { panel: Panel::new(dimensions, keys, span, values, ValueKind::Count).expect("a panel"), known, effects }
}

fn fit(planted: &Planted) -> ShockFit {
    let priors = ShockPriors::shipped(ShippedPriors::England);
    ShockFit::estimate(&planted.panel, &planted.known, &priors, &ShockOptions::default())
}

/// How often a range held, and how far the means lie off on average.
#[derive(Debug, Default)]
struct Tally {
    held: f64,
    off: f64,
    count: f64,
}

impl Tally {
    fn see(&mut self, belief: Belief, truth: f64) {
        self.held += if (belief.low..=belief.high).contains(&truth) { 1.0 } else { 0.0 };
        self.off += belief.mean - truth;
        self.count += 1.0;
    }

    fn coverage(&self) -> f64 {
        self.held / self.count
    }

    fn bias(&self) -> f64 {
        self.off / self.count
    }
}

/// Tallies of suppression by schools, by staying at home, of the new normal, and of the return share.
fn tally(plans: impl Iterator<Item = Plan>) -> [Tally; 4] {
    let mut tallies: [Tally; 4] = Default::default();
    for plan in plans {
        let planted = plant(plan);
        let fit = fit(&planted);
        for (row, truth) in planted.effects.iter().enumerate() {
            tallies[0].see(fit.suppression(row, ClosureKind::Schools).posterior, truth[0]);
            tallies[1].see(fit.suppression(row, ClosureKind::StayAtHome).posterior, truth[1]);
            tallies[2].see(fit.new_normal(row).posterior, truth[2]);
        }
        tallies[3].see(fit.return_share().posterior, plan.share);
    }
    tallies
}

#[test]
fn suppression_and_new_normal_of_a_panel_are_found_with_honest_ranges() {
    let tallies = tally((0..8).map(|seed| Plan { seed, ..PLAN }));
    for (name, tally, bias) in
        [("schools", &tallies[0], 0.03), ("home", &tallies[1], 0.04), ("normal", &tallies[2], 0.03)]
    {
        assert!((0.72..=0.88).contains(&tally.coverage()), "{name}: 80% ranges held {:.2}", tally.coverage());
        assert!(tally.bias().abs() < bias, "{name}: bias {:.3}", tally.bias());
    }
}

#[test]
fn a_panel_tells_a_return_of_half_from_none() {
    let share = |share: f64, sources: bool| {
        let plan = Plan { share, delay_months: 3.0, size: 1000.0, series: 80, sources, ..PLAN };
        fit(&plant(plan)).return_share()
    };
    for sources in [false, true] {
        let (none, half) = (share(0.0, sources), share(0.5, sources));
        assert!(none.posterior.mean < 0.2, "{none:?}");
        assert!(half.posterior.mean > none.posterior.mean + 0.1, "{half:?} {none:?}");
    }
}

#[test]
fn one_small_authority_cant_tell_and_says_so_first() {
    let plan = Plan { size: 100.0, series: 1, ..PLAN };
    let answer: Answer = fit(&plant(plan)).return_share();
    assert_eq!(answer.told(), Told::Prior, "{answer:?}");
    assert!(answer.return_sentence().starts_with("Your data can't tell"));
}

/// How many of these plans are told by the data.
fn told_by_data(plans: impl Iterator<Item = Plan>) -> usize {
    plans.filter(|plan| fit(&plant(*plan)).return_share().told() == Told::Data).count()
}

#[test]
fn cant_tell_is_said_where_one_authority_stands_alone_and_not_of_a_panel_far_from_the_prior() {
    let alone = |seed| Plan { size: if seed % 2 == 0 { 100.0 } else { 1000.0 }, series: 1, seed, ..PLAN };
    let told = told_by_data((0..20).map(alone));
    assert!(told <= 3, "{told} of 20 authorities alone claim to tell");
    // Nothing returns, and panels see that nothing does.
    let panel = |seed| Plan { share: 0.0, size: 1000.0, series: 60, seed, ..PLAN };
    let told = told_by_data((0..6).map(panel));
    assert!(told >= 5, "{told} of 6 panels tell");
}

#[test]
fn a_history_that_ends_in_the_shock_cant_tell_what_returns() {
    // The last month is May 2020: nothing could come back yet.
    for seed in 0..3 {
        let planted = plant(Plan { series: 20, seed, ..PLAN });
        let known = 74;
        let values = planted.panel.values().slice(ndarray::s![.., ..known]).to_owned();
        let span = Span::new(planted.panel.span().start(), known);
        let keys = planted.panel.keys().to_vec();
        let panel = Panel::new(planted.panel.dimensions().to_vec(), keys, span, values, ValueKind::Count);
        let priors = ShockPriors::shipped(ShippedPriors::England);
        let design = planted.known.slice(0, known);
        let fit = ShockFit::estimate(&panel.expect("a panel"), &design, &priors, &ShockOptions::default());
        assert_eq!(fit.return_share().told(), Told::Prior, "{:?}", fit.return_share());
    }
}

#[test]
fn hidden_demand_is_conserved_in_every_period() {
    for seed in 0..4 {
        let planted = plant(Plan { seed, series: 6, size: 40.0, sources: seed % 2 == 0, ..PLAN });
        let fit = fit(&planted);
        for row in 0..6 {
            let (mut hidden, mut gone) = (0.0, 0.0);
            for flow in fit.flows(row) {
                hidden += flow.hidden;
                gone += flow.returned + flow.lost;
                assert!((gone + flow.held - hidden).abs() < 1e-9, "{gone} {} {hidden}", flow.held);
            }
        }
        let parts = fit.decomposition(&planted.panel).whole();
        assert!(parts.iter().zip(planted.panel.values()).all(|(sum, value)| (sum - value).abs() < 1e-9));
    }
}

/// The values below which lie so many shares of a density over steps from `low` to `high`.
fn quantiles(density: impl Fn(f64) -> f64, (low, high): (f64, f64), count: u64) -> Vec<f64> {
    const STEPS: usize = 20_000;
    let at = |step: usize| low + (high - low) * (step as f64 + 0.5) / STEPS as f64;
    let whole: f64 = (0..STEPS).map(|step| density(at(step))).sum();
    let (mut below, mut step) = (0.0, 0);
    let quantile = |rank: u64| {
        while below < (rank as f64 + 0.5) / count as f64 && step < STEPS {
            below += density(at(step)) / whole;
            step += 1;
        }
        at(step.saturating_sub(1))
    };
    (0..count).map(quantile).collect()
}

/// Where truths come from the prior, ranges of every quantity hold what they say; prints the rates. A quarter of an hour.
///
/// Shares and delays stand at the quantiles of the prior: drawn at random, a few dozen of them lie too high or too low
/// together, and a prior that is right looks wrong.
#[test]
#[ignore = "many panels; run it by name when the method changes"]
#[expect(clippy::print_stderr, reason = "prints the figures of the method's document")]
fn truths_at_the_quantiles_of_the_prior_lie_in_their_ranges() {
    let later = MONTHS + 36;
    for (series, size, months, count, first) in [
        (1, 1000.0, MONTHS, 300, 20_000),
        (20, 1000.0, MONTHS, 96, 21_000),
        (60, 100.0, MONTHS, 96, 22_000),
        (60, 1000.0, MONTHS, 96, 23_000),
        (60, 1000.0, later, 96, 24_000),
        (150, 300.0, MONTHS, 96, 25_000),
    ] {
        // Beta(1.5, 7.5), one tenth of it uniform; B(1.5, 7.5) is 0.0645.
        let shares = quantiles(|share| 0.1 + 0.9 * share.sqrt() * (1.0 - share).powf(6.5) / 0.0645, (0.0, 1.0), count);
        let logs = quantiles(|log| (-0.5 * log * log).exp(), (-4.0, 4.0), count);
        // Seven has no factor in common with either count: every share meets delays from all over.
        let plan = |rank: u64| Plan {
            share: shares[rank as usize],
            delay_months: 4.0 * (0.5 * logs[(rank * 7 % count) as usize]).exp(),
            size,
            series,
            months,
            seed: first + rank,
            ..PLAN
        };
        let tallies = tally((0..count).map(plan));
        for (name, tally) in ["schools", "home", "new normal", "return share"].iter().zip(&tallies) {
            eprintln!(
                "{count} of {series} series, {size} a month, {months} months, {name}: bias {:+.3}, 80% ranges held {:.3}",
                tally.bias(),
                tally.coverage()
            );
        }
        assert!(tallies[..3].iter().all(|tally| (0.75..=0.85).contains(&tally.coverage())));
        // Two standard errors of 96 panels about the aim.
        assert!((0.72..=0.88).contains(&tallies[3].coverage()));
    }
}

/// The whole grid; prints the table of `docs/methods/shock.md`. Minutes.
#[test]
#[ignore = "walks the whole grid; run it by name when the method changes"]
#[expect(clippy::print_stderr, reason = "prints the table of the method's document")]
fn the_whole_grid_of_truths() {
    let repeats: u64 = std::env::var("GROUNDSWELL_RECOVERY").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    for (series, size) in [(1, 100.0), (1, 1000.0), (1, 5000.0), (60, 100.0), (60, 1000.0)] {
        for share in [0.0, 0.15, 0.5, 1.0] {
            for delay_months in [2.0, 6.0, 12.0] {
                let count = if series == 1 { 8 * repeats } else { repeats };
                let plan = move |seed| Plan {
                    share,
                    delay_months,
                    size,
                    series,
                    shifts: seed % 2 == 0,
                    sources: series > 1 && seed % 3 == 0,
                    seed,
                    ..PLAN
                };
                let [schools, home, normal, returned] = tally((0..count).map(plan));
                let cell = |tally: &Tally| format!("{:+.3} {:.2}", tally.bias(), tally.coverage());
                eprintln!(
                    "| {series} | {size} | {share} | {delay_months} | {} | {} | {} | {:.2} {:.2} |",
                    cell(&schools),
                    cell(&home),
                    cell(&normal),
                    share + returned.bias(),
                    returned.coverage(),
                );
            }
        }
    }
}
