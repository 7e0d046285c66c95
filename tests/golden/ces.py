"""Makes ces.json: complex exponential smoothing fitted by statsforecast to made-up series.

Run with statsforecast 2.1.1 and numpy: `python tests/golden/ces.py > tests/golden/ces.json`.
"""

import json

import numpy as np
import statsforecast
from statsforecast.ces import auto_ces, forecast_ces

FORMS = {"N": "none", "S": "simple", "P": "partial", "F": "full"}
rng = np.random.default_rng(41)
month, quarter = np.arange(96), np.arange(48)
MADE_UP = {
    "months": (12, 400 + np.cumsum(rng.normal(0, 6, 96)) + 40 * np.sin(month * np.pi / 6) + rng.normal(0, 10, 96)),
    "quarters": (4, 90 + 0.5 * quarter + np.array([8, -5, 1, -4])[quarter % 4] + rng.normal(0, 3, 48)),
}

series = []
for name, (period, values) in MADE_UP.items():
    values = np.round(values, 1)
    fits = []
    for model, form in FORMS.items():
        fitted = auto_ces(values, m=period, model=model)
        par = {key: None if np.isnan(value) else float(value) for key, value in fitted["par"].items()}
        fits.append(
            {
                "form": form,
                **par,
                # Lag after lag: rows of levels and hidden components of the level, then of the season.
                "initial": fitted["states"][: fitted["m"]].tolist(),
                "last": fitted["states"][len(values) : len(values) + fitted["m"]].tolist(),
                "sum_of_squares": float(np.sum(fitted["residuals"] ** 2)),
                "forecast": [float(value) for value in forecast_ces(fitted, 12)["mean"]],
            }
        )
    series.append({"name": name, "season_length": period, "values": values.tolist(), "fits": fits})

print(
    json.dumps(
        {
            "tool": "statsforecast auto_ces",
            "version": statsforecast.__version__,
            "command": "python tests/golden/ces.py > tests/golden/ces.json",
            "tolerance": {
                "forecast at the same weights and last states": "1e-8 of the value",
                "sum of squares of our fit": "no more than 2% above theirs",
            },
            "series": series,
        }
    )
)
