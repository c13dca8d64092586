"""Published measurements: rows become facts, bad rows are named by line."""

import pytest

from farthing.catalog import load, published
from farthing.units.problem import CatalogError

HEAD = "id,model,accelerator,gpu_hours,year,source,confidence\n"


def test_cells_become_numbers_and_blanks_nothing(folder):
    folder.write(
        published.RUNS.name, f"{HEAD}R1,Llama,fast-one,1.5e6,2024,sheet,A\nR2,GPT,fast-one,,2023,sheet,B\n"
    )
    rows = load.catalog(folder.root).published_runs
    assert rows["R1"].gpu_hours == 1.5e6
    assert rows["R2"].gpu_hours is None
    assert load.catalog(folder.root).published_training == {}


def test_a_measured_fine_tuning_keeps_what_it_says_and_nothing_else(folder):
    head = "id,framework,model,method,accelerator,year,source,confidence,lora_rank,peak_mem_gb,oom"
    row = "F1,LitGPT,Llama,QLoRA,fast-one,2024,sheet,A,8,20.5,no"
    folder.write(published.TUNINGS.name, f"{head}\n{row}\n")
    step = load.catalog(folder.root).published_finetuning["F1"]
    assert (step.method, step.lora_rank, step.peak_mem_gb, step.oom) == ("QLoRA", 8, 20.5, "no")
    assert (step.peak_mem_gib, step.tokens_per_s_per_gpu) == (None, None)
    assert published.tunings(folder.root).keys() == {"F1"}


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (f"{HEAD}R1,Llama,fast-one,many,2024,sheet,A\n", "published/runs.csv:2", "gpu_hours"),
        (f"{HEAD}R1,L,x,1,2024,sheet,A\nR1,L,x,1,2024,sheet,A\n", "published/runs.csv:3", "twice"),
        (f"{HEAD}R1,L,x,1,2024,sheet,A,surplus\n", "published/runs.csv:2", "beyond the last column"),
        (f"{HEAD}".encode() + b"\xff\n", "published/runs.csv", "cannot be read"),
        (HEAD + "x" * 200_000, "published/runs.csv", "cannot be read"),
        ("x" * 5_000_000, "published/runs.csv", "larger than"),
    ],
)
def test_bad_tables_are_named_by_line(folder, text, where, what):
    folder.write(published.RUNS.name, text)
    (problem,) = published.problems(folder.root)
    assert problem.where == where
    assert what in problem.what
    with pytest.raises(CatalogError):
        published.runs(folder.root)


def test_our_own_tables_are_sound():
    facts = load.catalog()
    assert len(facts.published_runs) > 20
    assert len(facts.published_training) > 100
    assert len(facts.published_finetuning) > 150
