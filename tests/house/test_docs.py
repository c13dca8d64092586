"""The documentation is what the code would write: generated pages, shown output, every verb and example."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from farthing.doors.cli.main import VERBS

PAGES = sorted([Path("README.md"), *Path("docs").rglob("*.md")])


def test_generated_pages_and_shown_output_are_as_they_would_be_written():
    done = subprocess.run(
        [sys.executable, "tools/write_docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.stdout + done.stderr == "", "run `make docs` and look at what changed"
    assert done.returncode == 0


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_page_with_an_example_and_its_help_has_one(verb):
    text = Path(f"docs/verbs/{verb}.md").read_text("utf-8")
    assert f"$ farthing {verb}" in text
    assert "| option |" in text


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)[^)]*\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
