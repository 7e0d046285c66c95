"""Scores the engine where a series stands alone and its history is short: each by itself, no other beside it.

    python benches/peers/alone.py SERIES.csv BINARY [--line-up referrals] [--months 0,12,18,24,36,60] \\
        [--areas even|odd] [--jobs 2]
    python benches/peers/alone.py m3_monthly.csv BINARY --last 18 --every 5 --line-up general [--months 0,24,36,60]

SERIES.csv has the columns unique_id, ds, y, a row for each month, numbered from 1 with `--last`. For each number of months the
recipe sees only the last so many before each origin of referrals.py, or before the last so many months of each series with
`--last` (0: all there are). Errors are scaled by those of seasonal naive in the whole history before the origin, so that
rows compare. Columns: scaled WIS of all origins and before, in and after the shock; MASE; coverage of the 50, 80 and 95 per
cent ranges; forecasts.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import tempfile

import pandas as pd

import referrals
from referrals import HORIZON, LEVELS, ORIGINS, SEASON


def backtest(series, origins, horizon, options):
    """What the engine forecasts of one series at these origins: the rows that `referrals.read_rows` makes of its files."""
    with tempfile.TemporaryDirectory() as folder:
        table, out = pathlib.Path(folder, "series.csv"), pathlib.Path(folder, "forecasts.csv")
        series[["unique_id", "ds", "y"]].to_csv(table, index=False, date_format="%Y-%m-%d")
        command = [options.binary, "backtest", table, "--line-up", options.line_up, "--no-members", "--quiet",
                   "--origins", ",".join(origins), "--horizon", str(horizon), "--forecasts", out]
        one_thread = os.environ | {"RAYON_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=one_thread)
        rows = referrals.read_rows([out])
    return rows[rows["model"] != "seasonal_naive"]


def at_origins(series, months, options):
    """Forecasts at the origins of referrals.py."""
    tables = []
    for origins in [[origin] for origin in ORIGINS] if months else [ORIGINS]:
        end = pd.Timestamp(origins[-1]) + pd.DateOffset(months=HORIZON)
        known = series[series["ds"] <= end].tail(months + HORIZON) if months else series
        tables.append(backtest(known, origins, HORIZON, options))
    return pd.concat(tables, ignore_index=True)


def at_the_end(series, months, options):
    """Forecasts of the last months, beside their truths and the scale."""
    known = series.tail(months + options.last) if months else series
    rows = backtest(known, [f"{series['ds'].iloc[-options.last - 1]:%Y-%m}"], options.last, options)
    history = series["y"].iloc[:-options.last]
    rows = rows.assign(ds=pd.to_datetime(rows["ds"]), scale=(history - history.shift(SEASON)).abs().mean())
    return rows.merge(series[["unique_id", "ds", "y"]], on=["unique_id", "ds"])


def numbered(path):
    """A table whose periods are numbered, as months from January 1970."""
    panel = pd.read_csv(path, usecols=["unique_id", "ds", "y"], dtype={"unique_id": str})
    months = {number: pd.Timestamp("1970-01-01") + pd.DateOffset(months=number - 1) for number in panel["ds"].unique()}
    return panel.assign(ds=panel["ds"].map(months))


def scored(panel, rows, last):
    """Scores of all rows, and by stratum where there are any."""
    if not last:
        return referrals.score(panel, rows).droplevel("model")
    rows = rows[rows["scale"] > 0].copy()
    referrals.add_scores(rows)
    table = rows[referrals.SCORED].mean().to_frame("all").T
    return table.assign(forecasts=len(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series", type=pathlib.Path)
    parser.add_argument("binary")
    parser.add_argument("--line-up", default="referrals")
    parser.add_argument("--months", default="0,12,18,24,36,60")
    parser.add_argument("--areas", choices=["even", "odd"])
    parser.add_argument("--last", type=int, default=0, help="forecast the last so many months of each series")
    parser.add_argument("--every", type=int, default=1, help="only every so many-th series")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    panel = numbered(options.series) if options.last else referrals.read_series(options.series)
    panel = panel[panel["unique_id"].isin(referrals.chosen(panel, options.areas, 0)[::options.every])]
    single = [series for _, series in panel.groupby("unique_id")]
    forecasts = at_the_end if options.last else at_origins
    print("months    all before     in  after   mase    50%   80%   95%  forecasts")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for months in map(int, options.months.split(",")):
            rows = pd.concat(pool.map(lambda series: forecasts(series, months, options), single))
            table = scored(panel, rows, options.last)
            wis = table["wis"].reindex(["all", "before", "in", "after"])
            figures = " ".join(f"{value:6.4f}" for value in [*wis, table.at["all", "mase"]])
            held = " ".join(f"{table.at['all', f'cover-{level}']:5.3f}" for level in LEVELS)
            print(f"{months or 'all':>6} {figures} {held} {table.at['all', 'forecasts']}", flush=True)


if __name__ == "__main__":
    main()
