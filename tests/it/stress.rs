//! Series that no one meant to forecast, by the thousand, through the code of `groundswell forecast`: every family and
//! every shipped line-up on each of them.
//!
//! A few blocks run with the other tests. The whole million:
//!
//! ```sh
//! GROUNDSWELL_STRESS_BLOCKS=0..1000 cargo test --test it stress -- --ignored --nocapture
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use groundswell::forecast::{Draws, Levels};
use groundswell::math::random::stream;
use groundswell::models::ModelSpec;
use groundswell::pipeline::{self, FlatForecast, FlatTable, WideFormat};
use groundswell::project::LineUp;
use groundswell::time::Frequency;
use rand::{Rng, RngExt};
use tempfile::TempDir;

/// Series a block of the whole.
const BLOCK: usize = 1000;

/// Histories have fewer periods than this.
const LONGEST: usize = 601;

/// One made-up series: the number of its first period, and its values; `NaN` = the table has no row of it.
struct Series {
    name: String,
    first: usize,
    values: Vec<f64>,
}

/// What all series of a table share.
struct Setting {
    frequency: Frequency,
    /// Whether values are whole, as counts are.
    whole: bool,
    /// Whether all series end in the same period, so that they share a calendar.
    together: bool,
    /// Whether periods are written as dates; numbers otherwise.
    dated: bool,
    horizon: usize,
}

impl Setting {
    fn of(block: u64) -> Setting {
        Setting {
            frequency: [Frequency::Month, Frequency::Week, Frequency::Quarter, Frequency::Year][block as usize % 4],
            whole: (block / 4).is_multiple_of(2),
            together: (block / 8).is_multiple_of(2),
            dated: block.is_multiple_of(4),
            horizon: [12, 1, 30][block as usize % 3],
        }
    }
}

/// The series of a block: the same on every machine.
fn made_up(block: u64, series: usize, setting: &Setting) -> Vec<Series> {
    let one = |number: usize| {
        let mut rng = stream(600, &[block, number as u64]);
        // Models break on short series: a quarter have at most five periods, half fewer than 40.
        let periods = match rng.random_range(0..4) {
            0 => rng.random_range(0..6),
            1 => rng.random_range(0..40),
            2 => rng.random_range(0..150),
            _ => rng.random_range(0..LONGEST),
        };
        let mut values = shape(&mut rng, periods);
        gaps(&mut rng, &mut values);
        let sizes = if setting.whole { [1.0, 1.0, 1e3, 1e9] } else { [1.0, 1e6, 1e-12, 1e-100] };
        let size = sizes[rng.random_range(0..sizes.len())];
        // The reader takes nothing above 10^15.
        values.iter_mut().for_each(|value| *value = (*value * size).min(1e15));
        if setting.whole {
            values.iter_mut().for_each(|value| *value = value.round());
        }
        let first = if setting.together { LONGEST - periods } else { rng.random_range(1..30) };
        Series { name: format!("s{number:04}"), first, values }
    };
    (0..series).map(one).collect()
}

fn shape(rng: &mut impl Rng, periods: usize) -> Vec<f64> {
    let (kind, level, share) = (rng.random_range(0..12), rng.random::<f64>() * 200.0, rng.random::<f64>());
    let break_at = rng.random_range(0..=periods);
    let mut walk = level;
    let mut value = |t: usize| {
        let (at, noise) = (t as f64, rng.random::<f64>());
        walk = (walk + 20.0 * (noise - 0.5)).max(0.0);
        match kind {
            0 => 0.0,
            1 => level.round(),
            2 => f64::from(u8::from(t == break_at)) * 1e6,
            3 => level + f64::from(u8::from(t == break_at)) * 1e6 + noise,
            4 if noise < share => 0.0,
            4 => (30.0 * noise).ceil(),
            5 => walk,
            6 => level * (1.2 + (at * std::f64::consts::TAU / 12.0).sin()) * (0.9 + 0.2 * noise),
            7 => (0.03 * at).exp() * (0.8 + 0.4 * noise),
            8 => (300.0 - 2.0 * at).max(0.0) + noise,
            9 if t < break_at => level * noise,
            9 => 0.0,
            10 => f64::from(t as u32 % 2) * level,
            _ => noise.powi(-2).min(1e9),
        }
    };
    (0..periods).map(&mut value).collect()
}

fn gaps(rng: &mut impl Rng, values: &mut [f64]) {
    match rng.random_range(0..4) {
        0 => values.iter_mut().for_each(|value| *value = if rng.random::<f64>() < 0.3 { f64::NAN } else { *value }),
        1 if !values.is_empty() => {
            let from = rng.random_range(0..values.len());
            let to = rng.random_range(from..=values.len());
            values[from..to].fill(f64::NAN);
        }
        _ => {}
    }
}

/// Every family alone and every line-up of `models/line-ups`.
fn contenders() -> Vec<LineUp> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/line-ups");
    let mut shipped: Vec<String> = fs::read_dir(folder)
        .expect("the folder of line-ups")
        .map(|entry| entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    shipped.sort();
    let shipped = shipped.iter().map(|name| LineUp::load(name, Path::new("")).expect("a shipped line-up"));
    shipped.chain(ModelSpec::families().map(|id| LineUp::of_model(id).expect("a family"))).collect()
}

