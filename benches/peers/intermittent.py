#!/usr/bin/env python3
"""Groundswell's models of intermittent series beside statsforecast's, in one run.

    /tmp/peers/bin/python benches/peers/intermittent.py --binary target/debug/groundswell [--referrals SERIES.csv]

Two sets of monthly series, both made here with fixed seeds:
- made up: 200 series of 96 to 132 months. A demand comes with a probability between 0.05 and 0.6 and has a size of one plus
  a negative binomial count. In a quarter of the series the probability stays, in a quarter it wanders (a random walk of
  its log odds), in a quarter it has a season of twelve months, in a quarter demand ends somewhere in the last half.
- thinned: with --referrals, a table of real monthly referrals (unique_id, ds, y), each authority's thinned three times, to
  a mean of 0.2, 0.5 and 1 a month. Each referral is kept with the same probability on its own (binomial thinning), so that
  season, trend, shocks and the ties between months are those of the real series.

What is measured at each origin, horizon 12
- SPL: the mean pinball loss over the median and the bounds of the 50, 80 and 95% ranges, divided by the mean absolute
  difference of neighbouring months from the first demand on, as in the M5 competition (doi:10.1016/j.ijforecast.2021.10.009,
  which has nine quantiles). Averaged over series, origins and months; series without a scale are left out.
- MASE-like: the absolute error of the median over the same scale; `zero` shows why it can't judge such series.
- coverage of the 80 and 95% ranges; bias of the mean over the mean of what came.
statsforecast gives points and, for ranges, conformal intervals of its own (five windows); they are cut at zero, and its
mean stands for its median. `whole` are the same, rounded to whole numbers as Groundswell's ranges of counts are. Processor seconds are those of one job, imports not counted.
"""

import argparse
import os
import resource
import subprocess
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

HORIZON = 12
LEVELS = (50, 80, 95)
MODELS = ["croston", "tsb", "adida", "imapa", "seasonal_naive", "level", "ets", "theta"]
# Forms of Croston's method that aren't the default, each as a line-up of its own.
FORMS = ["classic", "sba", "sbj"]


