"""Forecasts a monthly referral panel with Prophet, its lockdowns as one-off holidays, at the rolling origins of referrals.py.

    pip install prophet==1.5.0        # in a virtual environment of its own
    python benches/peers/prophet_lockdowns.py SERIES.csv OUTPUT.csv [--origins 2020-06,2020-09] [--sample N] [--areas even|odd]
    python benches/peers/referrals.py score SERIES.csv OUTPUT.csv OURS.csv [--sample N] [--areas even|odd]

OUTPUT.csv has the form of referrals.py's. Prophet's guide ("Treating COVID-19 lockdowns as a one-off holidays") makes
each lockdown a holiday; months being the periods here, each month of which a quarter or more was closed is one day of its
lockdown's window. A lockdown is known from the origin on before which it was announced. Everything else is Prophet's
default; intervals are quantiles of its predictive samples. Series and origins already in OUTPUT.csv are not run again; one
that Prophet fails on has no rows, and is named.
"""

import argparse
import logging
import pathlib
import time

import numpy as np
import pandas as pd
from prophet import Prophet

from referrals import BOUNDS, HORIZON, LEVELS, ORIGINS, chosen, read_series

# Month starts by lockdown, and the month in which it was announced: models/lockdowns/england.toml.
LOCKDOWNS = {
    "spring 2020": (["2020-03-01", "2020-04-01", "2020-05-01", "2020-06-01", "2020-07-01"], "2020-03"),
    "winter 2021": (["2021-01-01", "2021-02-01", "2021-03-01"], "2021-01"),
}


def holidays(origin):
    known = [
        {"holiday": f"{name} {place}", "ds": pd.Timestamp(month)}
        for name, (months, announced) in LOCKDOWNS.items()
        if announced <= origin
        for place, month in enumerate(months)
    ]
    return pd.DataFrame(known) if known else None


def forecast(history, origin):
    """The point and the bounds of the next months of one series."""
    model = Prophet(holidays=holidays(origin))
    model.fit(history[["ds", "y"]])
    future = model.make_future_dataframe(HORIZON, freq="MS", include_history=False)
    draws = model.predictive_samples(future)["yhat"]
    rows = pd.DataFrame({"ds": future["ds"].dt.strftime("%Y-%m-%d"), "point": np.median(draws, axis=1)})
    for level in LEVELS:
        for side, share in (("lo", 0.5 - level / 200), ("hi", 0.5 + level / 200)):
            rows[f"{side}-{level}"] = np.quantile(draws, share, axis=1).clip(min=0)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--origins", default=",".join(ORIGINS), help="comma-separated, such as 2020-06,2020-09")
    parser.add_argument("--areas", choices=["even", "odd"], help="every other series only")
    parser.add_argument("--sample", type=int, default=0, help="only N series, spread over their ids")
    arguments = parser.parse_args()
    logging.getLogger("cmdstanpy").disabled = True
    series, output = read_series(arguments.series), arguments.output
    done = pd.read_csv(output, usecols=["origin", "unique_id"], dtype=str) if output.exists() else pd.DataFrame()
    done = set(done.itertuples(index=False, name=None))
    clock = time.process_time()
    for origin in arguments.origins.split(","):
        for place, name in enumerate(chosen(series, arguments.areas, arguments.sample)):
            if (origin, name) in done:
                continue
            np.random.seed(place)
            history = series[(series["unique_id"] == name) & (series["ds"] <= f"{origin}-01")]
            try:
                rows = forecast(history, origin)
            except (RuntimeError, ValueError) as error:
                print(f"lost: {origin} {name}: {error}", flush=True)
                continue
            rows.insert(0, "model", "Prophet with lockdowns")
            rows.insert(1, "origin", origin)
            rows.insert(2, "unique_id", name)
            rows = rows.round(4)[["model", "origin", "unique_id", "ds", "point", *BOUNDS]]
            rows.to_csv(output, mode="a", index=False, header=not output.exists())
        print(f"{origin}: {time.process_time() - clock:.1f} s of this process so far; Stan's own are not among them", flush=True)


if __name__ == "__main__":
    main()
