"""`import`: files into the ledger through the public door, each record once."""

import gzip
import io
import sys

import pytest
from ledgers_made import BOOK, EVENTS, HEADER, TOTAL, book, ledger

from farthing.app.ledger_import import bring_in, undo
from farthing.app.spend import spend
from farthing.units.problem import InputError

LATER = ("2026-10-20", "2026-11-01")
LINES = "\n".join((HEADER, *EVENTS)) + "\n"


def written(folder, name="events.csv", content=LINES):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def imported(folder, *files, **options):
    found = bring_in(files=list(files), ledger=str(folder / "ledger"), book=[book(folder)], **options)
    return {name: result.p50 for name, result in found.results.items()}, found


def total(folder, **options):
    return spend(ledger=str(folder / "ledger"), **options).results["total_usd"].exact


def by(folder, dimension):
    found = spend(ledger=str(folder / "ledger"), by=dimension)
    return {row[dimension]: row["cost_usd"] for row in found.rows}


def test_importing_twice_changes_nothing(tmp_path):
    first, _ = imported(tmp_path, written(tmp_path))
    second, found = imported(tmp_path, written(tmp_path))
    assert first == {"read": 4, "stored": 4, "duplicate": 0, "set_aside": 0}
    assert second == {"read": 4, "stored": 0, "duplicate": 4, "set_aside": 0}
    assert [row["duplicate"] for row in found.rows] == [4]
    assert total(tmp_path) == TOTAL


def test_the_same_file_twice_in_one_import_is_imported_once(tmp_path):
    copy = written(tmp_path, "copy.csv")
    found, answer = imported(tmp_path, written(tmp_path), copy)
    assert found == {"read": 8, "stored": 4, "duplicate": 4, "set_aside": 0}
    assert sum(row["stored"] for row in answer.rows) == 4
    assert total(tmp_path) == TOTAL


def test_a_batch_is_taken_back_alone(tmp_path):
    imported(tmp_path, written(tmp_path))
    more = written(tmp_path, "more.csv", f"{HEADER}\ne,2026-11-01,maker,small,1000000,0,ads,,ok\n")
    _, answer = imported(tmp_path, more, written(tmp_path))
    assert total(tmp_path) == "28.5"
    batch = answer.rows[0]["batch"]
    assert undo(batch, str(tmp_path / "ledger")) == (1, 0)
    assert total(tmp_path) == TOTAL
    with pytest.raises(InputError) as refused:
        undo(batch, str(tmp_path / "ledger"))
    assert refused.value.problems[0].code == "unknown-batch"
    imported(tmp_path, more)
    assert total(tmp_path) == "28.5"


def test_what_is_said_of_every_row_is_in_every_row(tmp_path):
    imported(tmp_path, written(tmp_path), set=["team=ads", "tag:origin=gateway", "region=eu"])
    assert by(tmp_path, "team") == {"ads": TOTAL}
    assert by(tmp_path, "tag:origin") == {"gateway": TOTAL}
    assert by(tmp_path, "region") == {"eu": TOTAL}


def test_a_column_that_there_is_not_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(InputError) as refused:
        imported(tmp_path, written(tmp_path), set=["tema=ads", "batch=1"])
    assert [problem.code for problem in refused.value.problems] == ["unknown-column"] * 2
    assert "team" in refused.value.problems[0].fix
    assert not (tmp_path / "ledger").exists()


def test_a_map_reads_any_other_table(tmp_path):
    content = "when;llm;prompt;answer;squad\n2026-09-01 10:00;small;1000000;200000;ads\n"
    described = """
name: our-table
title: a table of our own
reads: csv
columns:
  at: when
  provider: {value: maker}
  model: llm
  input_tokens: prompt
  output_tokens: answer
  team: squad
"""
    path = written(tmp_path, "map.yaml", described)
    found, answer = imported(tmp_path, written(tmp_path, "ours.csv", content), map=path)
    assert (found["stored"], answer.rows[0]["format"]) == (1, "our-table")
    assert by(tmp_path, "team") == {"ads": "6"}


