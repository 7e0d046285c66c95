"""Makes ets.json: exponential smoothing fitted by statsforecast to made-up series.

Run with statsforecast 2.1.1 and numpy: `python tests/golden/ets.py > tests/golden/ets.json`.
"""

import json

import numpy as np
import statsforecast
from statsforecast.models import AutoETS

FORMS = ["ANN", "MNN", "AAdN", "MAdN", "AAN", "MAN", "ANA", "MNA", "AAdA", "MAdA", "AAA", "MAA", "MNM", "MAdM", "MAM"]


def made_up():
    """Names, season lengths and values; rounded, so that the file holds exactly what was fitted."""
    rng = np.random.default_rng(20)
    month = np.arange(84)
    season = 1 + 0.25 * np.sin(2 * np.pi * month / 12) + 0.1 * np.cos(4 * np.pi * month / 12)
    level = 400 + 3 * month + np.cumsum(rng.normal(0, 6, 84))
    quarter = np.arange(44)
    year = np.arange(30)
    return {
        "growing_months": (12, level * season * (1 + rng.normal(0, 0.04, 84))),
        "level_quarters": (4, 60 + np.cumsum(rng.normal(0, 2, 44)) + np.array([5, -3, 0, -2])[quarter % 4] + rng.normal(0, 2, 44)),
        "years": (1, 900 + 20 * year + np.cumsum(rng.normal(0, 15, 30))),
    }


series = []
for name, (period, values) in made_up().items():
    values = np.round(values, 1)
    fits = []
    for form in FORMS:
        if period == 1 and form[-1] != "N":
            continue
        model = AutoETS(season_length=period, model=form[0] + form[1] + form[-1], damped="d" in form).fit(values)
        fitted = model.model_
        alpha, beta, gamma, phi = (None if np.isnan(value) else float(value) for value in fitted["par"][:4])
        states = [float(value) for value in fitted["par"][4:]]
        trend = 2 if form[1] == "A" else 1
        fits.append(
            {
                "form": f"ETS({form[0]},{form[1:-1]},{form[-1]})",
                "aicc": float(fitted["aicc"]),
                "alpha": alpha,
                "beta": beta,
                "gamma": gamma,
                "phi": phi,
                "level": states[0],
                "slope": states[1] if trend == 2 else None,
                # Oldest first: the first value's season is the last state.
                "season": states[trend:][::-1],
                "forecast": [float(value) for value in model.predict(8)["mean"]],
            }
        )
    series.append({"name": name, "season_length": period, "values": values.tolist(), "fits": fits})

print(
    json.dumps(
        {
            "tool": "statsforecast AutoETS",
            "version": statsforecast.__version__,
            "command": "python tests/golden/ets.py > tests/golden/ets.json",
            "tolerance": {
                "aicc at the same parameters": "1e-6",
                "forecast at the same parameters": "1e-8 of the value; first step only for damped trends, because statsforecast 2.1.1 "
                "damps the second step by phi where the model says phi squared",
                "aicc of the fit": "no more than 0.01 above for all but two forms, 2.5 for every one, where theirs keeps to the usual region",
                "forecast of the fit": "3% of the value where aicc agrees within 0.5",
            },
            "series": series,
        },
        indent=1,
    )
)
