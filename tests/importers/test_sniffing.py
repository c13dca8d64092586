"""Every file of the pairs is recognized by one format, and by no other as surely."""

from pathlib import Path

import pytest
import yaml

from farthing.importers.files import opened
from farthing.importers.registry import formats

HERE = Path(__file__).parent
INPUTS = sorted(HERE.glob("*/*/input*"))


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}")
def test_one_format_is_surest(path: Path, tmp_path: Path) -> None:
    expected = yaml.safe_load((path.parent / "expected.yaml").read_text())
    if expected.get("named"):
        pytest.skip("this case names its format")
    head = opened(path, tmp_path, 0, {}).head
    sure = {name: format_.match(head) for name, format_ in formats().items()}
    best = max(sure.values())
    assert [name for name, how in sure.items() if how == best] == [expected["format"]], sure
