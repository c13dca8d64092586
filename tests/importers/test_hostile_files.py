"""Files that are harmed as a whole: set aside with the reason, and the files beside them are kept."""

import bz2
import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest

from farthing.app.ledger_import import bring_in
from farthing.importers.files import UnusableFileError, meant, opened

EVENT = '{{"event_id": "{0}", "at": 1767225600, "model": "m", "input_tokens": 1{1}}}\n'


def unusable(path, folder):
    with pytest.raises(UnusableFileError) as caught:
        opened(path, folder, 0, {})
    return str(caught.value)


def packed_zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("events.jsonl", EVENT.format("a", ""))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b" \n\n\t", "it is empty"),
        (gzip.compress(EVENT.format("a", "").encode() * 1000, mtime=0)[:60], "it is damaged or cut off"),
        (b"\x1f\x8b" + b"x" * 100, "it is damaged"),
        (bz2.compress(EVENT.format("a", "").encode() * 1000)[:60], "it is damaged or cut off"),
        (b"BZh9" + b"x" * 100, "it is damaged"),
        (b"\xfd7zXZ\x00" + b"x" * 100, "it is damaged or cut off"),
        (packed_zip(), "it is a zip archive, which is not read: unpack it first"),
        (b"\x28\xb5\x2f\xfd" + b"x" * 100, "it is compressed with zstd"),
        (b"PAR1" + b"x" * 1000 + b"PAR1", "it is damaged or cut off"),
        (b"PAR1", "it is damaged or cut off"),
    ],
    ids=lambda given: str(given)[:30],
)
def test_files_that_are_set_aside_as_a_whole(tmp_path, content, why):
    path = tmp_path / "input.jsonl"
    path.write_bytes(content)
    assert unusable(path, tmp_path).startswith(why)


def test_a_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as out:
        for _ in range(320):
            out.write(bytes(1 << 20))
    assert path.stat().st_size < 2 << 20
    assert "bombs do" in unusable(path, tmp_path)


def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "secret.jsonl"
    path.write_text("{}")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    assert unusable(path, tmp_path) == "Permission denied"


def test_pipes_folders_and_links_to_nothing_are_no_files(tmp_path):
    """Nothing waits for a pipe that no one writes to, nor walks in circles."""
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "gone.jsonl").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.jsonl" / "round.jsonl").symlink_to(tmp_path)
    (tmp_path / "real.jsonl").write_text("{}")
    found, problems = meant([str(tmp_path)])
    assert found == [tmp_path / "real.jsonl"]
    assert problems == []
    found, problems = meant([str(tmp_path / "pipe.jsonl"), str(tmp_path / "gone.jsonl")])
    assert found == []
    assert [problem.code for problem in problems] == ["no-file", "no-file"]


def test_an_import_of_a_folder_keeps_all_that_is_good(tmp_path):
    """Each kind of harm beside good files: those are stored, every other one has its reason."""
    folder = tmp_path / "in"
    folder.mkdir()
    names = ("plain", "a%20b", "glob[1]*?", "brace{a,b}", "quote'; --", "line\nbreak", "not\udcffutf8")
    for number, name in enumerate(names):
        (folder / f"{name}.jsonl").write_text(EVENT.format(number, ""))
    (folder / "half.jsonl").write_text(EVENT.format("half", "") + "{broken\n")
    (folder / "cut.jsonl.gz").write_bytes(gzip.compress(EVENT.format("cut", "").encode() * 100)[:50])
    (folder / "empty.csv").touch()
    (folder / "unknown.txt").write_text("hello\nworld\n")
    (folder / "junk.parquet").write_bytes(b"PAR1xxxx")
    os.mkfifo(folder / "pipe.jsonl")
    ledger = str(tmp_path / "ledger")
    found = bring_in(files=str(folder), ledger=ledger)
    numbers = {name: result.p50 for name, result in found.results.items()}
    assert numbers == {"read": 9, "stored": 8, "duplicate": 0, "set_aside": 5}
    told = {Path(problem.where).name: problem.what for problem in found.problems}
    assert {name: why.split(" (")[0].split(":")[0] for name, why in told.items()} == {
        "half.jsonl:2": "it is not JSON",
        "cut.jsonl.gz": "it is damaged or cut off",
        "empty.csv": "it is empty",
        "unknown.txt": "its format is not recognized",
        "junk.parquet": "it is damaged or cut off",
    }
    assert bring_in(files=str(folder), ledger=ledger).results["duplicate"].p50 == 8