def made_up():
    rng = np.random.default_rng(2026)
    series = {}
    for number in range(200):
        months = int(rng.integers(96, 133))
        probability, mean, shape = rng.uniform(0.05, 0.6), rng.uniform(0.0, 4.0), rng.uniform(0.5, 5.0)
        odds = np.full(months, np.log(probability / (1 - probability)))
        kind = number % 4
        if kind == 1:
            odds = odds + np.cumsum(rng.normal(0, 0.15, months))
        if kind == 2:
            odds = odds + 1.2 * np.sin(2 * np.pi * (np.arange(months) + rng.integers(12)) / 12)
        chance = 1 / (1 + np.exp(-odds))
        if kind == 3:
            chance[int(rng.integers(months // 2, months)) :] = 0
        sizes = 1 + rng.negative_binomial(shape, shape / (shape + mean + 1e-9), months)
        series[f"{number:03}"] = (rng.random(months) < chance) * sizes
    frames = [
        pd.DataFrame({"unique_id": name, "ds": pd.date_range(end="2024-03-01", periods=len(y), freq="MS"), "y": y})
        for name, y in series.items()
    ]
    return pd.concat(frames, ignore_index=True)


def thinned(path):
    table = pd.read_csv(path, parse_dates=["ds"], dtype={"unique_id": str})
    rng = np.random.default_rng(1066)
    frames = []
    for mean in (0.2, 0.5, 1.0):
        for name, part in table.groupby("unique_id", sort=True):
            kept = part.copy()
            observed = kept["y"].notna()
            chance = min(1.0, mean / kept["y"].mean())
            kept.loc[observed, "y"] = rng.binomial(kept.loc[observed, "y"].round().astype(int), chance)
            kept["unique_id"] = f"{name}-{mean}"
            frames.append(kept[observed])
    return pd.concat(frames, ignore_index=True)


def processor(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def ours(binary, history, tables, seconds):
    """Adds our forecasts: {model: frame with unique_id, ds, mean, median, bounds}."""
    with tempfile.TemporaryDirectory(prefix="groundswell-intermittent-") as folder:
        table = os.path.join(folder, "history.csv")
        history.to_csv(table, index=False)
        chosen = [(model, ["--models", model]) for model in MODELS]
        for form in FORMS:
            line_up = os.path.join(folder, f"{form}.toml")
            with open(line_up, "w") as file:
                file.write(f'schema = 1\nname = "croston {form}"\ndescription = "one form"\n\n[[group]]\n')
                file.write(f'members = [{{ model = "croston", form = "{form}" }}]\n')
            chosen.append((f"croston {form}", ["--line-up", line_up]))
        for model, arguments in chosen:
            out = os.path.join(folder, "forecast.csv")
            before = processor(resource.RUSAGE_CHILDREN)
            command = [binary, "forecast", table, "-h", str(HORIZON), "-o", out, "--jobs", "1", *arguments]
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
            seconds[model] = seconds.get(model, 0) + processor(resource.RUSAGE_CHILDREN) - before
            forecast = pd.read_csv(out, parse_dates=["ds"], dtype={"unique_id": str})
            tables.setdefault(model, []).append(forecast)


def theirs(history, tables, seconds):
    from statsforecast import StatsForecast
    from statsforecast.models import ADIDA, IMAPA, TSB, CrostonClassic, CrostonOptimized, CrostonSBA
    from statsforecast.utils import ConformalIntervals

    ranges = ConformalIntervals(n_windows=5, h=HORIZON)
    models = {
        "sf CrostonClassic": CrostonClassic(prediction_intervals=ranges),
        "sf CrostonSBA": CrostonSBA(prediction_intervals=ranges),
        "sf CrostonOptimized": CrostonOptimized(prediction_intervals=ranges),
        "sf TSB(0.1, 0.1)": TSB(alpha_d=0.1, alpha_p=0.1, prediction_intervals=ranges),
        "sf ADIDA": ADIDA(prediction_intervals=ranges),
        "sf IMAPA": IMAPA(prediction_intervals=ranges),
    }
    for name, model in models.items():
        before = time.process_time()
        wide = StatsForecast(models=[model], freq="MS", n_jobs=1).forecast(df=history, h=HORIZON, level=list(LEVELS))
        seconds[name] = seconds.get(name, 0) + time.process_time() - before
        column = [c for c in wide.columns if c not in ("unique_id", "ds") and "-" not in c][0]
        forecast = wide[["unique_id", "ds"]].copy()
        forecast["mean"] = forecast["median"] = wide[column]
        for level in LEVELS:
            for side in ("lo", "hi"):
                forecast[f"{side}_{level}"] = wide[f"{column}-{side}-{level}"].clip(lower=0)
        tables.setdefault(name, []).append(forecast)
        figures = [column for column in forecast if column not in ("unique_id", "ds", "mean")]
        tables.setdefault(f"{name} whole", []).append(forecast.assign(**forecast[figures].round()))


def zero(truth, tables):
    forecast = truth[["unique_id", "ds"]].copy()
    for column in ["mean", "median", *(f"{side}_{level}" for level in LEVELS for side in ("lo", "hi"))]:
        forecast[column] = 0.0
    tables.setdefault("zero", []).append(forecast)


def scale(values):
    above = np.flatnonzero(values > 0)
    if len(above) == 0 or len(values) - above[0] < 2:
        return np.nan
    return np.abs(np.diff(values[above[0] :])).mean() or np.nan


def score(truth, forecast):
    both = truth.merge(forecast, on=["unique_id", "ds"], how="left")
    lost = both["median"].isna().sum()
    both = both[both["median"].notna()]
    actual = both["y"]
    quantiles = [(0.5, both["median"])]
    for level in LEVELS:
        quantiles += [((100 - level) / 200, both[f"lo_{level}"]), ((100 + level) / 200, both[f"hi_{level}"])]
    losses = [np.where(actual >= q, p * (actual - q), (1 - p) * (q - actual)) for p, q in quantiles]
    inside = {level: ((both[f"lo_{level}"] <= actual) & (actual <= both[f"hi_{level}"])).mean() for level in LEVELS}
    return {
        "spl": (np.mean(losses, axis=0) / both["scale"]).mean(),
        "mase": ((actual - both["median"]).abs() / both["scale"]).mean(),
        "in 80": inside[80],
        "in 95": inside[95],
        "bias": both["mean"].sum() / actual.sum() - 1,
        "lost": lost,
    }


def trial(title, series, origins, binary):
    tables, seconds, truths = {}, {}, []
    for origin in map(pd.Timestamp, origins):
        history = series[series["ds"] <= origin]
        scales = history.groupby("unique_id")["y"].apply(lambda values: scale(values.to_numpy(float)))
        last = origin + pd.DateOffset(months=HORIZON)
        truth = series[(series["ds"] > origin) & (series["ds"] <= last)].copy()
        truth["scale"] = truth["unique_id"].map(scales)
        truths.append(truth)
        ours(binary, history, tables, seconds)
        theirs(history, tables, seconds)
        zero(truth, tables)
    # A series and month is forecast from several origins only where horizons overlap, which these don't.
    truth = pd.concat(truths)
    zeros = (series["y"] == 0).mean()
    print(f"\n{title}: {series['unique_id'].nunique()} series, {len(origins)} origins, {zeros:.0%} of months without demand")
    print(f"{'model':<26} {'SPL':>7} {'MASE':>7} {'in 80':>6} {'in 95':>6} {'bias':>7} {'lost':>5} {'seconds':>8}")
    rows = {name: score(truth, pd.concat(parts)) for name, parts in tables.items()}
    for name, row in sorted(rows.items(), key=lambda item: item[1]["spl"]):
        print(
            f"{name:<26} {row['spl']:7.4f} {row['mase']:7.4f} {row['in 80']:6.3f} {row['in 95']:6.3f}"
            f" {row['bias']:+7.3f} {row['lost']:5d} {seconds.get(name, 0):8.2f}"
        )


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--binary", required=True, help="a built groundswell")
    arguments.add_argument("--referrals", help="real monthly referrals: unique_id, ds, y")
    given = arguments.parse_args()
    trial("Made up", made_up(), ["2021-03-01", "2022-03-01", "2023-03-01"], given.binary)
    if given.referrals:
        origins = [f"{year}-03-01" for year in (2016, 2017, 2018, 2019, 2021, 2022, 2023)]
        trial("Thinned referrals", thinned(given.referrals), origins, given.binary)


if __name__ == "__main__":
    main()
