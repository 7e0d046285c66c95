"""Makes intermittent.json: forecasts of statsforecast's models for intermittent series, on made-up ones.

Run with statsforecast 2.1.1 and numpy: `python tests/golden/intermittent.py > tests/golden/intermittent.json`.
"""

import json

import numpy as np
import statsforecast
from statsforecast.models import ADIDA, IMAPA, TSB, CrostonClassic, CrostonOptimized, CrostonSBA

MODELS = {
    "classic": CrostonClassic(),
    "sba": CrostonSBA(),
    "optimised": CrostonOptimized(),
    "tsb": TSB(alpha_d=0.15, alpha_p=0.05),
    "adida": ADIDA(),
    "imapa": IMAPA(),
}


def made_up():
    """Names and values; whole numbers, so that the file holds exactly what was fitted."""
    rng = np.random.default_rng(12)
    dying = rng.poisson(0.8, 72)
    dying[50:] = 0
    return {
        "rare": (rng.random(120) < 0.1) * rng.integers(1, 6, 120),
        "half": (rng.random(60) < 0.5) * rng.geometric(0.4, 60),
        "lumpy": (rng.random(96) < 0.2) * np.round(rng.lognormal(2, 1, 96)),
        "dying": dying,
        "late": np.concatenate([np.zeros(30), rng.poisson(1.2, 18)]),
        "every_period": rng.poisson(9, 48) + 1,
        "once": np.eye(1, 24, 9)[0] * 3,
    }


series = []
for name, values in made_up().items():
    values = np.asarray(values, dtype=float)
    forecasts = {model: float(fit.forecast(values, h=1)["mean"][0]) for model, fit in MODELS.items()}
    series.append({"name": name, "values": values.tolist(), "forecasts": forecasts})

print(
    json.dumps(
        {
            "tool": "statsforecast CrostonClassic, CrostonSBA, CrostonOptimized, TSB(0.15, 0.05), ADIDA, IMAPA",
            "version": statsforecast.__version__,
            "command": "python tests/golden/intermittent.py > tests/golden/intermittent.json",
            "tolerance": {
                "classic, sba, tsb": "1e-9 of the value",
                "optimised, adida, imapa": "1e-4 of the value: the two searches for the smoothing stop at their own places",
            },
            "series": series,
        },
        indent=1,
    )
)
