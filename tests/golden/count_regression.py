"""Makes count_regression.json: Poisson and negative binomial regressions fitted by statsmodels to made-up counts.

Run with statsmodels 0.15.0 and numpy: `python tests/golden/count_regression.py > tests/golden/count_regression.json`.
"""

import json

import numpy as np
import statsmodels
import statsmodels.api as sm
from statsmodels.discrete.discrete_model import NegativeBinomial


def made_up():
    """Names, exposures, columns (the intercept first) and counts."""
    rng = np.random.default_rng(35)
    month = np.arange(96)
    days = 18.0 + (month * 7 % 5)
    wave = [np.cos(2 * np.pi * month / 12), np.sin(2 * np.pi * month / 12)]
    columns = np.round(np.column_stack([np.ones(96), *wave, month / 48 - 1, month % 12 == 7]), 4)
    mean = days / 20 * np.exp(columns @ np.array([4.0, 0.2, -0.1, 0.15, -0.3]))
    few = np.round(np.column_stack([np.ones(60), np.arange(60) / 30 - 1]), 4)
    low = np.exp(few @ np.array([0.4, 0.5]))
    return {
        "overdispersed_months": (days / 20, columns, rng.negative_binomial(12, 12 / (12 + mean))),
        "poisson_months": (days / 20, columns, rng.poisson(mean)),
        "small_counts": (np.ones(60), few, rng.negative_binomial(1.5, 1.5 / (1.5 + low))),
    }


series = []
for name, (exposure, columns, counts) in made_up().items():
    offset = np.log(exposure)
    poisson = sm.GLM(counts, columns, family=sm.families.Poisson(), offset=offset).fit(tol=1e-12, maxiter=200)
    start = np.append(poisson.params, 0.1)
    negative = NegativeBinomial(counts, columns, offset=offset).fit(start_params=start, method="newton", tol=1e-12, maxiter=500, disp=0)
    # Counts made by Poisson may have no finite dispersion.
    alpha = float(negative.params[-1])
    series.append(
        {
            "name": name,
            "exposure": exposure.tolist(),
            "columns": columns.tolist(),
            "counts": counts.tolist(),
            "poisson": {"effects": poisson.params.tolist(), "log_likelihood": float(poisson.llf)},
            "negative_binomial": {
                "effects": negative.params[:-1].tolist(),
                "dispersion": 1 / alpha,
                "log_likelihood": float(negative.llf),
            }
            if alpha > 1e-4 and negative.mle_retvals["converged"]
            else None,
        }
    )

print(
    json.dumps(
        {
            "tool": "statsmodels GLM (Poisson) and NegativeBinomial (nb2), unpenalised",
            "version": statsmodels.__version__,
            "command": "python tests/golden/count_regression.py > tests/golden/count_regression.json",
            "tolerance": {"effects": "1e-5", "dispersion": "1e-4 of the value", "log_likelihood": "1e-6"},
            "series": series,
        },
        indent=1,
    )
)
