"""Forecasts a monthly referral panel with peers at rolling origins, and scores what comes out.

    python benches/peers/referrals.py forecast SERIES.csv OUTPUT.csv [--models ETS,Theta,ARIMA] [--jobs 1] \\
        [--rust-peers BINARY] [--areas even|odd] [--sample N]
    python benches/peers/referrals.py score SERIES.csv OUTPUT.csv ... [--areas even|odd] [--sample N]

SERIES.csv has the columns unique_id, ds, y. OUTPUT.csv has a row for each model, origin, series and month: the point
forecast and the bounds of the 50, 80 and 95 per cent intervals. `score` reads that and what `groundswell backtest
--forecasts` writes. Models and origins already in OUTPUT.csv are not run again, and a series on which a model fails has
no rows: `lost` counts such series and origins. `--models ""` leaves statsforecast out; `--rust-peers` is a built
`benches/peers/rust`. The seconds of a run that was made are in OUTPUT.seconds.csv, of one thread with one job.

Scores: the weighted interval score (Bracher et al. 2021) and the absolute error, both over the mean absolute error of
the seasonal naive forecast inside each origin's history, averaged over series, origins and months; coverage by level.
"""

import argparse
import functools
import pathlib
import time

import numpy as np
import pandas as pd

import m3

ORIGINS = [
    "2016-03", "2017-03", "2018-03", "2019-03",
    "2020-06", "2020-09", "2020-12", "2021-03", "2021-06",
    "2022-03", "2023-03",
]
HORIZON = 12
SEASON = 12
LEVELS = [50, 80, 95]
BOUNDS = [f"{side}-{level}" for level in LEVELS for side in ("lo", "hi")]
# How `groundswell backtest --forecasts` names them.
AS_WRITTEN = {bound.replace("-", "_"): bound for bound in BOUNDS} | {"median": "point"}
SCORED = ["wis", "mase", "bias", *(f"cover-{level}" for level in LEVELS)]
COMBINED = ["AutoETS", "AutoARIMA", "DynamicOptimizedTheta"]


def stratum(origin):
    return "before" if origin < "2020" else "in" if origin < "2021-09" else "after"


def read_series(path):
    series = pd.read_csv(path, parse_dates=["ds"])
    series["unique_id"] = series["unique_id"].astype(str)
    return series


def read_rows(paths):
    """Forecasts of any tool under one set of names; a model in two files counts once."""
    tables = []
    for path in paths:
        table = pd.read_csv(path, dtype={"unique_id": str}).drop(columns="y", errors="ignore")
        tables.append(table.rename(columns=AS_WRITTEN))
    return pd.concat(tables, ignore_index=True).drop_duplicates(["model", "origin", "unique_id", "ds"])


def chosen(series, areas, sample):
    """Every other series by the order of their ids, or some spread over them, or all."""
    ids = sorted(series["unique_id"].unique())
    if areas:
        ids = ids[("even", "odd").index(areas)::2]
    if sample and sample < len(ids):
        ids = [ids[i] for i in np.linspace(0, len(ids) - 1, sample).round().astype(int)]
    return ids


def runs(wanted, jobs, rust, rust_models):
    """Every model that was asked for: its name, and what forecasts a history."""
    for name in wanted:
        from statsforecast.models import AutoARIMA, AutoETS, DynamicOptimizedTheta

        model = {"ETS": AutoETS, "Theta": DynamicOptimizedTheta, "ARIMA": AutoARIMA}[name](season_length=SEASON)
        yield repr(model), functools.partial(run_statsforecast, model, jobs)
    for name in (rust_models or m3.rust_models(rust)) if rust else []:
        yield name, functools.partial(run_rust, rust, name)


def run_statsforecast(model, jobs, history):
    from statsforecast import StatsForecast

    cpu = time.process_time()
    run = StatsForecast(models=[model], freq="MS", n_jobs=jobs)
    wide = run.forecast(df=history, h=HORIZON, level=LEVELS).reset_index()
    wide = wide.rename(columns={f"{model!r}-{bound}": bound for bound in BOUNDS} | {repr(model): "point"})
    return wide.assign(ds=wide["ds"].dt.strftime("%Y-%m-%d")), time.process_time() - cpu


def run_rust(binary, name, history):
    table, _, cpu = m3.run_rust(binary, name, history.assign(ds=history["ds"].dt.strftime("%Y-%m-%d")), HORIZON)
    return table, cpu


def forecast(series, output, wanted, jobs, rust=None, rust_models=None):
    done = pd.read_csv(output, usecols=["model", "origin"]).drop_duplicates() if output.exists() else pd.DataFrame()
    done = set(done.itertuples(index=False, name=None))
    clock = output.with_suffix(".seconds.csv")
    for name, run in runs(wanted, jobs, rust, rust_models):
        for origin in ORIGINS:
            if (name, origin) in done:
                continue
            forecasts, cpu = run(series[series["ds"] <= f"{origin}-01"])
            rows = forecasts[["unique_id", "ds", "point", *BOUNDS]].round(4)
            rows.insert(0, "model", name)
            rows.insert(1, "origin", origin)
            rows.to_csv(output, mode="a", index=False, header=not output.exists())
            seconds = pd.DataFrame({"model": [name], "origin": [origin], "cpu_seconds": [round(cpu, 3)]})
            seconds.to_csv(clock, mode="a", index=False, header=not clock.exists())
            print(f"{name} {origin} {cpu:.1f} s", flush=True)


