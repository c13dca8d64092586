"""What tests of importers share: a file of any content, read into the stage as `import` reads it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from farthing.importers.files import opened
from farthing.importers.format import Format
from farthing.importers.registry import recognized
from farthing.importers.stage import Counted, Stage
from farthing.ledger.charges import CHARGES
from farthing.ledger.connection import IMPORT_MEMORY, connect
from farthing.ledger.events import EVENTS

LATEST = datetime(2027, 11, 22, tzinfo=UTC)
TABLES = {"events": (EVENTS, "event_id"), "charges": (CHARGES, "charge_id")}


@dataclass
class Staged:
    """A file that was read: what was counted, and the rows that wait for the ledger."""

    stage: Stage
    counted: Counted
    format: Format

    def rows(self, *columns: str) -> list[tuple]:
        """The values of some columns, in the order of the file's lines."""
        listed = ", ".join(columns)
        query = f"SELECT {listed} FROM staged_{self.stage.table} ORDER BY line, {self.stage.key}"
        return self.stage.connection.execute(query).fetchall()

    @property
    def why(self) -> list[str]:
        """Why records were set aside, by line."""
        return [f"{aside.line}: {aside.why}" for aside in self.counted.asides]


def stage_of(path: Path, folder: Path, format_: Format | None = None, **values: str) -> Staged:
    """Read a file into a stage as `import` does: with as little memory, and in the order of its lines."""
    source = opened(path, folder, 0, values)
    found = format_ or recognized(source.head)
    assert found is not None, "no format recognizes it"
    connection = connect(IMPORT_MEMORY, threads=2)
    connection.execute("SET preserve_insertion_order = true")
    connection.execute(f"ATTACH '{folder / 'staged.duckdb'}' AS staged")
    connection.execute("USE staged")
    columns, key = TABLES[found.table]
    stage = Stage(connection, found.table, columns, key, "test", LATEST)
    return Staged(stage, stage.add(0, source, found), found)


@pytest.fixture
def staged(tmp_path: Path) -> Callable[..., Staged]:
    """Read content, or a file, as the format that is sure of it or as the one given."""
    made = iter(range(1_000_000))

    def read(content: bytes | str | Path, format_: Format | None = None, **values: str) -> Staged:
        folder = tmp_path / f"import-{next(made)}"
        folder.mkdir()
        path = content if isinstance(content, Path) else folder / "input.log"
        if not isinstance(content, Path):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return stage_of(path, folder, format_, **values)

    return read


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded traces, which is not part of the project."""
    folder = Path(os.environ.get("FARTHING_SHARED", Path(__file__).parents[3] / "shared"))
    if not folder.is_dir():
        pytest.skip("the recorded traces are not here: set FARTHING_SHARED to their folder")
    return folder
