"""What is timed in a process of its own; prints one JSON object as its last line.

python benchmarks/ledger_child.py spend LEDGER TIMES | import FILE LEDGER | scan FILE | spark LEDGER
"""

import itertools
import json
import resource
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

MB = 1_000_000
CLUSTER = "local-cluster[2,1,1024]"


def spend(ledger: str, times: str) -> dict[str, object]:
    """The main question, as often as asked: seconds of each, the first with all that it imports."""
    started, found = time.perf_counter(), []
    from farthing.app.spend import spend

    for _ in range(int(times)):
        answer = spend(by=["team", "day"], ledger=ledger)
        found.append((time.perf_counter() - started, time.process_time()))
        started = time.perf_counter()
    cpu = [found[0][1], *(after[1] - before[1] for before, after in itertools.pairwise(found))]
    total = answer.results["total_usd"].exact
    return {"wall_s": [one for one, _ in found], "cpu_s": cpu, "total_usd": total, "rows": len(answer.rows)}


def bring_in(file: str, ledger: str) -> dict[str, object]:
    """Import a file into a ledger, and say how much of it there was and what was not taken."""
    from farthing.app.ledger_import import bring_in

    started, used = time.perf_counter(), time.process_time()
    answer = bring_in(files=file, ledger=ledger)
    took = {"wall_s": [time.perf_counter() - started], "cpu_s": [time.process_time() - used]}
    counted = {unit: int(answer.results[unit].p50) for unit in ("read", "stored", "set_aside")}
    return {**took, **counted, "peak_mb": peak_mb()}


def scan(file: str) -> dict[str, object]:
    """DuckDB alone counts the rows of the same file, all values text."""
    from farthing.ledger.connection import connect, text

    reader = "read_csv({}, all_varchar = true)" if file.endswith(".csv") else "read_ndjson_objects({})"
    with connect() as connection:
        started, used = time.perf_counter(), time.process_time()
        ((rows,),) = connection.execute(f"SELECT count(*) FROM {reader.format(text(file))}").fetchall()
        took = {"wall_s": [time.perf_counter() - started], "cpu_s": [time.process_time() - used]}
    return {**took, "read": rows, "peak_mb": peak_mb()}


def spark(ledger: str) -> dict[str, object]:
    """The question to Spark and to DuckDB: whether every key, count and amount is the same."""
    from ledger_pricing import spent_by_group

    from farthing.estimate.exact import decimal_text
    from farthing.ledger.engine import engine
    from farthing.ledger.store import open_ledger

    files = open_ledger(ledger).events.files()
    ours = spent_by_group(engine(None), files)
    started = time.perf_counter()
    cluster = engine(CLUSTER)
    ready = time.perf_counter()
    theirs = spent_by_group(cluster, files)
    answered = time.perf_counter()
    cluster.close()
    total = decimal_text(sum((one.usd for one in theirs.values()), Fraction(0)))
    found = {"same": ours == theirs, "groups": len(theirs), "total_usd": total}
    return {"start_s": ready - started, "wall_s": [answered - ready], **found}


def peak_mb() -> float:
    """The most memory that this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) * 1024 / MB
    # Elsewhere this may be that of the process that started this one.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB


WORK: dict[str, Callable[..., dict[str, object]]] = {
    "spend": spend,
    "import": bring_in,
    "scan": scan,
    "spark": spark,
}

if __name__ == "__main__":
    print(json.dumps(WORK[sys.argv[1]](*sys.argv[2:])))
