"""The catalog as a whole: problems all at once, and the cache."""

from pathlib import Path

import pytest

from farthing.catalog import cache, load
from farthing.catalog.compiler import compile_folder
from farthing.catalog.files import LARGEST_FILE_BYTE
from farthing.units.problem import CatalogError


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Forget catalogs of earlier tests."""
    load.catalog.cache_clear()


def reload(root: Path) -> load.Catalog:
    """As a new process would see it."""
    load.catalog.cache_clear()
    return load.catalog(root)


def test_facts_are_typed_and_their_places_known(folder):
    found = load.catalog(folder.root)
    assert found.accelerators["fast-one"].memory_byte == 80e9
    assert found.accelerators["fast-one"].peak_flop_per_s["fp8"] == 2e15
    assert found.places["accelerators/fast-one"] == "hardware/test.yaml:1"
    assert list(found.rentals) == ["fast-one:neocloud:spot:2024-01-01"]
    assert found.hash.startswith("sha256:")


def test_every_problem_is_reported_at_once(folder):
    folder.change("hardware/test.yaml", "  name: Fast One\n", "  nam: Fast One\n")
    folder.change("hardware/test.yaml", "memory_byte: 80e9", "memory_byte: eighty")
    folder.change("hardware/test.yaml", "fp8: 2000e12", "fp9: 2000e12")
    folder.change("hardware/test.yaml", "confidence: A", "confidence: E")
    folder.change("rental/test.yaml", "term: spot", "term: sometimes")
    folder.write("models/broken.yaml", "a: [\n")
    with pytest.raises(CatalogError) as raised:
        load.catalog(folder.root)
    found = {(problem.code, problem.where) for problem in raised.value.problems}
    assert found == {
        ("unknown-key", "hardware/test.yaml:2"),
        ("missing-key", "hardware/test.yaml:1"),
        ("bad-value", "hardware/test.yaml:7"),
        ("bad-value", "hardware/test.yaml:9"),
        ("bad-value", "hardware/test.yaml:20"),
        ("bad-value", "rental/test.yaml:2"),
        ("bad-file", "models/broken.yaml:2"),
    }
    assert "Did you mean name" in str(raised.value)


def test_an_unknown_key_far_from_all_lists_the_known_ones(folder):
    folder.change("sources/test.yaml", "date: 2024-01}", "date: 2024-01, zzz: 1}")
    (problem,) = compile_folder(folder.root)[1]
    assert problem.fix == "Use one of: title, url, date, note."


@pytest.mark.parametrize(
    ("label", "text", "where"),
    [
        ("hardware/more.yaml", "just text\n", "hardware/more.yaml:1"),
        ("hardware/more.yaml", "- a\n- b\n", "hardware/more.yaml:1"),
        ("hardware/more.yaml", "one: text\ntwo:\n", "hardware/more.yaml:1"),
        ("rental/more.yaml", "rentals: none\n", "rental/more.yaml:1"),
        ("rental/more.yaml", "rentals:\n  - none\n", "rental/more.yaml:2"),
        ("sources/more.yaml", f"a: {'x' * 100}\n", "sources/more.yaml:1"),
    ],
)
def test_a_file_of_another_shape_is_a_problem_at_its_line(folder, label, text, where):
    problems = compile_folder(folder.write(label, text).root)[1]
    assert problems[0].where == where
    assert {problem.code for problem in problems} == {"bad-value"}


def test_an_id_in_two_files_is_an_error(folder):
    text = (folder.root / "hardware/test.yaml").read_text("utf-8")
    (problem,) = compile_folder(folder.write("hardware/zzz.yaml", text).root)[1]
    assert (problem.code, problem.where) == ("duplicate-id", "hardware/zzz.yaml:1")
    assert "hardware/test.yaml:1" in problem.why


def test_rows_of_one_day_are_numbered(folder):
    row = (folder.root / "rental/test.yaml").read_text("utf-8").split("rentals:\n")[1]
    found = reload(folder.write("rental/more.yaml", f"{row}{row}".replace("  - ", "- ")).root)
    assert list(found.rentals) == [
        "fast-one:neocloud:spot:2024-01-01",
        "fast-one:neocloud:spot:2024-01-01#2",
        "fast-one:neocloud:spot:2024-01-01#3",
    ]


def test_an_unknown_kind_of_file_is_a_warning_and_no_more(folder):
    folder.write("modles/test.yaml", "a: 1\n")
    found, (problem,) = compile_folder(folder.root)
    assert problem.severity == "warning"
    assert "models/*.yaml" in problem.fix
    assert reload(folder.root).accelerators == found.accelerators


def test_calibration_is_kept_by_file_and_exchange_rates_by_day(folder):
    fact = "source: sheet, date: 2024-01, confidence: A"
    folder.write("calibration/step.yaml", f"a: {{value: 1, low: 0.5, high: 2, unit: ratio, {fact}}}\n")
    folder.write("fx/rates.yaml", f"rates: [{{currency: EUR, usd_per_unit: 1.1, {fact}}}]\n")
    found = load.catalog(folder.root)
    assert found.calibration["step"]["a"].high == 2
    assert found.places["calibration/step/a"] == "calibration/step.yaml:1"
    assert found.fx["EUR:2024-01"].usd_per_unit == 1.1


def test_the_second_start_comes_from_the_cache(folder, own_cache, monkeypatch):
    first = load.catalog(folder.root)
    assert (own_cache / "farthing" / cache.FILE_NAME).exists()
    monkeypatch.setattr("farthing.catalog.compiler.compile_folder", None)
    assert reload(folder.root) == first


def test_a_changed_fact_is_seen(folder):
    first = load.catalog(folder.root)
    folder.change("hardware/test.yaml", "power_watt: 700", "power_watt: 800")
    second = reload(folder.root)
    assert second.accelerators["fast-one"].power_watt == 800
    assert second.hash != first.hash


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 100])
def test_a_damaged_cache_is_not_used(folder, own_cache, damage):
    first = load.catalog(folder.root)
    stored = own_cache / "farthing" / cache.FILE_NAME
    stored.write_bytes(damage)
    assert reload(folder.root) == first
    stored.write_bytes(stored.read_bytes()[:-1])
    assert reload(folder.root) == first


def test_a_cache_of_another_shape_is_not_used(folder):
    first = load.catalog(folder.root)
    cache.store(load._key(folder.root), b"\xc1")
    assert reload(folder.root) == first


def test_a_cache_that_cannot_be_written_does_no_harm(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert load.catalog(folder.root).accelerators


@pytest.mark.parametrize(
    ("environment", "platform", "ending"),
    [
        ({"XDG_CACHE_HOME": "/given"}, "linux", ("given", "farthing")),
        ({"LOCALAPPDATA": "/local"}, "win32", ("local", "farthing", "cache")),
        ({}, "win32", (".cache", "farthing")),
        ({}, "darwin", ("Library", "Caches", "farthing")),
        ({}, "linux", (".cache", "farthing")),
    ],
)
def test_each_system_has_its_cache_folder(environment, platform, ending):
    assert cache.folder(environment, platform).parts[-len(ending) :] == ending


def test_only_the_start_of_a_huge_file_is_hashed(folder):
    with (folder.root / "hardware" / "huge.yaml").open("wb") as file:
        file.truncate(LARGEST_FILE_BYTE * 8)
    with pytest.raises(CatalogError) as raised:
        load.catalog(folder.root)
    assert "bytes" in str(raised.value)


def test_our_own_catalog_loads_and_is_cached_in_the_process():
    assert load.catalog() is load.catalog()
    assert len(load.catalog().accelerators) >= 40
