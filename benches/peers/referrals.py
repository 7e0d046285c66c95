"""Forecasts a monthly referral panel with statsforecast at rolling origins, and scores what comes out.

    python benches/peers/referrals.py forecast SERIES.csv OUTPUT.csv [--models ETS,Theta,ARIMA] [--jobs 1]
    python benches/peers/referrals.py score SERIES.csv OUTPUT.csv [--areas even|odd]

SERIES.csv has the columns unique_id, ds, y. OUTPUT.csv has a row for each model, origin, series and month: the point
forecast and the bounds of the 50, 80 and 95 per cent intervals; `groundswell`'s own harness writes the same columns, so
`score` reads either. Models already in OUTPUT.csv are not run again.

Scores: the weighted interval score (Bracher et al. 2021) and the absolute error, both over the mean absolute error of
the seasonal naive forecast inside each origin's history, averaged over series, origins and months; coverage by level.
"""

import argparse
import pathlib

import numpy as np
import pandas as pd

ORIGINS = [
    "2016-03", "2017-03", "2018-03", "2019-03",
    "2020-06", "2020-09", "2020-12", "2021-03", "2021-06",
    "2022-03", "2023-03",
]
HORIZON = 12
SEASON = 12
LEVELS = [50, 80, 95]
BOUNDS = [f"{side}-{level}" for level in LEVELS for side in ("lo", "hi")]
COMBINED = ["AutoETS", "AutoARIMA", "DynamicOptimizedTheta"]


def stratum(origin):
    return "before" if origin < "2020" else "in" if origin < "2021-09" else "after"


def read_series(path):
    series = pd.read_csv(path, parse_dates=["ds"])
    series["unique_id"] = series["unique_id"].astype(str)
    return series


def forecast(series, output, wanted, jobs):
    from statsforecast import StatsForecast
    from statsforecast.models import AutoARIMA, AutoETS, DynamicOptimizedTheta

    models = {
        "ETS": AutoETS(season_length=SEASON),
        "Theta": DynamicOptimizedTheta(season_length=SEASON),
        "ARIMA": AutoARIMA(season_length=SEASON),
    }
    done = pd.read_csv(output, usecols=["model", "origin"]).drop_duplicates() if output.exists() else pd.DataFrame()
    done = set(done.itertuples(index=False, name=None))
    for name in wanted:
        for origin in ORIGINS:
            model = models[name]
            if (repr(model), origin) in done:
                continue
            history = series[series["ds"] <= f"{origin}-01"]
            run = StatsForecast(models=[model], freq="MS", n_jobs=jobs)
            wide = run.forecast(df=history, h=HORIZON, level=LEVELS).reset_index()
            rows = pd.DataFrame({"model": repr(model), "origin": origin, "unique_id": wide["unique_id"],
                                 "ds": wide["ds"].dt.strftime("%Y-%m-%d"), "point": wide[repr(model)].round(4)})
            for bound in BOUNDS:
                rows[bound] = wide[f"{repr(model)}-{bound}"].round(4)
            rows.to_csv(output, mode="a", index=False, header=not output.exists())
            print(repr(model), origin, flush=True)


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


def score(series, rows):
    rows = with_combination(rows)
    rows["ds"] = pd.to_datetime(rows["ds"])
    rows = rows.merge(series, on=["unique_id", "ds"]).merge(pd.concat(scales(series)), on=["origin", "unique_id"])
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
    scored = ["wis", "mase", "bias", *(f"cover-{level}" for level in LEVELS)]
    table = pd.concat([rows, rows.assign(stratum="all")]).groupby(["stratum", "model"])[scored].mean()
    table["forecasts"] = pd.concat([rows, rows.assign(stratum="all")]).groupby(["stratum", "model"]).size()
    return table.round(4)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["forecast", "score"])
    parser.add_argument("series", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--models", default="ETS,Theta,ARIMA")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--areas", choices=["even", "odd"], help="score every other series only")
    arguments = parser.parse_args()
    series = read_series(arguments.series)
    if arguments.task == "forecast":
        forecast(series, arguments.output, arguments.models.split(","), arguments.jobs)
        return
    rows = pd.read_csv(arguments.output, dtype={"unique_id": str})
    if arguments.areas:
        ids = sorted(series["unique_id"].unique())[("even", "odd").index(arguments.areas)::2]
        rows, series = rows[rows["unique_id"].isin(ids)], series[series["unique_id"].isin(ids)]
    print(score(series, rows).to_string())


if __name__ == "__main__":
    main()
