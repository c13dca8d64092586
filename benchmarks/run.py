"""Measure our speed beside a rival and the machine's own limit, in one run, and write docs/benchmarks.md.

python benchmarks/run.py            # prints and writes the page
python benchmarks/run.py --no-rival # leaves llm-analysis out

llm-analysis pins old libraries, so it gets an environment of its own, in a temporary folder unless
FARTHING_RIVAL_PYTHON names an interpreter that has it. Where it cannot be installed its row says why.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ours

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
INSTALL_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the page: what was expected beforehand, what came out, and the bar."""

    what: str
    expected: str
    found: str
    bar: str
    met: bool | None


def rival_per_second() -> tuple[float, float] | str:
    """Layouts a second of llm-analysis, those that fit and all, or why it was not measured."""
    if "--no-rival" in sys.argv:
        return "left out"
    if python := os.environ.get("FARTHING_RIVAL_PYTHON"):
        return _rival(Path(python))
    with tempfile.TemporaryDirectory() as folder:
        python_here = Path(folder) / "bin" / "python"
        try:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
            install = [python_here, "-m", "pip", "install", "--quiet", "llm-analysis>=0.2"]
            subprocess.run(install, check=True, capture_output=True, timeout=INSTALL_SECONDS)
        except (subprocess.SubprocessError, OSError) as error:
            return f"could not be installed ({type(error).__name__})"
        return _rival(python_here)


def _rival(python: Path) -> tuple[float, float] | str:
    done = subprocess.run([python, HERE / "rival.py"], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"did not run ({done.stderr.strip().splitlines()[-1:]})"
    found = json.loads(done.stdout.splitlines()[-1])
    return float(found["per_second"]), float(found["all"])


def measured() -> Iterator[Measured]:
    """Every line, in the order of the page."""
    yield from layouts()
    yield from answers()


def layouts() -> Iterator[Measured]:
    """How many layouts a second, beside the rival and a bare pass over the columns."""
    places, ours_per_second, search_s = ours.layouts_per_second()
    yield Measured(
        "training layouts a second, one process, speed and memory of each",
        "about 400,000",
        f"{ours_per_second:,.0f}",
        "≥ 100,000",
        ours_per_second >= 100_000,
    )
    mixed = ours.mixed_per_second()
    yield Measured(
        "the same where every row is another model, device and format",
        "about 150,000",
        f"{mixed:,.0f}",
        "≥ 100,000",
        mixed >= 100_000,
    )
    rival = rival_per_second()
    if not isinstance(rival, str):
        whole, all_of_them = rival
        told = f"{whole:,.0f} a second of layouts that fit, {all_of_them:,.0f} of all"
        yield Measured(
            "times as fast as llm-analysis in the same run",
            "300 (from 1,400 a second)",
            f"{ours_per_second / whole:,.0f} ({told})",
            "> 1",
            ours_per_second > whole,
        )
    else:
        yield Measured(
            "times as fast as llm-analysis in the same run", "300", f"llm-analysis {rival}", "> 1", None
        )
    bare = ours.bare_pass_per_second()
    yield Measured(
        "times as slow as only adding up the columns that vary",
        "20",
        f"{bare / ours_per_second:,.0f} ({bare / 1e6:,.0f} M rows a second)",
        "",
        None,
    )
    yield Measured(
        f"full search for GPT-3 175B on 512 GPUs ({places:,} layouts)",
        "0.02 s",
        f"{search_s:.4f} s",
        "< 1 s",
        search_s < 1,
    )


def answers() -> Iterator[Measured]:
    """How long a person waits."""
    warm, first = ours.estimate_warm(), ours.estimate_first()
    yield Measured(
        "16,384-draw estimate with its search, warm", "40 ms", f"{warm * 1e3:.0f} ms", "≤ 100 ms", warm <= 0.1
    )
    yield Measured(
        "the same as the first answer of a process, after import",
        "95 ms",
        f"{first * 1e3:.0f} ms",
        "≤ 100 ms",
        first <= 0.1,
    )
    help_s, click_s = ours.start_up()
    yield Measured(
        "`farthing --help` against `python -c 'import click'`",
        "2.0 times",
        f"{help_s / click_s:.2f} times ({help_s * 1e3:.0f} ms, {click_s * 1e3:.0f} ms)",
        "≤ 3 times",
        help_s <= 3 * click_s,
    )


def page(rows: list[Measured]) -> str:
    """The page as Markdown."""
    words = {True: "met", False: "**missed**", None: ""}
    head = [
        "# Speed",
        "Written by `python benchmarks/run.py`; nothing here is edited by hand. Everything was measured in",
        f"one run on one machine ({os.cpu_count()} processors, Python {platform.python_version()}): read the",
        "ratios, not the seconds. What was expected was noted before anything was timed, but for the two",
        "estimates of 40 and 95 ms, which come from profiling, and the mixed table, guessed after the first",
        "figure was seen.",
        "",
        "| what | expected | found | bar | |",
        "|---|---:|---:|---:|---|",
    ]
    body = [f"| {row.what} | {row.expected} | {row.found} | {row.bar} | {words[row.met]} |" for row in rows]
    return "\n".join([*head, *body]) + "\n"


if __name__ == "__main__":
    found = list(measured())
    for row in found:
        print(f"{row.what}: {row.found} (expected {row.expected}; bar {row.bar or 'none'})", flush=True)
    PAGE.write_text(page(found), "utf-8")
