"""Scores the engine where an authority stands alone and its history is short: each series by itself, no other beside it.

    python benches/peers/alone.py SERIES.csv BINARY [--line-up referrals] [--months 0,12,18,24,36,60] \\
        [--areas even|odd] [--jobs 2]

SERIES.csv has the columns unique_id, ds, y, a row for each month. For each number of months the recipe sees only the
last so many before each origin of referrals.py (0: all there are). Errors are scaled by those of seasonal naive in the
whole history before the origin, so that rows compare. Columns: scaled WIS of all origins and before, in and after the
shock; MASE; coverage of the 50, 80 and 95 per cent ranges; forecasts.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import tempfile

import pandas as pd

import referrals
from referrals import HORIZON, LEVELS, ORIGINS


def forecasts(series, months, options):
    """What the engine forecasts of one series at every origin: the rows that `referrals.read_rows` makes of its files."""
    tables = []
    for origins in [[origin] for origin in ORIGINS] if months else [ORIGINS]:
        end = pd.Timestamp(origins[-1]) + pd.DateOffset(months=HORIZON)
        known = series[series["ds"] <= end].tail(months + HORIZON) if months else series
        with tempfile.TemporaryDirectory() as folder:
            table, out = pathlib.Path(folder, "series.csv"), pathlib.Path(folder, "forecasts.csv")
            known.to_csv(table, index=False, date_format="%Y-%m-%d")
            command = [options.binary, "backtest", table, "--line-up", options.line_up, "--no-members", "--quiet",
                       "--origins", ",".join(origins), "--horizon", str(HORIZON), "--forecasts", out]
            one_thread = os.environ | {"RAYON_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=one_thread)
            tables.append(referrals.read_rows([out]))
    rows = pd.concat(tables, ignore_index=True)
    return rows[rows["model"] != "seasonal_naive"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series", type=pathlib.Path)
    parser.add_argument("binary")
    parser.add_argument("--line-up", default="referrals")
    parser.add_argument("--months", default="0,12,18,24,36,60")
    parser.add_argument("--areas", choices=["even", "odd"])
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    panel = referrals.read_series(options.series)
    panel = panel[panel["unique_id"].isin(referrals.chosen(panel, options.areas, 0))]
    single = [series for _, series in panel.groupby("unique_id")]
    print("months    all before     in  after   mase    50%   80%   95%  forecasts")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for months in map(int, options.months.split(",")):
            rows = pd.concat(pool.map(lambda series: forecasts(series, months, options), single))
            table = referrals.score(panel, rows).droplevel("model")
            wis = table["wis"].reindex(["all", "before", "in", "after"])
            figures = " ".join(f"{value:6.4f}" for value in [*wis, table.at["all", "mase"]])
            held = " ".join(f"{table.at['all', f'cover-{level}']:5.3f}" for level in LEVELS)
            print(f"{months or 'all':>6} {figures} {held} {table.at['all', 'forecasts']}", flush=True)


if __name__ == "__main__":
    main()
