"""Makes a large table of referrals, to run the monthly job on: one row each, 4,500 areas of uneven size by eleven sources.

    /tmp/peers/bin/python benches/load.py 10000000 referrals.csv

Ten years from January 2015. Its only purpose is size: days, areas and sources are drawn independently.
"""

import sys

import numpy as np
import pandas as pd

AREAS = 4500
SOURCES = ["1A", "2A", "3A", "4", "5A", "5D", "6", "7", "8", "9", "10"]


def main():
    rows, path = int(sys.argv[1]), sys.argv[2]
    random = np.random.default_rng(1)
    sizes = random.gamma(2, 1, AREAS)
    areas = np.array([f"Area {number:04d}" for number in range(AREAS)])
    table = pd.DataFrame({
        "child_id": np.char.add("C", random.integers(0, rows // 2, rows).astype(str)),
        "referral_date": np.datetime64("2015-01-01") + random.integers(0, 3652, rows).astype("timedelta64[D]"),
        "area": areas[random.choice(AREAS, rows, p=sizes / sizes.sum())],
        "source": random.choice(SOURCES, rows),
    })
    table.to_csv(path, index=False)


if __name__ == "__main__":
    main()
