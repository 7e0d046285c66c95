"""What the notebooks share: find a pack, read its tables, run the program, draw in the project's colours.

Every figure comes from a published pack or from the command `groundswell`. Nothing here forecasts, scores or protects.
"""

import base64
import html
import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import matplotlib
import polars as pl
from matplotlib import pyplot as plt

HERE = Path(__file__).resolve().parent

# The colours of the report (src/publish/charts/palette.rs).
NAVY, TURQUOISE, PLUM, ORANGE, GREY = "#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D"
INNER, OUTER, EDGE = "#B5D6F2", "#DAEAF9", "#2073BC"

matplotlib.use("agg")
plt.rcParams.update({
    "figure.figsize": (9, 4.5),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.prop_cycle": plt.cycler(color=[NAVY, TURQUOISE, PLUM, ORANGE]),
    "font.size": 11,
})
pl.Config.set_tbl_hide_dataframe_shape(True)
pl.Config.set_tbl_hide_column_data_types(True)
pl.Config.set_tbl_rows(30)
pl.Config.set_fmt_str_lengths(120)


class Pack:
    """A published pack: a folder of tables with a manifest."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.manifest = json.loads((self.folder / "manifest.json").read_text("utf-8"))

    @classmethod
    def newest(cls, folder=None):
        """The pack that `latest.json` names. `folder` holds the packs; without it, GROUNDSWELL_PACKS or the sample's."""
        folder = Path(folder or os.environ.get("GROUNDSWELL_PACKS", HERE / "../sample-data/packs"))
        latest = folder / "latest.json"
        if not latest.exists():
            raise SystemExit(f"No pack in {folder}. Make one first: groundswell run sample-data/groundswell.toml")
        return cls(folder / json.loads(latest.read_text("utf-8"))["pack"])

    def has(self, name):
        """Whether the pack has a table."""
        return any((self.folder / f"{name}.{kind}").exists() for kind in ("parquet", "csv"))

    def table(self, name):
        """A table by its name without an ending. Hidden and missing figures are null; Parquet says which in `marks`."""
        parquet = self.folder / f"{name}.parquet"
        if parquet.exists():
            return pl.read_parquet(parquet)
        marks = ["[c]", "[x]", "[z]"]
        return pl.read_csv(self.folder / f"{name}.csv", null_values=marks, infer_schema_length=None, try_parse_dates=True)

    def total(self, name):
        """The rows of a table for all series together: the total's `unique_id` is `*` for each dimension."""
        table = self.table(name)
        is_total = table["unique_id"].str.replace_all("/", "").str.replace_all(r"\*", "") == ""
        # Where there is one series only, it is the total.
        return table.filter(is_total) if is_total.any() else table


def groundswell(*arguments, folder=None, check=True):
    """Runs the program and returns what it printed. GROUNDSWELL names it where it isn't on the path."""
    built = HERE / "../target/debug/groundswell"
    program = os.environ.get("GROUNDSWELL") or shutil.which("groundswell") or built
    ran = subprocess.run(
        [str(program), *map(str, arguments)], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    if check and ran.returncode not in (0, 10, 11, 12):
        raise RuntimeError(f"groundswell {' '.join(map(str, arguments))} ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
    return ran.stdout


def band(axes, table, column="ds", levels=(80, 95)):
    """Draws the ranges and the middle of a forecast."""
    for level, fill in sorted(zip(sorted(levels), (INNER, OUTER)), reverse=True):
        axes.fill_between(
            table[column], table[f"lo_{level}"], table[f"hi_{level}"], color=fill, edgecolor=EDGE, linewidth=0.8,
            label=f"{level}% range",
        )
    axes.plot(table[column], table["median"], color=NAVY, linestyle="--", linewidth=2, label="Forecast")


def show(figure, alt):
    """Shows a chart with its alternative text, and closes it."""
    from IPython.display import HTML, display

    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110, bbox_inches="tight")
    plt.close(figure)
    text = base64.b64encode(picture.getvalue()).decode("ascii")
    display(HTML(f'<img alt="{html.escape(alt, quote=True)}" src="data:image/png;base64,{text}">'))


def spoken(figure, unit=""):
    """A figure in a sentence: "4,200", or "too few to show"."""
    return "too few to show" if figure is None else f"{figure:,.0f}{unit}"
