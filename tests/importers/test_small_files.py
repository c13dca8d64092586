"""Small files that are read by one query: whatever is in them, they come out as they do one by one."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from farthing.importers.files import opened
from farthing.importers.format import Format, Head, Source
from farthing.importers.registry import named
from farthing.importers.run import Imported, Run
from farthing.importers.small_files import MOST_FILES, Known, grouped
from farthing.importers.stage import Stage
from farthing.ledger.connection import IMPORT_MEMORY, connect
from farthing.ledger.events import EVENTS
from farthing.ledger.store import Ledger, open_ledger

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SESSIONS = sorted(path for kind in ("claude_code", "codex") for path in HERE.glob(f"{kind}/*/input*"))
OTHERS = sorted(HERE.glob("litellm/*/input*.jsonl"))


def answer(message: str | None, output: int, **more: object) -> str:
    """A line of Claude Code: an answer with an id, or one of which nothing is known but its time."""
    used = {"input_tokens": 7, "output_tokens": output}
    said = {"role": "assistant", "model": "claude-sonnet-4-5", "usage": used}
    own = {} if message is None else {"sessionId": "s", "uuid": f"{message}-{output}", "requestId": "r"}
    return json.dumps(
        {"timestamp": "2026-05-01T10:00:00Z", "message": {**said, "id": message}, **own, **more}
    )


def write_folder(folder: Path) -> list[Path]:
    """Sessions of both kinds, harmed and repeated ones, and files of another kind between them."""
    folder.mkdir()
    made = {
        "a-blank-lines.jsonl": f"\n\n{answer('m1', 5)}\r\n\n\nnot JSON\r\n{answer('m2', -1)}\n",
        "b-no-end.jsonl": answer("m1", 9),
        "c-equal.jsonl": f"{answer(None, 4)}\n{answer(None, 4)}\n{answer(None, 4)}\n",
        "d-side.jsonl": f"{answer('m3', 6, isSidechain=True)}\n{answer('m4', 6, isSidechain=True)}\n",
        "e-main.jsonl": f"{answer('m3', 6)}\n[1, 2]\n",
        "f-nothing.jsonl": "",
        "g-no-usage.jsonl": '{"sessionId": "s", "uuid": "u", "type": "user"}\n',
        "h-unknown.jsonl": '{"hello": 1}\n',
        "i-mark.jsonl": "\ufeff" + answer("m5", 3) + "\n{\n",
        "j-no-moment.jsonl": answer("m6", 3, timestamp="soon") + "\n",
        "k [1]*.jsonl": answer("m7", 3) + "\n",
    }
    for name, content in made.items():
        (folder / name).write_text(content, "utf-8", newline="")
    (folder / "l-packed.jsonl.gz").write_bytes(gzip.compress(answer("m8", 3).encode()))
    (folder / "m-broken.jsonl").write_bytes(answer("m9", 3).encode() + b'\n{"a": "\xff\xfe"}\n\0\n')
    for number, path in enumerate([*SESSIONS, *OTHERS, *SESSIONS]):
        (folder / f"{number % 7}-{number}{path.suffix}").write_bytes(path.read_bytes())
    return sorted(folder.iterdir())


@dataclass
class Result:
    """What became of the files, and what the ledger has of them."""

    imported: list[Imported]
    ledger: Ledger

    def rows(self) -> list[tuple]:
        columns = ", ".join(f'CAST("{column.name}" AS VARCHAR)' for column in EVENTS)
        with connect() as connection:
            query = f"SELECT {columns} FROM {self.ledger.events.files().relation()} ORDER BY ALL"
            return connection.execute(query).fetchall()


def imported(
    paths: list[Path], folder: Path, together: int, told: Callable[[str, int], None] = lambda *_: None
) -> Result:
    """The files in a new ledger, read as `import` reads them."""
    folder.mkdir()
    ledger = open_ledger(str(folder / "ledger"))
    with connect(IMPORT_MEMORY, threads=2) as connection:
        connection.execute(f"ATTACH '{folder / 'staged.duckdb'}' AS staged")
        connection.execute("USE staged")
        run = Run(ledger, connection, folder, "batch", NOW, told=told, together=together)
        return Result(run.files(paths), ledger)


def test_files_come_out_as_they_do_one_by_one(tmp_path: Path) -> None:
    paths = write_folder(tmp_path / "logs")
    alone = imported(paths, tmp_path / "alone", together=1)
    for most in (2, MOST_FILES):
        many = imported(paths, tmp_path / f"together-{most}", together=most)
        assert many.imported == alone.imported
        assert many.rows() == alone.rows()
    by_name = {Path(one.file).name: one for one in alone.imported}
    assert [aside.line for aside in by_name["a-blank-lines.jsonl"].asides] == [2, 3]
    assert by_name["c-equal.jsonl"].stored == 3
    # Whether an answer is a copy is asked of its own file alone: of two files it is the id that tells.
    assert by_name["d-side.jsonl"].read == 2
    assert by_name["h-unknown.jsonl"].format == ""


@pytest.mark.parametrize("kind", ["claude-code", "codex"])
def test_one_query_reads_what_many_read(kind: str, tmp_path: Path) -> None:
    format_ = named(kind)
    paths = sorted(HERE.glob(f"{kind.replace('-', '_')}/*/input*"))
    counted = []
    for way in ("alone", "together"):
        folder = tmp_path / way
        folder.mkdir()
        with connect(IMPORT_MEMORY, threads=2) as connection:
            connection.execute(f"ATTACH '{folder / 'staged.duckdb'}' AS staged")
            connection.execute("USE staged")
            stage = Stage(connection, "events", EVENTS, "event_id", "batch", NOW)
            # Numbers have gaps where files of other formats lie between.
            files = {3 * place: opened(path, folder, place, {}) for place, path in enumerate(paths)}
            if way == "alone":
                counted.append({number: stage.add(number, one, format_) for number, one in files.items()})
            else:
                counted.append(stage.add_together(files, format_))
    assert counted[0] == counted[1]
    assert sum(one.read for one in counted[1].values()) > len(paths)
    assert sum(one.set_aside for one in counted[1].values()) > 1


def test_file_that_vanishes_harms_no_other(tmp_path: Path) -> None:
    """Agents tidy up their logs: a session that is gone before it is read is set aside, alone."""
    paths = [tmp_path / f"{name}.jsonl" for name in "abc"]
    for path in paths:
        path.write_text(answer(path.stem, 5))

    def told(name: str, _: int) -> None:
        if name == str(paths[2]):
            paths[1].unlink()

    found = imported(paths, tmp_path / "ledger", MOST_FILES, told).imported
    assert [(one.stored, one.set_aside) for one in found] == [(1, 0), (0, 1), (1, 0)]
    assert found[1].asides[0].why.startswith("it cannot be read: ")


def test_groups(tmp_path: Path) -> None:
    source = Source("a log", tmp_path / "log", Head("log", b""), tmp_path)

    def group(sizes: list[tuple[Format, int]], most: int) -> list[tuple[str, list[int]]]:
        files = (Known(place, source, size_byte, one) for place, (one, size_byte) in enumerate(sizes))
        return [(format_.name, list(found)) for format_, found in grouped(files, most)]

    claude, codex, litellm = named("claude-code"), named("codex"), named("litellm")
    small, large = 1_000, 5 * 1024 * 1024
    mixed = [(claude, small), (codex, small), (litellm, small), (claude, large), (claude, small)]
    assert group(mixed, 9) == [
        ("litellm", [2]),
        ("claude-code", [3]),
        ("claude-code", [0, 4]),
        ("codex", [1]),
    ]
    assert group([(claude, small)] * 5, 2) == [("claude-code", found) for found in ([0, 1], [2, 3], [4])]
    some = 3 * 1024 * 1024  # of which six are more than is kept in memory at once
    assert group([(codex, some)] * 7, 9) == [("codex", [0, 1, 2, 3, 4, 5]), ("codex", [6])]
