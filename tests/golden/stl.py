"""Makes stl.json: STL decompositions of made-up series by statsmodels.

Run with statsmodels and numpy: `python tests/golden/stl.py > tests/golden/stl.json`.
"""

import json

import numpy as np
import statsmodels
from statsmodels.tsa.seasonal import STL

rng = np.random.default_rng(31)
month, quarter = np.arange(100), np.arange(43)
spikes = np.zeros(100)
spikes[[20, 61]] = 150
MADE_UP = {
    "months": (12, 13, 300 + 2 * month + 30 * np.sin(month * np.pi / 6) + rng.normal(0, 8, 100) + spikes),
    "moving_months": (12, 7, 500 + np.cumsum(rng.normal(0, 6, 100)) + 0.6 * month * np.cos(month * np.pi / 6)),
    "quarters": (4, 21, 80 + np.array([6, -3, 1, -4])[quarter % 4] + rng.normal(0, 2, 43)),
}

series = []
for name, (period, window, values) in MADE_UP.items():
    values = np.round(values, 1)
    for robust in (False, True):
        inner, outer = (2, 5) if robust else (5, 0)
        model = STL(values, period=period, seasonal=window, seasonal_deg=0, robust=robust)
        fit = model.fit(inner_iter=inner, outer_iter=outer)
        series.append(
            {
                "name": name,
                "period": period,
                "season_window": window,
                "inner": inner,
                "outer": outer,
                "values": values.tolist(),
                "trend": fit.trend.tolist(),
                "season": fit.seasonal.tolist(),
            }
        )

print(
    json.dumps(
        {
            "tool": "statsmodels STL, seasonal_deg=0",
            "version": statsmodels.__version__,
            "command": "python tests/golden/stl.py > tests/golden/stl.json",
            "tolerance": {"trend and season": "1e-8 of the first trend"},
            "series": series,
        }
    )
)
