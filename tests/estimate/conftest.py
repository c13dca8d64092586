"""Set-ups to try things on, and the table of measured steps where it lies beside the repository."""

import csv
import os
from pathlib import Path

import pytest

from farthing.catalog.find import found_accelerator
from farthing.estimate.architecture import of_model
from farthing.estimate.formats import read_format
from farthing.estimate.setup import Setup, Software

LAYOUT = {
    "accelerator_count": 512.0,
    "seq_len_tokens": 8192.0,
    "global_batch_sequences": 512.0,
    "micro_batch_sequences": 1.0,
    "tp": 1.0,
    "pp": 1.0,
    "vp": 1.0,
    "cp": 1.0,
    "ep": 1.0,
    "zero_stage": 1.0,
    "selective_level": 0.0,
}


def shared_folder():
    named = os.environ.get("FARTHING_SHARED")
    return Path(named) if named else Path(__file__).parents[3] / "shared"


@pytest.fixture
def make_setup():
    def make(model="llama-3.1-8b", accelerator="h100-sxm", precision="bf16", software=None, **layout):
        return Setup(
            model=model,
            architecture=of_model(model),
            accelerator=found_accelerator(accelerator),
            format=read_format(precision),
            layout={**LAYOUT, **{name: float(value) for name, value in layout.items()}},
            software=software or Software(),
        )

    return make


@pytest.fixture(scope="session")
def measured_table():
    return shared_table("training_throughput.csv")


@pytest.fixture(scope="session")
def tuning_table():
    return shared_table("finetune_throughput.csv")


@pytest.fixture(scope="session")
def serving_table():
    return shared_table("inference_throughput.csv")


def shared_table(name):
    file = shared_folder() / "data" / name
    if not file.is_file():
        pytest.skip("the table of measured steps is not here: set FARTHING_SHARED to its folder")
    with file.open(newline="", encoding="utf-8-sig") as handle:
        return list(csv.DictReader(handle))
