"""Makes theta.json: Theta models fitted by statsforecast to made-up series.

Run with statsforecast 2.1.1 and numpy: `python tests/golden/theta.py > tests/golden/theta.json`.
"""

import json

import numpy as np
import statsforecast
from statsforecast.theta import auto_theta, forecast_theta

FORMS = {"STM": "standard", "OTM": "optimised", "DSTM": "dynamic_standard", "DOTM": "dynamic_optimised"}


def made_up():
    """Names, season lengths and values; rounded, so that the file holds exactly what was fitted."""
    rng = np.random.default_rng(21)
    month = np.arange(96)
    season = 1 + 0.2 * np.sin(2 * np.pi * month / 12)
    return {
        "growing_months": (12, (300 + 2 * month + np.cumsum(rng.normal(0, 4, 96))) * season * (1 + rng.normal(0, 0.03, 96))),
        "falling_quarters": (4, 200 - 2 * np.arange(48) + rng.normal(0, 5, 48)),
        "years": (1, 500 + 12 * np.arange(40) + np.cumsum(rng.normal(0, 10, 40))),
    }


series = []
for name, (period, values) in made_up().items():
    values = np.round(values, 1)
    fits = []
    for form, ours in FORMS.items():
        fitted = auto_theta(values, m=period, model=form)
        fits.append(
            {
                "form": ours,
                "alpha": float(fitted["par"]["alpha"]),
                "theta": float(fitted["par"]["theta"]),
                "decomposed": bool(fitted.get("decompose", False)),
                "forecast": [float(value) for value in forecast_theta(fitted, 12)["mean"]],
            }
        )
    series.append({"name": name, "season_length": period, "values": values.tolist(), "fits": fits})

print(
    json.dumps(
        {
            "tool": "statsforecast auto_theta",
            "version": statsforecast.__version__,
            "command": "python tests/golden/theta.py > tests/golden/theta.json",
            "tolerance": {
                "decomposed": "the same",
                "forecast": "0.5% of the value for standard and optimised; 1.5% for the dynamic forms, whose slope "
                "statsforecast updates with the new mean where Fiorucci et al. (2016) and we use the old one",
            },
            "series": series,
        },
        indent=1,
    )
)