def seconds(outputs):
    """Processor seconds by model over all origins, of the runs that wrote them down."""
    clocks = [path for path in (output.with_suffix(".seconds.csv") for output in outputs) if path.exists()]
    if not clocks:
        return pd.Series(dtype=float)
    return pd.concat(map(pd.read_csv, clocks)).groupby("model")["cpu_seconds"].sum()


def with_combination(rows):
    """Adds the mean of the three models' points and bounds, where all three are there."""
    numbers = ["point", *BOUNDS]
    parts = rows[rows["model"].isin(COMBINED)]
    groups = parts.groupby(["origin", "unique_id", "ds"])[numbers]
    mean = groups.mean()[groups.size() == len(COMBINED)].reset_index()
    return pd.concat([rows, mean.assign(model="mean of three")], ignore_index=True)


def scales(series):
    """The in-sample seasonal naive error by origin and series."""
    for origin in ORIGINS:
        wide = series[series["ds"] <= f"{origin}-01"].pivot(index="ds", columns="unique_id", values="y")
        error = (wide - wide.shift(SEASON)).abs().mean()
        yield pd.DataFrame({"origin": origin, "unique_id": error.index, "scale": error.to_numpy()})


def expected(series, scale):
    """How many series can be forecast and scored, by origin."""
    last = series.groupby("unique_id")["ds"].max()
    end = pd.to_datetime(scale["origin"]) + pd.DateOffset(months=HORIZON)
    return scale[(scale["scale"] > 0) & (end <= scale["unique_id"].map(last))].groupby("origin").size()


def add_scores(rows):
    """Scores each forecast, beside whose point and bounds stand the truth `y` and the `scale`, and names its stratum."""
    truth, total = rows["y"], (rows["y"] - rows["point"]).abs() / 2
    for level in LEVELS:
        low, high, alpha = rows[f"lo-{level}"].clip(lower=0), rows[f"hi-{level}"].clip(lower=0), 1 - level / 100
        outside = np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
        total = total + alpha / 2 * (high - low + 2 / alpha * outside)
        rows[f"cover-{level}"] = (truth >= low) & (truth <= high)
    rows["wis"] = total / (len(LEVELS) + 0.5) / rows["scale"]
    rows["mase"] = (truth - rows["point"]).abs() / rows["scale"]
    rows["bias"] = (rows["point"] - truth) / rows["scale"]
    rows["stratum"] = rows["origin"].map(stratum)


def score(series, rows):
    """Scores by stratum and model."""
    rows = with_combination(rows)
    rows["ds"] = pd.to_datetime(rows["ds"])
    scale = pd.concat(scales(series))
    rows = rows.merge(series, on=["unique_id", "ds"]).merge(scale, on=["origin", "unique_id"])
    rows = rows[np.isfinite(rows[["point", *BOUNDS]]).all(axis=1)].copy()
    add_scores(rows)
    rows = pd.concat([rows, rows.assign(stratum="all")])
    table = rows.groupby(["stratum", "model"])[SCORED].mean()
    table["forecasts"] = rows.groupby(["stratum", "model"]).size()
    whole = rows.groupby(["stratum", "model", "origin", "unique_id"]).size().ge(HORIZON)
    whole = whole.groupby(["stratum", "model"]).sum()
    due = expected(series, scale)
    due = due.groupby(due.index.map(stratum)).sum()
    due["all"] = due.sum()
    table["lost"] = due.reindex(table.index.get_level_values("stratum")).to_numpy() - whole.reindex(table.index).to_numpy()
    return table.round(4)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["forecast", "score"])
    parser.add_argument("series", type=pathlib.Path)
    parser.add_argument("outputs", type=pathlib.Path, nargs="+")
    parser.add_argument("--models", default="ETS,Theta,ARIMA", help="of statsforecast, comma-separated")
    parser.add_argument("--rust-peers", metavar="BINARY", help="a built benches/peers/rust: its models run too")
    parser.add_argument("--rust-models", help="comma-separated, in place of all that it knows")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--areas", choices=["even", "odd"], help="every other series only")
    parser.add_argument("--sample", type=int, default=0, help="only N series, spread over their ids")
    arguments = parser.parse_args()
    series = read_series(arguments.series)
    series = series[series["unique_id"].isin(chosen(series, arguments.areas, arguments.sample))]
    if arguments.task == "forecast":
        models = [name for name in arguments.models.split(",") if name]
        rust_models = arguments.rust_models.split(",") if arguments.rust_models else None
        forecast(series, arguments.outputs[0], models, arguments.jobs, arguments.rust_peers, rust_models)
        return
    rows = read_rows(arguments.outputs)
    table = score(series, rows[rows["unique_id"].isin(series["unique_id"])])
    print(table.to_string())


if __name__ == "__main__":
    main()
