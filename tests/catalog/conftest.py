"""A small data folder that is sound, for tests that break it in one place."""

from pathlib import Path

import pytest

SOUND = {
    "sources/test.yaml": "sheet: {title: A data sheet, date: 2024-01}\n",
    "hardware/test.yaml": """\
fast-one:
  name: Fast One
  vendor: acme
  architecture: acme-1
  kind: gpu
  released: 2024-01
  memory_byte: 80e9
  hbm_byte_per_s: 3e12
  peak_flop_per_s: {bf16: 1000e12, fp8: 2000e12}
  link_byte_per_s: 450e9
  link_kind: nvlink
  scale_up_count: 8
  network_byte_per_s: 50e9
  power_watt: 700
  purchase_usd: "25000..40000"
  aliases: [F1-80GB]
  default_for: [F1]
  source: sheet
  date: 2024-01
  confidence: A
""",
    "rental/test.yaml": """\
rentals:
  - {accelerator: fast-one, provider_kind: neocloud, term: spot, valid_from: 2024-01-01,
     low: "1", mid: "2", high: "3", source: sheet, date: 2024-01, confidence: B}
""",
}


class Folder:
    """A data folder under test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for label, text in SOUND.items():
            self.write(label, text)

    def write(self, label: str, text: str | bytes) -> "Folder":
        """Write one file; text ends up in UTF-8."""
        path = self.root / label
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return self

    def change(self, label: str, before: str, after: str) -> "Folder":
        """Replace a piece of one file that must be there."""
        text = (self.root / label).read_text("utf-8")
        assert before in text
        return self.write(label, text.replace(before, after))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A sound data folder with one accelerator and one rental price."""
    return Folder(tmp_path / "data")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own, so that no test reads another's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"
