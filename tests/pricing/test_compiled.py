"""The compiled book: the same from the cache as fresh, and made anew when anything changes."""

import msgspec
import pytest

from farthing.catalog import cache
from farthing.pricing import compiled


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "farthing"


@pytest.fixture(scope="module")
def fresh():
    return compiled.compile_book()


def test_the_cache_holds_what_was_compiled(fresh, own_cache):
    stored = compiled.load()
    assert (own_cache / compiled.FILE_NAME).exists()
    assert compiled.load() == stored
    assert stored.hash == fresh.hash
    assert stored.heads.keys() == fresh.heads.keys()
    assert all(stored.skus(home) == fresh.skus(home) for home in fresh.heads)


def test_a_second_compilation_has_the_same_hash(fresh):
    assert compiled.compile_book().hash == fresh.hash


def test_a_damaged_file_is_made_anew(own_cache):
    stored = compiled.load()
    path = own_cache / compiled.FILE_NAME
    path.write_bytes(path.read_bytes()[:-100])
    assert compiled.load() == stored


def test_what_is_no_book_is_made_anew(monkeypatch):
    stored = compiled.load()
    monkeypatch.setattr(cache, "fetch", lambda *_: msgspec.msgpack.encode({"hash": 5}))
    assert compiled.load() == stored


def test_another_package_is_another_book(monkeypatch):
    compiled.load()
    made = []
    monkeypatch.setattr(compiled, "_package_state", lambda: "another")
    monkeypatch.setattr(compiled, "compile_book", lambda data: made.append(data) or fresh_stub())
    compiled.load()
    assert len(made) == 1


def fresh_stub():
    return compiled.Compiled(hash="sha256:0", package="none", heads={})
