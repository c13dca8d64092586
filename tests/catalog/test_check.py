"""What the check doubts, and that it doubts nothing in our own catalog."""

import runpy
import sys

import pytest

from farthing.catalog import check
from farthing.catalog.facts import Basis, Fact
from farthing.catalog.find import model
from farthing.catalog.plausible import derived_params

MODEL = """\
small:
  {name: Small, developer: Acme, released: 2024, layer_count: 32, hidden_size: 4096, head_count: 32,
   kv_head_count: 8, head_dimension: 128, ffn_size: 14336, ffn_matrix_count: 3, vocab_size: 128256,
   tied_embeddings: false, context_tokens: 8192, published_params: 8.03e9, source: sheet, date: 2024,
   confidence: A}
"""


def codes(folder, as_of=None):
    """Code and place of each problem found."""
    return [(problem.code, problem.where) for problem in check.folder_problems(folder.root, as_of)]


def test_a_sound_folder_has_no_problems(folder):
    assert codes(folder.write("models/test.yaml", MODEL), "2024-01-01") == []


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("source: sheet", "source: shet", "unknown-source"),
        ("source: sheet", "source: [sheet, other]", "unknown-source"),
        ("aliases: [F1-80GB]", "fields: {power: {note: x}}", "unknown-key"),
        ("aliases: [F1-80GB]", "fields: {power_watt: {source: other}}", "unknown-source"),
        ("fp8: 2000e12", "fp8: 4000e12", "odd-rate"),
        ("fp8: 2000e12", "fp8: 1000e12", "odd-rate"),
        ("bf16: 1000e12, fp8: 2000e12", "fp8: 2000e12", "odd-part"),
        ("hbm_byte_per_s: 3e12", "hbm_byte_per_s: 1e12", "odd-part"),
        ("power_watt: 700", "power_watt: 70", "odd-part"),
        ('"25000..40000"', '"40000..25000"', "unreadable-figure"),
        ('"25000..40000"', '"3 GB"', "unreadable-figure"),
    ],
)
def test_doubts_about_an_accelerator(folder, before, after, code):
    folder.change("hardware/test.yaml", before, after)
    ((found, where),) = codes(folder)
    assert found == code
    assert where == "hardware/test.yaml:1 (accelerators/fast-one)"


def test_a_note_explains_an_unusual_rate(folder):
    folder.change("hardware/test.yaml", "fp8: 2000e12", "fp8: 1000e12")
    folder.change("hardware/test.yaml", "aliases", "fields: {peak_flop_per_s: {note: no faster}}\n  aliases")
    assert codes(folder) == []


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("accelerator: fast-one", "accelerator: fast-on", "unknown-accelerator"),
        ('low: "1"', 'low: "2.5"', "odd-price"),
        ('low: "1"', 'low: "0"', "odd-price"),
        ('mid: "2"', "mid: two", "odd-price"),
    ],
)
def test_doubts_about_a_price(folder, before, after, code):
    assert [found for found, _ in codes(folder.change("rental/test.yaml", before, after))] == [code]


@pytest.mark.parametrize(
    ("mid", "confirm", "expected"),
    [("21", "", 1), ("0.1", "", 1), ("21", ", confirm: so", 0), ("19", "", 0), ("two", "", 1)],
)
def test_a_jump_of_ten_times_needs_confirming(folder, mid, confirm, expected):
    row = (folder.root / "rental/test.yaml").read_text("utf-8").replace("2024-01-01", "2025-01-01")
    row = row.replace('low: "1", mid: "2", high: "3"', f'low: "{mid}", mid: "{mid}", high: "{mid}"{confirm}')
    found = codes(folder.write("rental/zzz.yaml", row))
    assert [code for code, _ in found] == ["odd-price"] * expected


def test_a_spelling_belongs_to_one_entry(folder):
    text = (folder.root / "hardware/test.yaml").read_text("utf-8").replace("fast-one:", "other:")
    folder.write("hardware/zzz.yaml", text.replace("Fast One", "Other").replace("[F1]", "[F2]"))
    ((code, where),) = codes(folder)
    assert code == "ambiguous-name"
    assert where == "hardware/zzz.yaml:1 (accelerators/other)"


def test_a_shape_gives_the_published_parameters(folder):
    folder.write("models/test.yaml", MODEL.replace("8.03e9", "7e9"))
    assert [code for code, _ in codes(folder)] == ["odd-params"]
    folder.write("models/test.yaml", MODEL.replace("8.03e9", "7e9, fields: {published_params: {note: why}}"))
    assert codes(folder) == []


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("sources/test.yaml", "sheet: {title: A data sheet, date: 2025}\n"),
        ("hardware/test.yaml", "date: 2024-02"),
        ("hardware/test.yaml", "fields: {power_watt: {date: 2024-01-02}}\n  date: 2024-01"),
    ],
)
def test_a_fact_is_not_from_the_future(folder, label, text):
    if label.startswith("sources"):
        folder.write(label, text)
    else:
        folder.change(label, "date: 2024-01", text)
    assert [code for code, _ in codes(folder, "2024-01-01")] == ["future-date"]


def test_assumptions_and_categories_are_checked(folder):
    fact = "source: sheet, date: 2024, confidence: D"
    folder.write("assumptions.yaml", f"goodput: {{value: 9 dogs, unit: share, {fact}}}\n")
    folder.write("seeds.yaml", f"name_id: {{value: any, unit: id, {fact}}}\n")
    folder.write("taxonomy.yaml", "a: {name: A}\na.b: {name: B}\nc.d: {name: D}\n")
    folder.write(
        "calibration/x.yaml", f"k: {{value: 1, low: 1, high: 1, unit: ratio, {fact.replace('sheet', 'x')}}}\n"
    )
    assert [code for code, _ in codes(folder)] == ["unknown-source", "unreadable-figure", "orphan-category"]


def test_bad_rows_and_bad_files_are_found_together(folder):
    folder.write("published/runs.csv", "id,model,accelerator,year,source,confidence\nR1,L,x,soon,sheet,A\n")
    folder.write("models/test.yaml", "a: [\n")
    assert [code for code, _ in codes(folder)] == ["bad-file", "bad-value"]


def test_a_field_has_its_own_provenance_or_the_entry_s():
    fact = Fact(
        source=("a", "b"),
        date="2024",
        confidence="A",
        note="n",
        fields={"x": Basis(source="c", confidence="D")},
    )
    assert fact.basis("x") == Basis(source=("c",), date="2024", confidence="D", note="n")
    assert fact.basis("y") == Basis(source=("a", "b"), date="2024", confidence="A", note="n")


def test_mixtures_have_fewer_active_parameters():
    mixture = model("mixtral-8x7b")
    assert derived_params(mixture, "active_params") < derived_params(mixture, "params") / 3


def test_the_command_prints_problems_and_ends_with_2(folder, capsys):
    assert check.main([str(folder.root), "--as-of", "2023-01-01"]) == 2
    assert (
        "hardware/test.yaml:1 (accelerators/fast-one): The date 2024-01 lies after" in capsys.readouterr().out
    )
    assert check.main([str(folder.root)]) == 0
    assert capsys.readouterr().out == "0 errors, 0 warnings\n"


def test_the_module_is_a_command(folder, monkeypatch):
    monkeypatch.setattr("sys.argv", ["check", str(folder.root)])
    monkeypatch.delitem(sys.modules, "farthing.catalog.check")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("farthing.catalog.check", run_name="__main__")
    assert ended.value.code == 0


def test_our_own_catalog_is_beyond_doubt():
    assert check.folder_problems() == ()
