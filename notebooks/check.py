"""Checks the notebooks: `check.py stripped` that none holds outputs, `check.py run` that each runs from top to bottom.

The second needs requirements.txt and, unless GROUNDSWELL_PACKS and GROUNDSWELL say otherwise, the sample's pack and a
built program. `check.py strip` takes outputs away.
"""

import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def notebooks():
    found = sorted(HERE.glob("*.ipynb"))
    assert found, f"no notebook in {HERE}"
    return found


def outputs(book):
    """Code cells that hold something of a run."""
    return [
        place
        for place, cell in enumerate(book["cells"], 1)
        if cell["cell_type"] == "code" and (cell["outputs"] or cell["execution_count"] is not None)
    ]


def stripped():
    faults = []
    for path in notebooks():
        book = json.loads(path.read_text("utf-8"))
        faults += [f"{path.name}: cell {place} holds an output; run `check.py strip`" for place in outputs(book)]
        # A picture without words is no picture to some readers.
        for place, cell in enumerate(book["cells"], 1):
            source = "".join(cell["source"])
            if cell["cell_type"] == "code" and "plt.subplots" in source and "alt=" not in source:
                faults.append(f"{path.name}: the chart of cell {place} has no alternative text")
    print("\n".join(faults) or f"{len(notebooks())} notebooks hold no outputs and every chart has its words")
    return 1 if faults else 0


def strip():
    for path in notebooks():
        book = json.loads(path.read_text("utf-8"))
        for cell in book["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
        path.write_text(json.dumps(book, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


def run():
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    for path in notebooks():
        started = time.monotonic()
        book = nbformat.read(path, as_version=4)
        try:
            NotebookClient(
                book,
                timeout=300,
                # A busy machine starts a kernel slowly; and of its messages only errors matter here.
                startup_timeout=180,
                extra_arguments=["--IPKernelApp.log_level=40"],
                resources={"metadata": {"path": str(HERE)}},
            ).execute()
        except CellExecutionError as error:
            print(f"{path.name} fails:\n{error}")
            return 1
        said = [output for cell in book.cells for output in cell.get("outputs", [])]
        assert said, f"{path.name} shows nothing"
        pictures = sum("<img alt=" in output.get("data", {}).get("text/html", "") for output in said)
        skipped = [output["text"] for output in said if output.get("text", "").startswith("Skipped")]
        note = f"; {skipped[0].strip()}" if skipped else ""
        print(f"{path.name}: {pictures} charts, {time.monotonic() - started:.0f} s{note}")
    return 0


if __name__ == "__main__":
    commands = {"stripped": stripped, "strip": strip, "run": run}
    sys.exit(commands[sys.argv[1]]() if len(sys.argv) == 2 and sys.argv[1] in commands else __doc__)
