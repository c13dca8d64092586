"""How well running out of memory is foretold: of the steps that did, and of the steps that ran."""

from collections.abc import Iterable


def memory_score(foretold: Iterable[tuple[bool, bool]]) -> dict[str, float]:
    """Recall and specificity of pairs (ran out of memory, was foretold to).

    Recall is the share found of the steps that ran out, specificity the share passed of those that ran.
    """
    pairs = list(foretold)
    out = [said for was, said in pairs if was]
    ran = [not said for was, said in pairs if not was]
    return {
        "out_of_memory": len(out),
        "recall": round(sum(out) / len(out), 4) if out else 1.0,
        "ran": len(ran),
        "specificity": round(sum(ran) / len(ran), 4) if ran else 1.0,
    }


def ran_out(cell: str | None) -> bool:
    """What an `oom` cell means; a step without one was measured, so it ran."""
    return (cell or "").lower() in ("yes", "true", "1")
