"""Forecasts a hierarchy of referrals with statsforecast and hierarchicalforecast at rolling origins, and scores forecasts
of any tool at every level of it by one and the same code.

    python benches/peers/hierarchical.py series AUTHORITIES.csv REGIONS.csv SERIES.csv
    python benches/peers/hierarchical.py forecast SERIES.csv PEER.csv
    python benches/peers/hierarchical.py score SERIES.csv PEER.csv OURS.csv ...

`series` joins the authorities' referrals (unique_id, ds, y) with the region of each, from DfE's file of referrals by
month (new_la_code, region_name): unique_id becomes "region/authority". `forecast` fits AutoETS to every authority, region
and the country, and reconciles; base forecasts are kept beside PEER.csv and not made again. PEER.csv has the columns
model, origin, unique_id, ds, median, lo_50 ... hi_95, as `groundswell backtest --forecasts` writes them.

Scores: as in referrals.py, the weighted interval score over the mean absolute error of the seasonal naive forecast
inside each origin's history, averaged over the series of a level, origins and months; on the series, origins and months
that every file has.
"""

import argparse
import pathlib

import pandas as pd

from referrals import AS_WRITTEN, HORIZON, LEVELS, ORIGINS, SCORED, SEASON, add_scores, scales

BOUNDS = [f"{side}_{level}" for level in LEVELS for side in ("lo", "hi")]
KEYS = ["origin", "unique_id", "ds"]
PARTS = ["country", "region", "area"]


def make_series(authorities, regions, output):
    series = pd.read_csv(authorities)
    region = pd.read_csv(regions, encoding="utf-8-sig", low_memory=False)
    region = region[region["geographic_level"] == "Local authority"]
    region = region.drop_duplicates("new_la_code").set_index("new_la_code")["region_name"]
    series["unique_id"] = series["unique_id"].map(region) + "/" + series["unique_id"]
    series.sort_values(["unique_id", "ds"]).to_csv(output, index=False)


def aggregated(series):
    """Every node's history, the summing matrix and the nodes of each level, as hierarchicalforecast has them."""
    from hierarchicalforecast.utils import aggregate

    frame = series.assign(country="England")
    frame[["region", "area"]] = frame["unique_id"].str.split("/", n=1, expand=True)
    spec = [PARTS[:1], PARTS[:2], PARTS]
    return aggregate(frame.drop(columns="unique_id"), spec)


def node(name):
    """England/North East as North East/*."""
    return "/".join((name.split("/")[1:] + ["*", "*"])[:2])


def base_forecasts(history, folder, origin):
    """AutoETS of every node: forecasts with intervals, and fitted values."""
    from statsforecast import StatsForecast
    from statsforecast.models import AutoETS

    ahead, fitted = folder / f"{origin}-ahead.parquet", folder / f"{origin}-fitted.parquet"
    if not fitted.exists():
        run = StatsForecast(models=[AutoETS(season_length=SEASON)], freq="MS", n_jobs=1)
        forecasts = run.forecast(df=history, h=HORIZON, level=LEVELS, fitted=True)
        forecasts.to_parquet(ahead)
        run.forecast_fitted_values().to_parquet(fitted)
    return pd.read_parquet(ahead), pd.read_parquet(fitted)


def forecast(series, output):
    from hierarchicalforecast.core import HierarchicalReconciliation
    from hierarchicalforecast.methods import BottomUp, MinTrace

    folder = output.with_suffix(".base")
    folder.mkdir(exist_ok=True)
    tables = []
    for origin in ORIGINS:
        history, summing, tags = aggregated(series[series["ds"] <= f"{origin}-01"])
        ahead, fitted = base_forecasts(history, folder, origin)
        frames = {"base": (ahead, "AutoETS")}
        for intervals in ("normality", "bootstrap"):
            methods = [BottomUp(), MinTrace(method="mint_shrink")]
            out = HierarchicalReconciliation(reconcilers=methods).reconcile(
                Y_hat_df=ahead, Y_df=fitted, S_df=summing, tags=tags, level=LEVELS,
                intervals_method=intervals, num_samples=1000, seed=1,
            )
            for column in [name for name in out.columns if f"{name}-lo-{LEVELS[0]}" in out.columns and "/" in name]:
                frames[f"{column.removeprefix('AutoETS/')} {intervals}"] = (out, column)
        for name, (frame, column) in frames.items():
            rows = pd.DataFrame({
                "model": f"AutoETS {name}", "origin": origin, "unique_id": frame["unique_id"].map(node),
                "ds": pd.to_datetime(frame["ds"]).dt.strftime("%Y-%m-%d"), "median": frame[column],
            })
            for bound in BOUNDS:
                rows[bound] = frame[f"{column}-{bound.replace('_', '-')}"]
            tables.append(rows)
        print(origin, flush=True)
    pd.concat(tables).round(4).to_csv(output, index=False)


def every_node(series):
    """The history of every node, and its level."""
    parts = series["unique_id"].str.split("/", n=1, expand=True)
    whole = series.assign(unique_id="*/*", level="1 national")
    regions = series.assign(unique_id=parts[0] + "/*", level="2 region")
    nodes = pd.concat([whole, regions, series.assign(level="3 authority")])
    return nodes.groupby(["level", "unique_id", "ds"], as_index=False)["y"].sum()


def score(series, rows):
    """Scores by stratum, level and model."""
    nodes = every_node(series)
    rows = rows.rename(columns=AS_WRITTEN).merge(nodes, on=["unique_id", "ds"])
    rows = rows.merge(pd.concat(scales(nodes)), on=["origin", "unique_id"])
    shared = rows.groupby(KEYS)["model"].transform("nunique") == rows["model"].nunique()
    rows = rows[shared].copy()
    add_scores(rows)
    rows = pd.concat([rows.assign(stratum="all"), rows])
    groups = rows.groupby(["stratum", "level", "model"])
    table = groups[SCORED].mean()
    table["forecasts"] = groups.size()
    return table.round(4)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["series", "forecast", "score"])
    parser.add_argument("files", type=pathlib.Path, nargs="+")
    arguments = parser.parse_args()
    if arguments.task == "series":
        make_series(*arguments.files)
        return
    series = pd.read_csv(arguments.files[0], parse_dates=["ds"])
    if arguments.task == "forecast":
        forecast(series, arguments.files[1])
        return
    rows = pd.concat([pd.read_csv(path, parse_dates=["ds"]) for path in arguments.files[1:]])
    # A model in two files (seasonal naive in each of ours) counts once.
    rows = rows.drop(columns="y", errors="ignore").drop_duplicates(["model", *KEYS])
    with pd.option_context("display.width", 200):
        print(score(series, rows).to_string())


if __name__ == "__main__":
    main()
