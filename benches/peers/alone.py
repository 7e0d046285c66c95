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

import numpy as np
import pandas as pd

from referrals import HORIZON, LEVELS, ORIGINS, SEASON

STRATA = {"before": ("2016-03", "2019-03"), "in": ("2020-06", "2021-06"), "after": ("2022-03", "2023-03")}


def in_sample_errors(series):
    """By origin: the mean absolute error of seasonal naive up to it."""
    errors = (series - series.shift(SEASON)).abs()
    return {origin: errors[:origin].mean() for origin in ORIGINS}


def forecasts(series, months, options):
    """What the engine forecasts of one series at every origin, and what came."""
    whole = months == 0
    made = []
    for origins in [ORIGINS] if whole else [[origin] for origin in ORIGINS]:
        known = series if whole else series[: pd.Period(origins[0], "M") + HORIZON].tail(months + HORIZON)
        with tempfile.TemporaryDirectory() as folder:
            table, out = pathlib.Path(folder, "series.csv"), pathlib.Path(folder, "forecasts.csv")
            rows = pd.DataFrame({"unique_id": series.name, "ds": known.index.to_timestamp(), "y": known.to_numpy()})
            rows.to_csv(table, index=False, date_format="%Y-%m-%d")
            command = [options.binary, "backtest", table, "--line-up", options.line_up, "--no-members", "--quiet",
                       "--origins", ",".join(origins), "--horizon", str(HORIZON), "--forecasts", out]
            one_thread = os.environ | {"RAYON_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=one_thread)
            made.append(pd.read_csv(out))
    made = pd.concat(made)
    return made[made["model"] != "seasonal_naive"]


def scored(made, errors):
    """The scores of each forecast."""
    y, scale = made["y"], made["origin"].map(errors)
    wis = 0.5 * (y - made["median"]).abs()
    scores = pd.DataFrame({"origin": made["origin"], "mase": (y - made["median"]).abs() / scale})
    for level in LEVELS:
        low, high, alpha = made[f"lo_{level}"], made[f"hi_{level}"], 1 - level / 100
        wis += alpha / 2 * (high - low) + (low - y).clip(lower=0) + (y - high).clip(lower=0)
        scores[f"cover-{level}"] = y.between(low, high)
    scores["wis"] = wis / (len(LEVELS) + 0.5) / scale
    return scores


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series")
    parser.add_argument("binary")
    parser.add_argument("--line-up", default="referrals")
    parser.add_argument("--months", default="0,12,18,24,36,60")
    parser.add_argument("--areas", choices=["even", "odd"])
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    table = pd.read_csv(options.series, parse_dates=["ds"])
    panel = table.assign(ds=table["ds"].dt.to_period("M")).pivot(index="ds", columns="unique_id", values="y")
    start = {"even": 0, "odd": 1}.get(options.areas, 0)
    panel = panel.iloc[:, start :: 2 if options.areas else 1]
    print("months    all before     in  after   mase    50%   80%   95%  forecasts")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for months in map(int, options.months.split(",")):
            one = lambda name: scored(forecasts(panel[name], months, options), in_sample_errors(panel[name]))
            scores = pd.concat(pool.map(one, panel.columns))
            wis = [scores["wis"].mean()]
            wis += [scores.loc[scores["origin"].between(*of), "wis"].mean() for of in STRATA.values()]
            held = [scores[f"cover-{level}"].mean() for level in LEVELS]
            figures = " ".join(f"{value:6.4f}" for value in [*wis, scores["mase"].mean()])
            print(f"{months or 'all':>6} {figures} " + " ".join(f"{value:5.3f}" for value in held), len(scores), flush=True)


if __name__ == "__main__":
    main()
