"""Golden figures of placements from cs-demand-model 0.5.1, the peer of the field.

    python3 -m venv env && env/bin/pip install cs-demand-model==0.5.1
    env/bin/python tests/golden/placements.py FOLDER > tests/golden/placements.json

FOLDER holds the five-year fake SSDA903 return (2017-episodes.csv, 2017-header.csv ...). The package keeps an episode in
the age bracket in which it started, so one bracket for all ages is asked for: what it then says of placement groups is
free of that.
"""

import json
import sys
import warnings
from datetime import date
from importlib.resources import files

import pandas as pd
import yaml

warnings.filterwarnings("ignore")
from cs_demand_model import Config, DemandModellingDataContainer, PopulationStats, fs_datastore  # noqa: E402

FIRST, LAST = date(2018, 4, 1), date(2019, 3, 31)


def main(folder):
    settings = yaml.safe_load((files("cs_demand_model") / "fixtures/config/standard-v1.yaml").read_text())["config"]
    groups = list(settings["PlacementCategories"])
    settings["AgeBrackets"] = {"ALL": {"label": "All", "min": 0, "max": 25, "categories": groups}}
    with open("/tmp/one-bracket.yaml", "w", encoding="utf-8") as out:
        yaml.safe_dump({"name": "one bracket", "version": 1.0, "description": "", "config": settings}, out)
    config = Config("/tmp/one-bracket.yaml")
    view = DemandModellingDataContainer(fs_datastore(folder), config).enriched_view
    stats = PopulationStats(view, config)
    name = {"NOT_IN_CARE": "not in care"}
    label = lambda state: name.get(state[1], state[1].lower())
    window = stats.stock.truncate(before=FIRST, after=LAST)
    result = {
        "tool": "cs-demand-model 0.5.1, pandas " + pd.__version__,
        "command": "python tests/golden/placements.py FOLDER, see its first lines",
        "window": [str(FIRST), str(LAST)],
        "stock": {label(state): float(count) for state, count in window.iloc[-1].items()},
        "mean_stock": {label(state): float(count) for state, count in window.mean().items()},
        "entries_a_day": {label(to): float(rate) for (_, to), rate in stats.daily_entrants(FIRST, LAST).items()},
        "rates": {
            label(start) + " to " + label(end): float(rate)
            for (start, end), rate in stats.raw_transition_rates(FIRST, LAST).items()
            if start != end
        },
    }
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main(sys.argv[1])