/// The series as a table; one without a row is not in it, as in any table.
fn table(series: &[Series], dated: bool) -> String {
    let label = |period: usize| match dated {
        true => format!("{}-{:02}-01", 1970 + period / 12, period % 12 + 1),
        false => period.to_string(),
    };
    let mut text = String::from("unique_id,ds,y\n");
    for Series { name, first, values } in series {
        for (period, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            writeln!(text, "{name},{},{value}", label(first + period)).expect("text grows");
        }
    }
    text
}

/// What is wrong with the forecasts of these series, and how many rows were read; a panic passes through.
fn faults(series: &[Series], setting: &Setting, models: &[LineUp]) -> (Vec<String>, usize) {
    let folder = TempDir::new().expect("a temporary folder");
    let (input, output) = (folder.path().join("series.csv"), folder.path().join("forecast.csv"));
    fs::write(&input, table(series, setting.dated)).expect("a table");
    let job = FlatForecast {
        table: FlatTable { path: Some(input), id: None, time: None, target: None, frequency: Some(setting.frequency) },
        models: models.to_vec(),
        horizon: setting.horizon,
        levels: Levels::default(),
        draws: Draws { paths: 60, seed: 5 },
        output: Some(output.clone()),
        format: WideFormat::Csv,
    };
    if let Err(error) = pipeline::forecast_table(&job, &mut |_| {}) {
        return (vec![format!("the whole table: {error}")], 0);
    }
    let text = fs::read_to_string(output).expect("the forecast");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let place = |name: &str| header.iter().position(|column| *column == name).expect("the column");
    let ladder = ["lo_95", "lo_80", "lo_50", "median", "hi_50", "hi_80", "hi_95"].map(place);
    let (id, model, mean) = (place("unique_id"), place("model"), place("mean"));
    let mut steps: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let (mut faults, mut rows) = (Vec::new(), 0);
    for line in lines {
        rows += 1;
        let cells: Vec<&str> = line.split(',').collect();
        let number = |place: usize| cells[place].parse::<f64>().unwrap_or(f64::NAN);
        let rungs = ladder.map(number);
        let sound = rungs.iter().chain([&number(mean)]).all(|value| value.is_finite() && *value >= 0.0);
        if !sound || !rungs.is_sorted() {
            faults.push(line.to_owned());
        }
        *steps.entry((cells[id], cells[model])).or_default() += 1;
    }
    for series in series.iter().filter(|series| series.values.iter().any(|value| !value.is_nan())) {
        for line_up in models {
            let steps = steps.get(&(series.name.as_str(), line_up.name.as_str())).copied().unwrap_or(0);
            if steps != setting.horizon {
                faults.push(format!("{} by {}: {steps} of {} steps", series.name, line_up.name, setting.horizon));
            }
        }
    }
    (faults, rows)
}

/// What is wrong with a block; where the engine panics, with the fewest series that still make it, by halves.
fn try_block(number: u64, size: usize, models: &[LineUp]) -> (Vec<String>, usize) {
    let setting = Setting::of(number);
    let mut series = made_up(number, size, &setting);
    let attempt = |series: &[Series], models: &[LineUp]| {
        panic::catch_unwind(AssertUnwindSafe(|| faults(series, &setting, models))).ok()
    };
    if let Some((faults, rows)) = attempt(&series, models) {
        let shown = |fault: String| {
            let named = series.iter().find(|series| fault.starts_with(&series.name));
            format!("block {number}: {fault}; values {:?}", named.map(|series| &series.values))
        };
        return (faults.into_iter().map(shown).collect(), rows);
    }
    let alone = models.iter().find(|model| attempt(&series, std::slice::from_ref(model)).is_none());
    let guilty = alone.map_or(models, std::slice::from_ref);
    while series.len() > 1 {
        let second = series.split_off(series.len() / 2);
        if attempt(&series, guilty).is_some() {
            if attempt(&second, guilty).is_some() {
                series.extend(second);
                break;
            }
            series = second;
        }
    }
    let names: Vec<&str> = guilty.iter().map(|model| model.name.as_str()).collect();
    let values: Vec<&Vec<f64>> = series.iter().take(3).map(|series| &series.values).collect();
    (vec![format!("block {number}: {names:?} panicked on {} series: {values:?}", series.len())], 0)
}

#[expect(clippy::print_stderr, reason = "a run of hours says how far it is")]
fn run(blocks: Range<u64>, size: usize) -> usize {
    let models = contenders();
    let (mut faults, mut rows, mut series) = (Vec::new(), 0, 0);
    for number in blocks {
        let (found, read) = try_block(number, size, &models);
        rows += read;
        series += size;
        found.iter().take(5).for_each(|fault| eprintln!("{fault}"));
        faults.extend(found);
        if number % 10 == 9 {
            eprintln!("{series} series, {rows} forecasts by {} models, {} faults", models.len(), faults.len());
        }
    }
    assert!(faults.is_empty(), "{} of {series} series' forecasts are wrong; the first: {}", faults.len(), faults[0]);
    rows
}

#[test]
fn a_thousand_made_up_series_get_finite_ordered_ranges_from_every_model() {
    // Eight blocks: counts and amounts of every frequency.
    let rows = run(0..8, 150);
    assert!(rows > 50_000, "{rows} forecasts were looked at");
}

#[test]
#[ignore = "hours; see the head of this file"]
fn a_million_made_up_series_get_finite_ordered_ranges_from_every_model() {
    let asked = std::env::var("GROUNDSWELL_STRESS_BLOCKS").unwrap_or_else(|_| "0..1000".to_owned());
    let (from, to) = asked.split_once("..").expect("blocks as FIRST..END");
    run(from.parse().expect("a number")..to.parse().expect("a number"), BLOCK);
}
