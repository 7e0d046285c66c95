#!/usr/bin/env python3
"""Groundswell beside statsforecast on the monthly series of the M3 competition, in one run.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install -r benches/peers/requirements.txt
    /tmp/peers/bin/python benches/peers/m3.py --data m3_monthly.csv --binary target/release/groundswell

With `--rust-peers BINARY` the models of augurs and anofox-forecast run too (see `benches/peers/rust`). DATA is a CSV with
unique_id, ds (1, 2, ...), date, y and split (train | test). Every engine sees the training part
only and forecasts the periods of the test part (18 months). Everything runs on one job.

What is measured
- sMAPE in per cent and MASE as in Makridakis, Spiliotis and Assimakopoulos (2020), The M4 Competition,
  doi:10.1016/j.ijforecast.2019.04.014: mean over a series' horizon, then over series; MASE is scaled by the series'
  own in-sample seasonal naive error (season 12).
- coverage: the share of held-out values inside the 95% interval.
- WIS: weighted interval score of the median and the 50, 80 and 95% intervals, Bracher et al. (2021),
  doi:10.1371/journal.pcbi.1008618, divided by the same scale as MASE so that series count alike.
- series lost: series without a complete finite forecast.
- seconds: wall clock and processor. Rust peers, as Groundswell: the whole process, with its start, reading and writing of
  files. statsforecast: `StatsForecast.forecast` with its levels, after a warm-up on a few
  series; imports, and compilation where a version of statsforecast compiles, are not counted. Groundswell: the whole
  process, with its start, reading and writing of files. The ratio is of processor seconds, because other work on the
  machine stretches the wall clock.
The point forecast that is scored is the model's own: statsforecast gives means; Groundswell is scored on its median
(`--point mean` for its mean).
"""

import argparse
import functools
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib import metadata

# One job means one thread, in linear algebra too; set before numpy is imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

SEASON = 12
LEVELS = (50, 80, 95)
# What Groundswell's default line-up is made of, so that the ratio compares work alike.
SAME_MODELS = ("AutoETS", "DynamicOptimizedTheta", "SeasonalNaive")


def read(path, sample):
    """Training and held-out values: {series: (dates, positions, train, test)}, series in the file's order."""
    table = pd.read_csv(path, dtype={"unique_id": str, "date": str})
    names = list(dict.fromkeys(table["unique_id"]))
    if sample and sample < len(names):
        # Every k-th series, so that a sample spans the competition's categories.
        names = [names[i] for i in np.linspace(0, len(names) - 1, sample).round().astype(int)]
    chosen = set(names)
    table = table[table["unique_id"].isin(chosen)].sort_values(["unique_id", "ds"], kind="stable")
    train, test = table[table["split"] == "train"], table[table["split"] == "test"]
    lengths = test.groupby("unique_id").size().unique()
    if len(lengths) != 1:
        sys.exit(f"the held-out parts differ in length: {sorted(lengths)}")
    return names, train, test, int(lengths[0])


def arrays(train, test):
    """{series: (training values, held-out values)}."""
    held = {name: part["y"].to_numpy() for name, part in test.groupby("unique_id")}
    return {name: (part["y"].to_numpy(), held[name]) for name, part in train.groupby("unique_id")}


def score(values, forecasts):
    """Scores of {series: {"point": h, "median": h, (level, "lo"|"hi"): h}} against the held-out values."""
    smape, mase, inside, wis, lost = [], [], [], [], 0
    for name, (history, actual) in values.items():
        forecast = forecasts.get(name)
        if forecast is None or any(len(v) != len(actual) or not np.isfinite(v).all() for v in forecast.values()):
            lost += 1
            continue
        point = forecast["point"]
        error = np.abs(actual - point)
        size = np.abs(actual) + np.abs(point)
        smape.append(np.mean(np.divide(200 * error, size, out=np.zeros_like(error), where=size > 0)))
        scale = np.mean(np.abs(history[SEASON:] - history[:-SEASON]))
        low, high = forecast[95, "lo"], forecast[95, "hi"]
        inside.append((low <= actual) & (actual <= high))
        if not scale > 0:
            continue
        mase.append(np.mean(error) / scale)
        total = 0.5 * np.abs(actual - forecast["median"])
        for level in LEVELS:
            alpha = 1 - level / 100
            low, high = forecast[level, "lo"], forecast[level, "hi"]
            total = total + alpha / 2 * (high - low) + np.maximum(low - actual, 0) + np.maximum(actual - high, 0)
        wis.append(np.mean(total / (len(LEVELS) + 0.5)) / scale)
    if not smape:
        return {"smape": None, "mase": None, "coverage_95": None, "wis": None, "series_lost": lost}
    return {
        "smape": float(np.mean(smape)),
        "mase": float(np.mean(mase)),
        "coverage_95": float(np.mean(np.concatenate(inside))),
        "wis": float(np.mean(wis)),
        "series_lost": lost,
    }


