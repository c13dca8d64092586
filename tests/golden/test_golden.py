"""What the user sees, pinned: one answer in each form. FARTHING_GOLDEN=write renews the files."""

import msgspec
import pytest
from pinned import HERE, as_it_was

from farthing.app.answers import Estimate
from farthing.app.explain import explain
from farthing.present import csv, document, explanation, markdown, text

ANSWER = msgspec.json.decode((HERE / "answer.json").read_bytes(), type=Estimate)

FORMS = {
    "answer.txt": lambda: text.render(ANSWER, width=100),
    "answer-narrow.txt": lambda: text.render(ANSWER, width=60),
    "answer-explained.txt": lambda: text.render(ANSWER, width=100, explain=True),
    "answer.md": lambda: markdown.render(ANSWER),
    "answer.csv": lambda: csv.render(ANSWER),
    "why-formula.txt": lambda: explanation.render(explain("compute_cost_usd", ANSWER), width=100),
    "why-input.txt": lambda: explanation.render(explain("mfu", ANSWER), width=100),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_form_is_as_it_was(name):
    made = FORMS[name]()
    assert made == as_it_was(name, made)


def test_json_reads_back_as_the_same_answer():
    assert msgspec.json.decode(document.encode(ANSWER).encode(), type=Estimate) == ANSWER


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_text_keeps_to_its_width(width):
    assert max(map(len, text.render(ANSWER, width=width).splitlines())) <= max(width, 100)


def test_color_changes_nothing_but_color():
    plain, colored = (text.render(ANSWER, color=color) for color in (False, True))
    for code in ("1", "2", "33", "0"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == plain
