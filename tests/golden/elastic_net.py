"""Makes elastic_net.json: elastic nets at fixed penalties fitted by scikit-learn to made-up rows.

Run with scikit-learn 1.9.1 and numpy: `python tests/golden/elastic_net.py > tests/golden/elastic_net.json`.
"""

import json

import numpy as np
import sklearn
from sklearn.linear_model import ElasticNet

rng = np.random.default_rng(14)
rows = rng.normal(0, 1, (60, 6))
# Neighbouring lags repeat each other in part; units differ.
rows[:, 1] += 0.7 * rows[:, 0]
rows[:, 5] *= 40
rows = np.round(rows + np.array([0, 3, 0, -2, 0, 100]), 3)
targets = np.round(rows @ np.array([0.8, 0.4, 0, 0, -0.3, 0.01]) + rng.normal(0, 0.4, 60), 3)

scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
centred = targets - targets.mean()
fits = []
for lasso_share in (0.2, 0.5, 1.0):
    for share in (0.5, 0.1, 0.01):
        penalty = share * np.abs(scaled.T @ centred).max() / (len(targets) * lasso_share)
        model = ElasticNet(alpha=penalty, l1_ratio=lasso_share, tol=1e-12, max_iter=100_000).fit(scaled, targets)
        slopes = model.coef_ / rows.std(axis=0)
        fits.append(
            {
                "lasso_share": lasso_share,
                "share": share,
                "slopes": slopes.tolist(),
                "constant": float(model.intercept_ - slopes @ rows.mean(axis=0)),
            }
        )

print(
    json.dumps(
        {
            "tool": "scikit-learn ElasticNet on columns of unit variance",
            "version": sklearn.__version__,
            "command": "python tests/golden/elastic_net.py > tests/golden/elastic_net.json",
            "tolerance": {"slopes": "1e-3 of a column's unit effect", "dropped effects": "the same"},
            "rows": rows.tolist(),
            "targets": targets.tolist(),
            "fits": fits,
        },
        indent=1,
    )
)
