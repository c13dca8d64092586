"""A locked book: the same totals later, and nothing that was changed in between."""

import zlib
from datetime import date

import msgspec
import pytest
from handmade import MILLION, bill

from farthing.pricing import age, contracts, kept, laid, litellm_map, lock, overlay, second
from farthing.pricing.book import Book, book
from farthing.pricing.exchange import exchange
from farthing.pricing.rows import Overlay
from farthing.units.problem import InputError

DAY = date(2026, 11, 22)
CONTRACT = b'prices: [{provider: openai, model: gpt-4o, meter: input, amount: "2.00"}]\n'
MAP = b'{"new-host/m": {"litellm_provider": "new-host", "input_cost_per_token": 3e-06}}'


@pytest.fixture
def made():
    mine = laid.lay(book(), contracts.read_text(CONTRACT, "mine.yaml"), exchange(()))
    skus = litellm_map.skus(MAP)
    return second.filled(mine, skus, Overlay(label="map.json", kind="litellm", digest="sha256:0"))


@pytest.fixture
def locked(made, tmp_path):
    path = tmp_path / "book.lock"
    lock.write(made, path, catalog="sha256:c", on=DAY)
    return path


def test_totals_and_the_hash_come_back(made, locked):
    again = lock.read(locked)
    assert again.hash == made.hash
    for name in ("gpt-4o", "claude-sonnet-4-5", "new-host/m", "mistral-large-2402"):
        for at in ("2024-06-01", "2026-11-22"):
            asked = {"input": 123_457, "output": 1009}
            assert bill(again.find(name), at, **asked) == bill(made.find(name), at, **asked)
    assert bill(again.find("gpt-4o"), input=MILLION) == 2
    assert [layer.label for layer in again.overlays] == ["mine.yaml", "map.json"]


def test_the_file_is_small_and_says_what_it_is_made_of(made, locked):
    assert locked.stat().st_size < 400_000
    _, about = lock.open_lock(locked.read_bytes(), "book.lock")
    assert (about.hash, about.catalog, about.locked_on) == (made.hash, "sha256:c", "2026-11-22")
    assert about.package.startswith("genai-prices ")


def test_a_book_without_overlays_keeps_its_hash(tmp_path):
    path = tmp_path / "plain.lock"
    lock.write(book(), path, catalog="", on=DAY)
    assert lock.read(path).hash == book().hash


def changed(locked, edit):
    """The file with one of its prices changed by somebody who packs it again."""
    unpacked = zlib.decompress(locked.read_bytes()[len(lock.MAGIC) :])
    tree = msgspec.msgpack.decode(unpacked)
    edit(tree)
    locked.write_bytes(lock.MAGIC + zlib.compress(msgspec.msgpack.encode(tree)))
    return locked


def cheaper_contract(tree):
    tree["extra"][0][2]["rows"][-1]["rates"]["input"]["amount"] = "1.00"


def no_openai(tree):
    tree["base"]["heads"]["openai"]["skus"] = []


def another_hash(tree):
    tree["about"]["hash"] = "sha256:0"


@pytest.mark.parametrize("edit", [cheaper_contract, no_openai, another_hash])
def test_tampering_is_found_by_the_hash(locked, edit):
    with pytest.raises(InputError, match="hash"):
        lock.read(changed(locked, edit))


@pytest.mark.parametrize("end", [-1, 40, 100])
def test_a_damaged_file_is_refused(locked, end):
    locked.write_bytes(locked.read_bytes()[:end])
    with pytest.raises(InputError, match=r"damaged|cut off"):
        lock.read(locked)


def test_what_is_no_lock_is_refused(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"prices: []")
    with pytest.raises(InputError, match="no locked price book"):
        lock.read(path)
    with pytest.raises(InputError, match="cannot be read"):
        lock.read(tmp_path / "nowhere")


def test_a_lock_takes_the_place_of_everything_and_others_lie_over_it(locked, tmp_path):
    dearer = tmp_path / "dearer.yaml"
    dearer.write_bytes(CONTRACT.replace(b"2.00", b"3.00"))
    found = overlay.book_with((str(dearer), str(locked)))
    assert bill(found.find("gpt-4o"), input=MILLION) == 3
    assert found.find("new-host/m") is not None


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (CONTRACT, overlay.CONTRACT),
        (b"{prices: []}", overlay.CONTRACT),
        (b'{"prices": []}', overlay.CONTRACT),
        (MAP, kept.MAP),
        (b"[]", kept.PACKAGE),
        (b"PK\x03\x04...", kept.PACKAGE),
        (lock.MAGIC, overlay.LOCK),
    ],
)
def test_a_file_is_known_by_what_it_holds(content, kind):
    assert overlay.kind_of(content, "any-name") == kind


def test_other_json_is_refused():
    with pytest.raises(InputError, match="no price list known here"):
        overlay.kind_of(b'{"a": 1}', "a.json")


def test_the_book_without_files_is_that_of_this_installation():
    assert overlay.book_with(()) is book()


def test_a_second_source_fills_and_overrules_nothing(made):
    ours = b'{"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 9e-06}}'
    layer = Overlay(label="map", kind="litellm", digest="")
    found = second.filled(book(), litellm_map.skus(ours), layer)
    assert found.extra == {}
    assert found.hash == book().hash
    assert bill(made.find("new-host/m"), input=MILLION) == 3


def test_the_age_of_a_book_is_that_of_its_newest_price():
    found = age.age(book(), DAY)
    assert found is not None
    assert 0 <= found.days < age.STALE_DAYS
    later = date(2029, 1, 1)
    assert [problem.code for problem in age.problems(book(), later, later)] == [age.CODE]
    assert age.problems(book(), DAY, DAY) == ()
    assert age.problems(book(), date(1999, 1, 1), DAY) == ()
    empty = Book(msgspec.structs.replace(book().base, starts=()), "")
    assert age.age(empty, DAY) is None


def test_a_day_in_the_past_is_not_stale_where_newer_prices_are_known():
    quiet = date(2022, 2, 1)
    assert age.problems(book(), quiet, DAY) == ()
