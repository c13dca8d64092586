"""What the tables of docs/accuracy.md are made of."""

from collections.abc import Iterable, Iterator, Mapping

Scores = Mapping[str, Mapping[str, float]]

_COLUMNS = ("n", "median", "within_25", "bias", "coverage_80", "interval_score")


def bar(what: str, most: float, found: float, rivals: str) -> str:
    """A measure that is to be no more than a bar."""
    return f"| {what} | ≤ {most:.0%} | {found:.1%} | {_word(found <= most)} | {rivals} |"


def open_bar(what: str, found: float) -> str:
    """A measure that nobody set a bar for."""
    return f"| {what} | | {found:.1%} | | |"


def least(what: str, fewest: float, found: float, rivals: str) -> str:
    """A measure that is to be no less than a bar."""
    return f"| {what} | ≥ {fewest:.0%} | {found:.1%} | {_word(found >= fewest)} | {rivals} |"


def interval_bar(what: str, found: float) -> str:
    """The share that 80% intervals hold."""
    return f"| {what} | about 80% | {found:.1%} | {_word(abs(found - 0.8) <= 0.07)} | nobody gives one |"


def _word(met: bool) -> str:
    return "met" if met else "**missed**"


def stamp(found: Mapping[str, object]) -> str:
    """When and on what something was measured."""
    return f"Measured on {found['date']} at commit `{found['commit']}`, catalog `{found['catalog']}`."


def table(rows: Iterable[tuple[str, Mapping[str, float]]]) -> Iterator[str]:
    """Errors, a line each."""
    yield "| what | rows | median | within 25% | bias | 80% interval | score |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name, one in rows:
        n, median, within, bias, held, points = (one[column] for column in _COLUMNS)
        yield f"| {name} | {n} | {median:.1%} | {within:.1%} | {bias:+.1%} | {held:.1%} | {points:.2f} |"
