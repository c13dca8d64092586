"""Reading YAML text: what it becomes, and what is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.catalog import document
from farthing.catalog.files import LARGEST_FILE_BYTE


def test_scalars_stay_text_and_remember_their_lines() -> None:
    read = document.parse("a: 3.35e12\nb:\n  - no\n  - [x, 'null']\nc: ~\nd:\n", "f.yaml")
    assert read.value == {"a": "3.35e12", "b": ["no", ["x", "null"]], "c": None, "d": None}
    assert read.lines[("b", 1, 0)] == 4
    assert read.lines[("d",)] == 6
    assert read.problems == ()


def test_an_empty_file_holds_nothing() -> None:
    assert document.parse("# only a comment\n", "f.yaml").value is None


def test_a_key_written_twice_is_an_error_at_its_second_line() -> None:
    read = document.parse("a: 1\nb: 2\na: 3\n", "f.yaml")
    assert read.value == {"a": "1", "b": "2"}
    (problem,) = read.problems
    assert (problem.code, problem.where) == ("duplicate-key", "f.yaml:3")
    assert "line 1" in problem.why


LAUGHS = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(20))


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (LAUGHS, "f.yaml:1", "Anchors"),
        ("a: 1\nb: *a\n", "f.yaml:2", "Anchors"),
        ("&k a: 1\n", "f.yaml:1", "key"),
        ("? [a, b]\n: 1\n", "f.yaml:1", "key"),
        ("? \n: 1\n", "f.yaml:1", "key"),
        ("a: !!python/object/apply:os.system [x]\n", "f.yaml:1", "Tags"),
        ("a: 1\n---\nb: 2\n", "f.yaml:3", "two documents"),
        ("\n" + "[" * 40 + "]" * 40, "f.yaml:2", "levels"),
        ("a: [1, 2\nb: 3\n", "f.yaml:2", "not YAML"),
        ("a: \x07\n", "f.yaml", "not YAML"),
        ("[" * 100_000, "f.yaml:1", ""),
    ],
)
def test_what_facts_do_not_need_is_refused(text: str, where: str, what: str) -> None:
    read = document.parse(text, "f.yaml")
    problem = read.problems[-1]
    assert read.value is None
    assert problem.where == where
    assert what in problem.what


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE_BYTE + 1)
    (problem,) = document.read(path, "huge.yaml").problems
    assert "4,194,305 bytes" in problem.what


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("a: Zürich".encode("latin-1"))
    (problem,) = document.read(path, "latin.yaml").problems
    assert "UTF-8" in problem.what


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    read = document.parse(text, "f.yaml")
    assert read.problems or isinstance(read.value, str | list | dict | None)
