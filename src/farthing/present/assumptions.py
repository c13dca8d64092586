"""Which assumptions of an answer are worth a line: a language model has a hundred inputs."""

from collections.abc import Mapping, Sequence
from typing import Final

from farthing.estimate.answer import Assumption, Estimate
from farthing.present.layout import table
from farthing.present.wording import interval, middle

FEW_SOURCES: Final = 8
_DRIVERS: Final = 5
_BASES: Final = {"looked_up": "looked up"}
_LAYOUT: Final[Mapping[str, str]] = {
    "tp": "tp",
    "pp": "pp",
    "vp": "vp",
    "cp": "cp",
    "ep": "ep",
    "micro_batch_sequences": "microbatch",
    "zero_stage": "ZeRO",
}
_RECOMPUTE: Final = {"recompute_share": "full recompute", "selective_level": "selective recompute"}


def assumptions(answer: Estimate, width: int, *, explain: bool) -> list[str]:
    """A line for each input that was given or assumed, or is uncertain and among the main drivers.

    The layout that the search chose is one line, what is left out is counted. With `explain`
    everything is there.
    """
    if explain:
        return table([_row(item) for item in answer.assumptions], "<><<<", width)
    shown, left_out = telling(answer), len(answer.assumptions)
    rows = [_row(item) for item in shown]
    chosen = _layout(answer.assumptions)
    lines = table(rows, "<><<<", width, wrap=False)
    if chosen:
        lines.append(f"  layout: {chosen}; --tp, --pp and so on fix it")
        left_out -= sum(
            item.name in (*_LAYOUT, *_RECOMPUTE) and item not in shown for item in answer.assumptions
        )
    left_out -= len(shown)
    return [*lines, f"  and {left_out} more looked up or derived: --explain"] if left_out else lines


def telling(answer: Estimate) -> list[Assumption]:
    """The inputs that somebody chose, and the uncertain ones that matter most."""
    main = {driver.name for driver in answer.drivers[:_DRIVERS]}
    return [
        item
        for item in answer.assumptions
        if item.basis in ("given", "assumed") or item.name in main or _is_price(item)
    ]


def _is_price(item: Assumption) -> bool:
    """Whether it is a price by the token that something was billed at."""
    return item.name.endswith("_usd_per_m_tokens") and item.basis == "looked_up" and item.value.p50 > 0


def leading_sources(answer: Estimate) -> list[str]:
    """Ids of a few sources, those of the telling assumptions first."""
    first = [source for item in telling(answer) for source in item.sources]
    known = [source.id for source in answer.sources]
    ranked = dict.fromkeys([name for name in first if name in known] + known)
    return list(ranked)[:FEW_SOURCES]


def _layout(items: Sequence[Assumption]) -> str:
    """The layout in words where the search chose any of it; ones that change nothing are left out."""
    values = {item.name: item.value.p50 for item in items if item.name in (*_LAYOUT, *_RECOMPUTE)}
    if not any(item.name in _LAYOUT and item.basis == "derived" for item in items):
        return ""
    sizes = [f"{word} {values[name]:.0f}" for name, word in _LAYOUT.items() if _says(name, values.get(name))]
    again = [word for name, word in _RECOMPUTE.items() if values.get(name)]
    return ", ".join([*sizes, *(again or ["no recompute"])])


def _says(name: str, value: float | None) -> bool:
    return value is not None and (value != 1 or name in ("tp", "pp", "micro_batch_sequences", "zero_stage"))


def _row(item: Assumption) -> tuple[str, ...]:
    words = interval(item.value, item.unit) or middle(item.value, item.unit)
    return (item.name, words, _BASES.get(item.basis, item.basis), item.confidence or "", item.note)
