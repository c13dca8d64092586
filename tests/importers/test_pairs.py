"""Every importer by pairs: a file as others write it, and the rows that must come of it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
import yaml

from farthing.importers.files import opened
from farthing.importers.registry import named, recognized
from farthing.importers.stage import Aside, Stage
from farthing.ledger.charges import CHARGES
from farthing.ledger.events import EVENTS

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/expected.yaml"))
LATEST = datetime(2027, 11, 22, tzinfo=UTC)
TABLES = {"events": (EVENTS, "event_id"), "charges": (CHARGES, "charge_id")}
HIDDEN = {"batch", "day", "source"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_pair(case: Path, tmp_path: Path) -> None:
    expected = yaml.safe_load((case / "expected.yaml").read_text())
    inputs = sorted(case.glob("input*"))
    connection = duckdb.connect(str(tmp_path / "stage.db"))
    connection.execute("SET TimeZone = 'UTC'")
    format_ = named(expected["format"])
    columns, key = TABLES[format_.table]
    stage = Stage(connection, format_.table, columns, key, "test", LATEST)
    read, asides = 0, []
    for number, path in enumerate(inputs):
        source = opened(path, tmp_path, number, expected.get("set", {}))
        if not expected.get("named"):
            assert recognized(source.head) is format_, f"{path.name} is not recognized as {format_.name}"
        counted = stage.add(number, source, format_)
        read += counted.read
        asides += counted.asides
    repeated = stage.drop_repeated()
    assert rows(connection, format_.table, columns, key) == [
        complete(row, columns) for row in sorted(expected.get("rows", []), key=lambda row: row[key])
    ]
    assert read == expected["read"]
    assert sum(repeated.values()) == expected.get("duplicate", 0)
    wanted = expected.get("set_aside", [])
    assert [aside.line for aside in asides] == [one["line"] for one in wanted]
    for aside, one in zip(asides, wanted, strict=True):
        assert re.search(one["why"], aside.why), f"{aside.why!r} does not say {one['why']!r}"
        assert isinstance(aside, Aside)


def rows(connection, table, columns, key):
    """What was staged: only what is not the default, as text where it is money or a moment."""
    listed = ", ".join(shown(column) for column in columns if column.name not in HIDDEN)
    found = connection.execute(f'SELECT {listed} FROM staged_{table} ORDER BY "{key}"').fetchall()
    names = [column.name for column in columns if column.name not in HIDDEN]
    return [dict(zip(names, row, strict=True)) for row in found]


def shown(column):
    name = f'"{column.name}"'
    if column.kind == "time":
        return f"strftime(make_timestamp(epoch_us({name})), '%Y-%m-%dT%H:%M:%S.%f')"
    if column.kind in ("money", "duration"):
        return (
            f"CAST({name} AS DOUBLE)"
            if column.kind == "duration"
            else f"regexp_replace(CAST({name} AS VARCHAR), '[.]?0+$', '')"
        )
    return name


def complete(row, columns):
    """An expected row with the defaults of all columns that it does not name."""
    unknown = set(row) - {column.name for column in columns}
    assert not unknown, f"expected.yaml names columns that there are not: {sorted(unknown)}"
    return {column.name: wanted(column, row) for column in columns if column.name not in HIDDEN}


def wanted(column, row):
    value = row.get(column.name)
    if value is None:
        return {"text": "", "count": 1 if column.name == "requests" else 0}.get(column.kind)
    if column.kind == "time":
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    if column.kind == "money":
        return trimmed(str(value))
    if column.kind == "map":
        return {name: str(tag) for name, tag in value.items()}
    return value


def trimmed(amount: str) -> str:
    return amount.rstrip("0").rstrip(".") if "." in amount else amount
