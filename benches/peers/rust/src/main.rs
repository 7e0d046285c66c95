//! Forecasts every series of a table with augurs and anofox-forecast, on one thread.
//!
//! ```text
//! rust-peers TABLE.csv --horizon 12 [--models augurs-ets,anofox-ets] > FORECASTS.csv
//! rust-peers --list
//! ```
//!
//! The table has the columns `unique_id`, `ds` (a month as YYYY-MM-01, or a period number) and `y`, each series' rows
//! in order of time and without gaps. Standard output has a row a model, series and future period: `model`,
//! `unique_id`, `ds`, `point`, and the bounds of the 50, 80 and 95 per cent intervals. A series on which a model fails,
//! by an error or a panic, has no rows, and standard error says how many those are and how many seconds a model took.

mod models;
mod table;

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use models::{LEVELS, MODELS, Outlook};
use table::Table;

type Failure = Box<dyn std::error::Error>;

struct Arguments {
    table: String,
    horizon: usize,
    models: Vec<&'static models::Model>,
}

fn arguments() -> Result<Option<Arguments>, Failure> {
    let (mut table, mut horizon, mut chosen) = (None, None, MODELS.iter().collect::<Vec<_>>());
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        let mut value = || given.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--list" => return Ok(None),
            "--horizon" => horizon = Some(value()?.parse()?),
            "--models" => chosen = value()?.split(',').map(model).collect::<Result<_, _>>()?,
            _ if table.is_none() && !argument.starts_with('-') => table = Some(argument),
            _ => return Err(format!("{argument} is not known").into()),
        }
    }
    Ok(Some(Arguments {
        table: table.ok_or("which table? rust-peers TABLE.csv --horizon N")?,
        horizon: horizon.ok_or("--horizon is missing")?,
        models: chosen,
    }))
}

fn model(id: &str) -> Result<&'static models::Model, String> {
    let known = || MODELS.iter().map(|model| model.id).collect::<Vec<_>>().join(", ");
    MODELS.iter().find(|model| model.id == id).ok_or_else(|| format!("{id} is not a model; known are {}", known()))
}

/// One model's forecast of one series, or nothing where it fails.
fn outlook(model: &models::Model, table: &Table, series: &table::Series, horizon: usize) -> Option<Outlook> {
    // Parts of both crates are unfinished and panic; that costs this series and not the others.
    let run = || (model.forecast)(&table.clock(series), &series.values, horizon).ok();
    let outlook = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).ok().flatten()?;
    outlook.is_whole(horizon).then_some(outlook)
}

fn run() -> Result<(), Failure> {
    let Some(arguments) = arguments()? else {
        MODELS.iter().for_each(|model| println!("{}", model.id));
        return Ok(());
    };
    let table = Table::read(&arguments.table)?;
    std::panic::set_hook(Box::new(|_| {}));
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    let bounds = LEVELS.iter().flat_map(|level| [format!("lo-{level}"), format!("hi-{level}")]);
    out.write_record(["model", "unique_id", "ds", "point"].map(String::from).into_iter().chain(bounds))?;
    for model in arguments.models {
        let (start, mut lost) = (Instant::now(), 0);
        for series in &table.series {
            let Some(outlook) = outlook(model, &table, series, arguments.horizon) else {
                lost += 1;
                continue;
            };
            for (step, ds) in table.ahead(series, arguments.horizon).into_iter().enumerate() {
                let numbers = outlook.row(step).map(|number| number.map_or(String::new(), |v| format!("{v:.6}")));
                out.write_record([model.id.to_owned(), series.id.clone(), ds].into_iter().chain(numbers))?;
            }
        }
        out.flush()?;
        let seconds = start.elapsed().as_secs_f64();
        writeln!(std::io::stderr(), "{}: {} series, {lost} lost, {seconds:.3} s", model.id, table.series.len())?;
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rust-peers: {error}");
            ExitCode::FAILURE
        }
    }
}
