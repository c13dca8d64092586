"""A ledger in a bucket: over HTTP, with a server of S3's protocol in a process of its own (moto)."""

import socket
import subprocess
import sys
import time
import urllib.request
from datetime import date
from urllib.error import URLError

import pytest
from ledger_rows import asked_by_engine, events

from farthing.ledger.append import Appended
from farthing.ledger.connection import connect
from farthing.ledger.pins import Pin
from farthing.ledger.remote import RemotePlace
from farthing.ledger.store import open_ledger
from farthing.units.problem import InputError

BUCKET = "s3://bucket"


@pytest.fixture(scope="module")
def server():
    """The address of a server with one empty bucket."""
    pytest.importorskip("obstore", reason="farthing[remote] is not installed")
    pytest.importorskip("moto", reason="there is no server of S3's protocol to try it with")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _make_bucket(f"{url}/bucket", process)
            yield url
        finally:
            process.terminate()


def _make_bucket(url, process):
    for _ in range(1200):
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(urllib.request.Request(url, method="PUT")).close()
            return
        except URLError:
            time.sleep(0.1)
    pytest.fail("the server never answered")


@pytest.fixture(autouse=True)
def keys(server, monkeypatch):
    """What S3's own tools read, too."""
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def connection():
    with connect("400MB", threads=2) as opened:
        yield opened


def totals(table):
    return asked_by_engine(table, "count(*), count(DISTINCT event_id), coalesce(sum(output_tokens), 0)")


def test_a_table_in_a_bucket_does_what_one_in_a_folder_does(connection):
    table = open_ledger(f"{BUCKET}/a ledger/").events
    assert table.version() == -1
    assert table.append(connection, events(0, 3000)) == Appended(3000, 0, 0, 1)
    later = events(2990, 3010, output_tokens="CASE WHEN n % 2 = 0 THEN 25 ELSE 4 END")
    assert table.append(connection, later) == Appended(10, 5, 5, 2)
    # 2990 whole events and 5 odd ones with 10, 5 even ones with 25, 5 new ones with 25 and 5 with 4.
    assert totals(table) == (3010, 3010, 2995 * 10 + 10 * 25 + 5 * 4)
    assert (
        table.files(date(2026, 1, 2), date(2026, 1, 3))
        .uris[0]
        .startswith("s3://bucket/a ledger/events/day=2026-01-02/")
    )
    assert table.remove("input_tokens >= 3000") == 10
    assert table.compact().files_after == 3
    assert totals(table) == (3000, 3000, 2995 * 10 + 5 * 25)


def test_what_is_taken_out_is_gone_from_the_bucket_after_a_vacuum(connection):
    import obstore
    from obstore.store import from_url

    table = open_ledger(f"{BUCKET}/gone").events
    table.append(connection, events(0, 2000, batch="'one'"))
    table.append(connection, events(2000, 3000, batch="'two'"))
    assert table.remove("batch = 'two'") == 1000
    assert table.vacuum(0) == 2
    there = [found["path"] for page in obstore.list(from_url(f"{BUCKET}/gone/events")) for found in page]
    data = [f"{BUCKET}/gone/events/{path}" for path in there if path.endswith(".parquet") and "day=" in path]
    assert sorted(data) == sorted(table.files().uris)


def test_pins_lie_in_the_bucket_too():
    from datetime import UTC, datetime

    pins = open_ledger(f"{BUCKET}/pins").pins
    pins.use(Pin(datetime(2026, 3, 1, tzinfo=UTC), "use", "", "book", content="text"))
    assert [pin.book for pin in open_ledger(f"{BUCKET}/pins").pins.all()] == ["book"]


def test_another_writer_who_was_first_is_noticed(connection):
    table, other = open_ledger(f"{BUCKET}/two").events, open_ledger(f"{BUCKET}/two").events
    table.append(connection, events(0, 10))
    files = table.files()
    with connect(threads=1) as second:
        other.append(second, events(0, 20))
    from farthing.ledger.trouble import ConflictError

    with pytest.raises(ConflictError), RemotePlace(f"{BUCKET}/two/events").writing() as folder:
        table._log.commit(folder, [], [table._log.place.path(files.uris[0])], files.version, True, True)
    assert table.append(connection, events(0, 30)) == Appended(10, 20, 0, 3)
    assert totals(table) == (30, 30, 300)


def test_a_bucket_that_is_not_there_is_a_problem_and_no_traceback(connection):
    with pytest.raises(InputError) as refused:
        open_ledger("s3://nobody/ledger").events.append(connection, events(0, 10))
    assert refused.value.problems[0].code == "ledger-url"
    assert "cannot be reached" in refused.value.problems[0].what


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("gs://bucket/l", "gs://bucket/l/events/day=2026-01-01/x.parquet"),
        ("abfss://box@account.dfs.core.windows.net/l/",
         "abfss://box@account.dfs.core.windows.net/l/events/day=2026-01-01/x.parquet"),
    ],
)  # fmt: skip
def test_the_other_clouds_have_the_same_form(url, uri):
    place = open_ledger(url).events._log.place
    assert place.uri("day=2026-01-01/x.parquet") == uri
    assert place.path(uri) == "day=2026-01-01/x.parquet"