def peer_models(names):
    if not names:
        return []
    from statsforecast.models import MSTL, AutoARIMA, AutoCES, AutoETS, DynamicOptimizedTheta, SeasonalNaive

    known = {model.__name__: model for model in (AutoETS, DynamicOptimizedTheta, SeasonalNaive, AutoARIMA, AutoCES, MSTL)}
    return [(name, known[name](season_length=SEASON)) for name in names]


def run_peer(name, model, train, horizon):
    """One model of statsforecast over all series on one job: forecasts and seconds."""
    from statsforecast import StatsForecast

    # Positions and not dates: some M3 series start in the year 1, which pandas' nanoseconds can't hold.
    frame = train[["unique_id", "ds", "y"]].reset_index(drop=True)

    def forecast(part):
        return StatsForecast(models=[model], freq=1, n_jobs=1).forecast(df=part, h=horizon, level=list(LEVELS))

    few = frame["unique_id"].unique()[:3]
    forecast(frame[frame["unique_id"].isin(few)])
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        parts = [forecast(frame)]
    except Exception as error:  # One series that fails takes the others with it: go through them singly.
        print(f"{name}: {type(error).__name__} on the whole table; series by series", file=sys.stderr)
        parts = []
        wall, cpu = time.perf_counter(), time.process_time()
        for _, part in frame.groupby("unique_id"):
            try:
                parts.append(forecast(part))
            except Exception:  # Counted as lost.
                continue
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    table = pd.concat(parts)
    column = [c for c in table.columns if c not in ("unique_id", "ds") and "-lo-" not in c and "-hi-" not in c][0]
    forecasts = {}
    for series, part in table.groupby("unique_id"):
        part = part.sort_values("ds")
        one = {"point": part[column].to_numpy(), "median": part[column].to_numpy()}
        for level in LEVELS:
            one[level, "lo"] = part[f"{column}-lo-{level}"].to_numpy()
            one[level, "hi"] = part[f"{column}-hi-{level}"].to_numpy()
        forecasts[str(series)] = one
    return forecasts, wall, cpu


def timed(command, stdout=None):
    """Runs a program to its end: its messages, and its wall clock and processor seconds."""
    # The warm-up of the other side: the binary and its pages are read from disk before the clock starts.
    subprocess.run([command[0], "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter()
    done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True)
    wall = time.perf_counter() - wall
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stderr}")
    return done.stderr, wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def rust_models(binary):
    """The models that a built `benches/peers/rust` knows."""
    return subprocess.run([binary, "--list"], check=True, capture_output=True, text=True).stdout.split()


def run_rust(binary, model, train, horizon):
    """One model of the Rust peers over all series on one thread: its table of forecasts, and seconds."""
    with tempfile.TemporaryDirectory(prefix="rust-peers-") as folder:
        table, out = os.path.join(folder, "train.csv"), os.path.join(folder, "forecast.csv")
        train[["unique_id", "ds", "y"]].to_csv(table, index=False)
        with open(out, "w", encoding="utf-8") as file:
            command = [binary, table, "--horizon", str(horizon), "--models", model]
            _, wall, cpu = timed(command, stdout=file)
        return pd.read_csv(out, dtype={"unique_id": str}), wall, cpu


def run_rust_peer(binary, model, train, horizon):
    """As `run_peer`, for a model of the Rust peers; a series on which it fails is left out, and so counts as lost."""
    table, wall, cpu = run_rust(binary, model, train, horizon)
    forecasts = {}
    for series, part in table.groupby("unique_id", sort=False):
        one = {"point": part["point"].to_numpy(), "median": part["point"].to_numpy()}
        for level in LEVELS:
            one[level, "lo"] = part[f"lo-{level}"].to_numpy()
            one[level, "hi"] = part[f"hi-{level}"].to_numpy()
        forecasts[series] = one
    return forecasts, wall, cpu


def run_groundswell(binary, train, horizon, time_column, point, extra):
    """`groundswell forecast` on the training part, as a user calls it: forecasts and seconds."""
    with tempfile.TemporaryDirectory(prefix="groundswell-m3-") as folder:
        table, out = os.path.join(folder, "train.csv"), os.path.join(folder, "forecast.csv")
        frame = train[["unique_id", time_column, "y"]].rename(columns={time_column: "ds"})
        frame.to_csv(table, index=False)
        command = [binary, "forecast", table, "--horizon", str(horizon), "--id", "unique_id", "--time", "ds"]
        command += ["--target", "y", "--output", out, "--jobs", "1", *extra]
        _, wall, cpu = timed(command)
        table = pd.read_csv(out, dtype={"unique_id": str})
    forecasts = {}
    for (series, model), part in table.groupby(["unique_id", "model"], sort=False):
        part = part.sort_values("ds", kind="stable")
        one = {"point": part[point].to_numpy(), "median": part["median"].to_numpy()}
        for level in LEVELS:
            one[level, "lo"] = part[f"lo_{level}"].to_numpy()
            one[level, "hi"] = part[f"hi_{level}"].to_numpy()
        forecasts.setdefault(model, {})[series] = one
    return forecasts, wall, cpu


