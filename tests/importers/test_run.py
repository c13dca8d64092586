"""An import into a ledger that has some of it: what is said of each file."""

import json
from pathlib import Path

from farthing.app.ledger_import import bring_in


def write(path: Path, **outputs: int) -> str:
    """A session of Claude Code whose answers have so many tokens."""
    lines = [
        {
            "timestamp": f"2026-05-{place:02}T10:00:00Z",
            "message": {
                "id": f"msg_{name * 24}",
                "model": "claude-opus-4-5",
                "usage": {"output_tokens": output},
            },
        }
        for place, (name, output) in enumerate(outputs.items(), 1)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def test_what_is_new_is_counted_by_file(tmp_path: Path) -> None:
    ledger = str(tmp_path / "ledger")

    def counts(*files: str) -> list[tuple[object, object]]:
        answer = bring_in(files=list(files), ledger=ledger)
        return [(row["stored"], row["duplicate"]) for row in answer.rows]

    first, second = write(tmp_path / "1.jsonl", a=5, b=5), write(tmp_path / "2.jsonl", c=5)
    assert counts(first, second) == [(2, 0), (1, 0)]
    assert counts(first, second) == [(0, 2), (0, 1)]
    # `a` had not ended when it was first read, `d` is of a day that the ledger has nothing of.
    grown, more = write(tmp_path / "3.jsonl", a=9, b=5), write(tmp_path / "4.jsonl", c=5, a=7, d=1)
    assert counts(grown, second, more) == [(1, 1), (0, 1), (1, 2)]
