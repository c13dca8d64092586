"""What the processes of the crash tests do. Batch k has the events from 500k to before 500k + 1000.

So each event but the first and last 500 comes in two batches, of which the later says more output: a
table that has seen batches 0 to k in any order, whole, is known to the last token.
"""

import itertools
import resource
import time
from multiprocessing.connection import Connection

from ledger_rows import asked, events, table_at

from farthing.ledger.connection import connect
from farthing.units.problem import InputError

BLOCK = 500
LEAST_READS = 3


def append_batch(table, connection, batch: int) -> None:
    """Add the events of one batch."""
    first = batch * BLOCK
    table.append(connection, events(first, first + 2 * BLOCK, output_tokens=str(10 + batch)))


def expected(batches: int) -> tuple[int, int, int]:
    """Rows, different ids and output tokens after so many batches: block b has the output of batch b."""
    if not batches:
        return (0, 0, 0)
    last = BLOCK * (10 + batches - 1)
    return (rows := BLOCK * (batches + 1), rows, sum(BLOCK * (10 + batch) for batch in range(batches)) + last)


def totals(table) -> tuple[int, int, int]:
    """What `expected` says of a table as it is."""
    return asked(table, "count(*), count(DISTINCT event_id), coalesce(sum(output_tokens), 0)")


def half_read(table) -> tuple[int, int, int]:
    """Rows, rows that are there twice, and blocks of which only a part is there, in one version."""
    by_block = "SELECT count(*) AS n, count(DISTINCT event_id) AS ids, count(DISTINCT output_tokens) AS said"
    query = f"{by_block} FROM {table.files().relation()} GROUP BY input_tokens // {BLOCK}"
    partly = f"count(*) FILTER (n <> {BLOCK} OR said > 1)"
    summed = f"SELECT coalesce(sum(n), 0), coalesce(sum(n - ids), 0), {partly} FROM ({query})"
    with connect(threads=1) as connection:
        ((*found,),) = connection.execute(summed).fetchall()
    return tuple(map(int, found))


def write_until_killed(folder: str, first: int, told: Connection) -> None:
    """Add batches from `first` on, saying so before each; now and then lay the table out anew."""
    table = table_at(folder)
    with connect("200MB", threads=1) as connection:
        for batch in itertools.count(first):
            told.send(batch)
            append_batch(table, connection, batch)
            if batch % 5 == 4:
                table.compact()
                table.vacuum(0)


def write_batches(folder: str, batches: list[int]) -> None:
    """Add these batches."""
    table = table_at(folder)
    with connect("200MB", threads=1) as connection:
        for batch in batches:
            append_batch(table, connection, batch)


def tidy(folder: str, until: float, keep_hours: int) -> None:
    """Lay the table out anew and vacuum it, over and over."""
    table = table_at(folder)
    while time.monotonic() < until:
        table.compact()
        table.vacuum(keep_hours)


def read_until(folder: str, until: float, told: Connection) -> None:
    """Read over and over, a few times at least; say at the end how often, and what was wrong."""
    table, rows, reads, wrong = table_at(folder), 0, 0, []
    while time.monotonic() < until or reads < LEAST_READS:
        now, twice, partly = half_read(table)
        if twice or partly or now < rows:
            wrong.append((rows, now, twice, partly))
        rows, reads = now, reads + 1
    told.send((reads, wrong))


def append_with_little_room(folder: str, batches: int, byte: int, told: Connection) -> None:
    """Add many rows though no file may be larger than some bytes; say what the problem is."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte, resource.RLIM_INFINITY))
    told.send(_problem_of_append(folder, batches))


def _problem_of_append(folder: str, batches: int) -> str:
    try:
        with connect("200MB", threads=1) as connection:
            table_at(folder).append(connection, events(0, BLOCK * (batches + 1), output_tokens="99"))
    except InputError as error:
        return error.problems[0].code
    return ""