def line(name, scores, wall, cpu):
    if scores["smape"] is None:
        return f"{name:<28} no forecasts; {scores['series_lost']} series lost"
    clock = f"{wall:>9.1f} {cpu:>9.1f}" if wall is not None else " " * 19
    return (
        f"{name:<28} {scores['smape']:>7.3f} {scores['mase']:>7.4f} {100 * scores['coverage_95']:>7.2f}"
        f" {scores['wis']:>8.4f} {scores['series_lost']:>6d} {clock}"
    )


def peer_runs(given):
    """Every peer that was asked for: its name, and what forecasts a table to a horizon."""
    runs = [
        (name, functools.partial(run_peer, name, model))
        for name, model in peer_models([name for name in given.peers.split(",") if name])
    ]
    if given.rust_peers:
        models = given.rust_models.split(",") if given.rust_models else rust_models(given.rust_peers)
        runs += [(name, functools.partial(run_rust_peer, given.rust_peers, name)) for name in models]
    return runs


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", required=True, help="the M3 monthly table")
    arguments.add_argument("--binary", help="a built groundswell; without it only the peers run")
    arguments.add_argument("--sample", type=int, default=0, help="only N series, spread over the file")
    arguments.add_argument("--time", default="date", choices=["date", "ds"], help="the time column Groundswell sees")
    arguments.add_argument("--point", default="median", choices=["median", "mean"])
    arguments.add_argument("--peers", default=",".join(SAME_MODELS), help="of statsforecast, comma-separated; AutoARIMA, AutoCES and MSTL are known too")
    arguments.add_argument("--rust-peers", metavar="BINARY", help="a built benches/peers/rust: its models run too")
    arguments.add_argument("--rust-models", help="comma-separated, in place of all that it knows")
    arguments.add_argument("--no-peers", action="store_true", help="run no peer; --stored results stand beside all the same")
    arguments.add_argument("--stored", help="JSON of an earlier run; the peers in it are not run again")
    arguments.add_argument("--json", help="where to write the results as JSON")
    arguments.add_argument("rest", nargs="*", help="after --: further arguments of groundswell forecast")
    given = arguments.parse_args()

    names, train, test, horizon = read(given.data, given.sample)
    values = arrays(train, test)
    results = {
        "series": len(names),
        "horizon": horizon,
        "machine": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "statsforecast": metadata.version("statsforecast") if given.peers else "not run",
        "peers": {},
    }
    print(f"{len(names)} series, horizon {horizon}, one job, statsforecast {results['statsforecast']}")
    print(f"{'':<28} {'sMAPE':>7} {'MASE':>7} {'cov95 %':>7} {'WIS':>8} {'lost':>6} {'wall s':>9} {'cpu s':>9}")

    def keep():
        if given.json:
            with open(given.json, "w", encoding="utf-8") as file:
                json.dump(results, file, indent=2)

    if given.stored and os.path.exists(given.stored):
        with open(given.stored, encoding="utf-8") as file:
            stored = json.load(file)
        if stored["series"] != len(names):
            sys.exit(f"{given.stored} is of {stored['series']} series, this run of {len(names)}")
        results["peers"] = stored["peers"]
        for name, peer in results["peers"].items():
            print(line(name + " (stored)", peer, peer["wall_seconds"], peer["cpu_seconds"]))
    if not given.no_peers:
        for name, run in peer_runs(given):
            if name in results["peers"]:
                continue
            forecasts, wall, cpu = run(train, horizon)
            peer = score(values, forecasts)
            print(line(name, peer, wall, cpu), flush=True)
            results["peers"][name] = {**peer, "wall_seconds": wall, "cpu_seconds": cpu}
            keep()

    if given.binary:
        models, wall, cpu = run_groundswell(given.binary, train, horizon, given.time, given.point, given.rest)
        results["groundswell"] = {"wall_seconds": wall, "cpu_seconds": cpu, "models": {}}
        for position, (model, forecasts) in enumerate(models.items()):
            scores = score(values, forecasts)
            results["groundswell"]["models"][model] = scores
            first = position == 0
            print(line(f"groundswell {model}", scores, wall if first else None, cpu if first else None))
        same = [results["peers"][name] for name in SAME_MODELS if name in results["peers"]]
        if len(same) == len(SAME_MODELS):
            results["ratio_cpu"] = sum(peer["cpu_seconds"] for peer in same) / cpu
            results["ratio_wall"] = sum(peer["wall_seconds"] for peer in same) / wall
            print(
                f"{' + '.join(SAME_MODELS)} take {results['ratio_cpu']:.1f} times the processor seconds of"
                f" groundswell forecast ({results['ratio_wall']:.1f} times by the wall clock)"
            )
    keep()


if __name__ == "__main__":
    main()
