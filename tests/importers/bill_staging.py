"""Files of bills through the stage: what became of them."""

from datetime import UTC, datetime

import duckdb

from farthing.importers.files import opened
from farthing.importers.registry import named, recognized
from farthing.importers.stage import Stage
from farthing.ledger.charges import CHARGES

LATEST = datetime(2027, 11, 22, tzinfo=UTC)


def staged(path, folder, *columns, name):
    """Rows of a file as the ledger will have them: the columns asked for, in the order of their ids.

    The file must be recognized as this format, and nothing of it set aside.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    stage = Stage(connection, "charges", CHARGES, "charge_id", "test", LATEST)
    source = opened(path, folder, 0, {})
    assert recognized(source.head) is named(name)
    counted = stage.add(0, source, named(name))
    assert counted.asides == ()
    listed = ", ".join(columns)
    return connection.execute(f"SELECT {listed} FROM staged_charges ORDER BY charge_id").fetchall()
