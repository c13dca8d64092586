"""What the user sees of options side by side, pinned. FARTHING_GOLDEN=write renews the files."""

import msgspec
import pytest
from pinned import HERE, as_it_was

from farthing.app.answers import Comparison
from farthing.present import csv, document, markdown, text

ANSWER = msgspec.json.decode((HERE / "compare.json").read_bytes(), type=Comparison)
FORMS = {
    "compare.txt": lambda: text.render(ANSWER, width=100),
    "compare-wide.txt": lambda: text.render(ANSWER, width=140),
    "compare.md": lambda: markdown.render(ANSWER),
    "compare.csv": lambda: csv.render(ANSWER),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_form_is_as_it_was(name):
    made = FORMS[name]()
    assert made == as_it_was(name, made)


@pytest.mark.parametrize("width", [120, 140])
def test_text_keeps_to_its_width(width):
    assert max(map(len, text.render(ANSWER, width=width).splitlines())) <= width


def test_the_verdict_comes_first_and_money_next():
    lines = text.render(ANSWER, width=140).splitlines()
    assert lines[0].startswith("At 60M tokens a day")
    assert next(line for line in lines[1:] if line.startswith("  ")).lstrip().startswith("A month")


def test_an_option_without_a_price_says_so():
    row = {**ANSWER.rows[0], "option": "api:none", "cost_usd": None, "unpriced": "nobody sells it"}
    answer = msgspec.structs.replace(ANSWER, rows=(*ANSWER.rows, row))
    assert "api:none: unpriced, nobody sells it" in text.render(answer, width=140)


def test_json_reads_back_as_the_same_answer():
    assert msgspec.json.decode(document.encode(ANSWER).encode(), type=Comparison) == ANSWER
