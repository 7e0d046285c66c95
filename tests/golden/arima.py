"""Makes arima.json: seasonal ARIMA by exact likelihood of statsmodels on made-up series.

Run with statsmodels 0.15.0 and numpy: `python tests/golden/arima.py > tests/golden/arima.json`.
"""

import json
import warnings

import numpy as np
import statsmodels
from statsmodels.tsa.statespace.sarimax import SARIMAX

warnings.simplefilter("ignore")


def made_up():
    """Values; rounded, so that the file holds exactly what was fitted."""
    rng = np.random.default_rng(70)
    month = np.arange(96)
    season = 0.25 * np.sin(2 * np.pi * month / 12) + 0.1 * np.cos(4 * np.pi * month / 12)
    shocks = rng.normal(0, 0.05, 97)
    log_level = np.cumsum(0.004 + shocks[1:] - 0.4 * shocks[:-1])
    noise = rng.normal(0, 1, 61)
    quarter = np.zeros(60)
    for t in range(60):
        quarter[t] = 0.5 * quarter[max(t - 1, 0)] + 0.3 * quarter[max(t - 4, 0)] + noise[t + 1] + 0.4 * noise[t]
    year = 30 + np.cumsum(0.5 + rng.normal(0, 1, 40))
    return {
        "growing_months": 5 + season + log_level,
        "level_quarters": 20 + quarter,
        "years": year,
    }


# Name, orders, seasonal orders, trend and the share of values taken out.
CASES = [
    ("growing_months", (0, 1, 1), (0, 1, 1, 12), "n", 0),
    ("growing_months", (2, 0, 1), (0, 1, 1, 12), "c", 0),
    ("level_quarters", (1, 0, 1), (1, 0, 0, 4), "c", 0),
    ("level_quarters", (2, 0, 0), (0, 0, 1, 4), "c", 7),
    ("years", (1, 1, 1), (0, 0, 0, 0), "c", 0),
    ("years", (0, 2, 2), (0, 0, 0, 0), "n", 0),
]

series = {name: np.round(values, 4) for name, values in made_up().items()}
cases = []
for name, order, seasonal, trend, every in CASES:
    values = series[name].copy()
    if every:
        values[every::every] = np.nan
    # A mean of the differenced series: a regressor that has the value 1 after differencing.
    model = SARIMAX(
        values, order=order, seasonal_order=seasonal, trend=trend, simple_differencing=True, concentrate_scale=True
    )
    fit = model.fit(disp=False, maxiter=500, method="bfgs", gtol=1e-8)
    named = dict(zip(fit.param_names, fit.params))
    ar = fit.polynomial_ar
    ma = fit.polynomial_ma

    def only(prefix):
        return [float(value) for key, value in named.items() if key.startswith(prefix)]

    # statsmodels' intercept is the mean times the autoregression at 1.
    reduced = fit.polynomial_reduced_ar
    mean = named.get("intercept", 0.0) / reduced.sum()
    cases.append(
        {
            "series": name,
            "every": every,
            "orders": [order[0], order[2], seasonal[0], seasonal[2]],
            "differences": [order[1], seasonal[1]],
            "season_length": max(seasonal[3], 1),
            "constant": trend == "c",
            "ar": only("ar.L"),
            "seasonal_ar": only("ar.S"),
            "ma": only("ma.L"),
            "seasonal_ma": only("ma.S"),
            "mean": float(mean),
            "log_likelihood": float(fit.llf),
            # Of the differenced series.
            "forecast": [float(value) for value in fit.forecast(8)],
        }
    )

print(
    json.dumps(
        {
            "tool": "statsmodels SARIMAX, simple_differencing, concentrated scale",
            "version": statsmodels.__version__,
            "command": "python tests/golden/arima.py > tests/golden/arima.json",
            "tolerance": {
                "log-likelihood at the same parameters": "1e-6",
                "forecast at the same parameters": "1e-6 of the value or of one",
                "log-likelihood of the fit": "no more than 0.02 below, started half way",
                "forecast of the fit": "0.02 of the value or of one",
            },
            "series": {name: values.tolist() for name, values in series.items()},
            "cases": cases,
        },
        indent=1,
    )
)
