"""Look-ups by any spelling, and the names that other tables use."""

import csv
import os
from pathlib import Path

import pytest

from farthing.catalog import find, names
from farthing.catalog.load import catalog
from farthing.units.problem import InputError

SHARED = Path(os.environ.get("FARTHING_SHARED", Path(__file__).parents[3] / "shared"))
TABLES = (
    "finetune_throughput",
    "gpu_prices",
    "gpu_specs",
    "inference_throughput",
    "training_runs",
    "training_throughput",
)


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("h100-sxm", "h100-sxm"),
        ("H100 SXM (80 GB)", "h100-sxm"),
        ("nvidia_h100-sxm5_80gb", "h100-sxm"),
        ("NVIDIA Blackwell GPU (GB200)", "gb200"),
        ("NVIDIA GB200", "gb200"),
        ("NVIDIA B200-SXM-180GB", "b200"),
        ("NVIDIA H200-SXM-141GB-CTS", "h200"),
        ("NVIDIA A100-SXM4-80GB", "a100-sxm-80gb"),
        ("AMD Instinct MI325X 256GB HBM3e", "mi325x"),
        ("AMD Instinct MI300X 192GB HBM3", "mi300x"),
        ("TPU-trillium", "tpu-v6e"),
        ("tpu7x", "tpu-v7"),
        ("Trainium1", "trainium-1"),
        ("A100-80GB?", "a100-sxm-80gb"),
    ],
)
def test_accelerators_have_many_names(name: str, entry: str) -> None:
    assert find.found_accelerator(name).id == entry


@pytest.mark.parametrize(
    ("bare", "entry"), [("H100", "h100-sxm"), ("a100", "a100-sxm-80gb"), ("V100", "v100-sxm-32gb")]
)
def test_a_bare_name_is_the_usual_part_and_says_so(bare: str, entry: str) -> None:
    found = find.found_accelerator(bare)
    assert found.id == entry
    assert found.fact.name in found.assumed
    assert find.found_accelerator(entry).assumed == ""


def test_instances_say_what_is_in_them() -> None:
    found = find.instance("P4D.24XLARGE")
    assert (found.fact.accelerator, found.fact.count) == ("a100-sxm-40gb", 8)
    assert find.instance("ND H100 v5").fact.accelerator == "h100-sxm"
    assert find.node("GB200 NVL72").fact.count == 72


def test_a_point_counts_where_it_tells_numbers_apart() -> None:
    assert names.key("GPT-3 1.3B") != names.key("GPT-3 13B")
    assert names.key("v1. of a.b") == "v1ofab"
    assert find.model("llama-3-1-8b") == find.model("Llama 3.1 8B")


def test_rooms_have_their_own_look_ups() -> None:
    assert find.found_model("Llama 3.1 8B").id == "llama-3.1-8b"
    assert find.closed_model(next(iter(catalog().closed_models))).room == "closed_models"
    assert find.grid("United States").id == find.grid("US").id


@pytest.mark.parametrize(
    ("look_up", "name", "fix"),
    [
        (find.accelerator, "h100-smx", "h100-sxm"),
        (find.model, "llama-3.1-9b", "llama-3.1-8b"),
        (find.grid, "qqqqqq", "catalog list"),
        (find.find, "qqqqqq", "catalog list"),
    ],
)
def test_an_unknown_name_gets_the_nearest(look_up, name: str, fix: str) -> None:
    with pytest.raises(InputError) as raised:
        look_up(name)
    (problem,) = raised.value.problems
    assert problem.code == "unknown-name"
    assert fix.casefold() in problem.fix.casefold()


def test_find_looks_in_every_room_and_search_in_every_spelling() -> None:
    assert find.find("b200").room == "accelerators"
    assert find.find("dgx h100").room == "nodes"
    assert {found.id for found in find.search("h100 sxm5")} >= {"h100-sxm"}
    assert find.search("zzzzz") == []


@pytest.mark.parametrize("table", TABLES)
def test_every_accelerator_of_the_public_tables_is_known(table: str) -> None:
    path = SHARED / "data" / f"{table}.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    with path.open(encoding="utf-8", newline="") as file:
        written = {row["accelerator"] for row in csv.DictReader(file)}
    assert {find.found_accelerator(name).room for name in written} == {"accelerators"}


def test_a_model_or_none_needs_no_error_for_a_stranger():
    assert find.model_or_none("LLAMA 3.1 8b").id == "llama-3.1-8b"
    assert find.model_or_none("nobody's model") is None
