"""Makes reconcile.json: minimum-trace reconciliation by hierarchicalforecast of made-up forecasts and errors.

Run with hierarchicalforecast 1.5.3: `python tests/golden/reconcile.py > tests/golden/reconcile.json`.
"""

import importlib.metadata
import json

import numpy as np
from hierarchicalforecast.methods import MinTrace

# Rows of the parts that each total adds up: everything, two regions, and a margin that cuts across them.
TOTALS = [[0, 1, 2, 3, 4, 5], [0, 1, 2], [3, 4, 5], [0, 3]]
PARTS, DATES, STEPS = 6, 60, 8

rng = np.random.default_rng(8)
summing = np.array([[float(part in total) for part in range(PARTS)] for total in TOTALS] + np.eye(PARTS).tolist())


def case(name, level, noise):
    """Errors of parts share a part; a total errs less than its parts together. Rounded, so that the file holds exactly
    what was reconciled."""
    parts = level * np.array([9.0, 1.0, 4.0, 2.0, 0.5, 6.0])
    shared = rng.normal(0, 1, DATES)
    errors = np.sqrt(parts)[:, None] * (0.7 * shared + rng.normal(0, 1, (PARTS, DATES)))
    errors = np.vstack([0.6 * summing[: len(TOTALS)] @ errors + rng.normal(0, noise, (len(TOTALS), DATES)), errors])
    errors = np.round(errors, 3)
    base = summing @ (parts[:, None] * (1 + 0.2 * rng.normal(0, 1, (PARTS, STEPS))))
    base = np.round(np.maximum(base + noise * rng.normal(0, 1, base.shape), 0), 3)
    reconciled = {}
    for key, nonnegative in (("reconciled", False), ("at_least_zero", True)):
        method = MinTrace(method="mint_shrink", nonnegative=nonnegative)
        out = method.fit_predict(S=summing, y_hat=base, y_insample=errors, y_hat_insample=np.zeros_like(errors))
        reconciled[key] = np.asarray(out["mean"], dtype=float)[len(TOTALS):].tolist()
    # hierarchicalforecast puts totals first; this file has parts first, as the engine does.
    order = list(range(len(TOTALS), len(TOTALS) + PARTS)) + list(range(len(TOTALS)))
    return {"name": name, "errors": errors[order].tolist(), "base": base[order].tolist(), **reconciled}


print(
    json.dumps(
        {
            "tool": "hierarchicalforecast MinTrace(method='mint_shrink')",
            "version": importlib.metadata.version("hierarchicalforecast"),
            "command": "python tests/golden/reconcile.py > tests/golden/reconcile.json",
            "tolerance": {
                "reconciled": "1e-6 of the value or of 1; the ridge of 2e-8 that it adds to variances is not ours",
                "at_least_zero": "1e-4 of the value or of 1: it solves by interior points and rounds to single precision",
            },
            "totals": TOTALS,
            "cases": [case("large", 50.0, 20.0), case("small", 1.0, 2.0)],
        },
        indent=1,
    )
)