def test_a_format_and_a_map_are_one_too_many(tmp_path):
    with pytest.raises(InputError) as refused:
        imported(tmp_path, written(tmp_path), map="map.yaml", format="events")
    assert refused.value.problems[0].where == "--map"


def test_standard_input_and_packed_files_are_read_as_plain_ones(tmp_path, monkeypatch):
    packed = written(tmp_path, "events.csv.gz", gzip.compress(LINES.encode()))
    more = f"{HEADER}\ne,2026-11-01,maker,small,1000000,0,ads,,ok\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(more.encode())))
    found, answer = imported(tmp_path, packed, "-")
    assert found["stored"] == 5
    assert [row["file"] for row in answer.rows] == [packed, "standard input"]
    assert total(tmp_path) == "28.5"


def test_a_folder_may_hold_several_formats(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    written(folder, "events.csv")
    written(folder, "trace.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n2026-09-01 10:00:00,1000000,0\n")
    written(folder, "readme.txt", "nothing that is known")
    found, answer = imported(tmp_path, str(folder), set=["provider=maker", "model=small"])
    formats = {row["file"].rpartition("/")[2]: (row["format"], row["stored"]) for row in answer.rows}
    assert formats["events.csv"] == ("events", 4)
    assert formats["trace.csv"] == ("azure-llm-trace", 1)
    assert found["stored"] == 5
    # 5 million tokens in at 3 dollars, 400,000 out at 15: everything is said to be `small`.
    assert total(tmp_path) == "21"


def test_malformed_lines_are_set_aside_with_their_line_and_the_rest_is_kept(tmp_path):
    content = LINES + "e,2026-10-01,maker,small,-5,0,ads,,ok\nf,soon,maker,small,1,0,ads,,ok\n"
    path = written(tmp_path, content=content)
    found, answer = imported(tmp_path, path)
    assert found == {"read": 6, "stored": 4, "duplicate": 0, "set_aside": 2}
    assert [problem.where for problem in answer.problems] == [f"{path}:6", f"{path}:7"]
    assert total(tmp_path) == TOTAL


def test_a_name_that_means_no_file_stops_everything(tmp_path):
    with pytest.raises(InputError):
        imported(tmp_path, written(tmp_path), str(tmp_path / "nothing.csv"))
    assert not (tmp_path / "ledger").exists()


def test_the_book_of_the_import_prices_its_months_from_then_on(tmp_path):
    """Imported at 3 dollars, then the price rises: what was imported stays, a new month has the new price."""
    place = ledger(tmp_path)
    dearer = tmp_path / "dearer.yaml"
    dearer.write_text(BOOK.replace('"3"', '"300"'))
    rows = (f"{key},{day},maker,small,1000000,0,ads,,ok" for key, day in zip("ef", LATER, strict=True))
    more = "\n".join((HEADER, *rows)) + "\n"
    bring_in(files=[written(tmp_path, "more.csv", more)], ledger=place, book=[str(dearer)])
    assert spend(ledger=place, until="2026-10").results["total_usd"].exact == "28.5"
    assert spend(ledger=place, since="2026-11").results["total_usd"].exact == "300"
    assert spend(ledger=place, book=[str(dearer)], until="2026-10").results["total_usd"].exact == "1216.5"


def test_nothing_is_stored_by_an_import_of_nothing_usable(tmp_path):
    found, answer = imported(tmp_path, written(tmp_path, "odd.bin", b"\x00\x01\x02" * 50))
    assert (found["stored"], found["set_aside"]) == (0, 1)
    assert answer.problems[0].where.endswith("odd.bin")
    with pytest.raises(InputError) as refused:
        total(tmp_path)
    assert refused.value.problems[0].code == "empty-ledger"
