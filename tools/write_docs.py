"""Write the pages that can go stale, and the output shown in README.md and docs/tour.md.

    python tools/write_docs.py            # or: make docs
    python tools/write_docs.py --check    # names the pages that differ and exits with 1

Pages come from the docstrings of formulas, the catalog, the command line's own help, and from
`farthing validate` with docs/accuracy.json (tools/measure_accuracy.py). docs/benchmarks.md is written
by benchmarks/run.py and benchmarks/ledger.py alone.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pages import accuracy, consoles, facts, methods, verbs

ROOT = Path(__file__).parents[1]
SHOWN = ("README.md", "docs/tour.md")


def pages() -> Iterator[tuple[str, str]]:
    """Path and text of every page."""
    yield "docs/methods.md", methods.page()
    yield "docs/facts.md", facts.page()
    yield "docs/accuracy.md", accuracy.page(ROOT / "docs" / "accuracy.json")
    for name, text in verbs.pages():
        yield f"docs/verbs/{name}.md", text
    for path in SHOWN:
        # A reader begins with an empty ledger, and so does each page that is read from its top.
        os.environ["FARTHING_LEDGER"] = str(Path(os.environ["FARTHING_STATE"]) / "ledgers" / path)
        yield path, consoles.renewed((ROOT / path).read_text("utf-8"))


def main(arguments: Sequence[str]) -> int:
    """Write or check all pages; 1 where a check finds one that differs."""
    stale = []
    with tempfile.TemporaryDirectory() as state:
        os.environ |= {"FARTHING_STATE": state, "FARTHING_DATA": state, "COLUMNS": "100", "NO_COLOR": "1"}
        for name, text in pages():
            path = ROOT / name
            if path.exists() and path.read_text("utf-8") == text:
                continue
            stale.append(name)
            if "--check" not in arguments:
                path.parent.mkdir(exist_ok=True, parents=True)
                path.write_text(text, "utf-8")
    word = "differs from what would be written" if "--check" in arguments else "written"
    for name in stale:
        print(f"{name}: {word}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
