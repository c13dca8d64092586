"""Newer prices from a file: the package's own data, packed in every way it is published in, unrun."""

import io
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest

from farthing.pricing import genai, genai_file

MODEL = {
    "id": "m",
    "match": {"or": [{"equals": "m"}, {"starts_with": "m-"}]},
    "prices": [
        {
            "prices": {
                "input_mtok": {"base": 1.25, "tiers": [{"start": 200000, "price": 2.5}]},
                "output_mtok": 10,
            }
        },
        {"constraint": {"start_date": "2026-03-13"}, "prices": {"input_mtok": 1}},
    ],
    "price_variants": [{"when": {"processing": "batch"}, "prices": {"input_mtok": 0.5}}],
    "a_key_of_tomorrow": 1,
}
DATA = [{"id": "acme", "name": "Acme", "models": [MODEL], "provider_match": {"contains": "acme"}}]


def data_module():
    origin = find_spec("genai_prices").origin
    return Path(origin).with_name("data.py").read_bytes()


def wheel(text, name="genai_prices/data.py"):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return packed.getvalue()


def source_archive(text, name="genai_prices-1/genai_prices/data.py"):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        about = tarfile.TarInfo(name)
        about.size = len(text)
        archive.addfile(about, io.BytesIO(text))
    return packed.getvalue()


def test_json_becomes_the_rows_that_the_package_would():
    (provider,) = genai_file.read(msgspec.json.encode(DATA))
    (sku,) = provider.skus
    assert (provider.id, provider.match.text, sku.match.parts[1].relation) == ("acme", "acme", "starts_with")
    assert [(row.tier, row.above_tokens, row.dated) for row in sku.rows] == [
        ("standard", 0, False),
        ("standard", 200_000, False),
        ("standard", 0, True),
        ("batch", 0, False),
    ]
    assert sku.rows[0].rates["input"].amount == "1.25"


@pytest.mark.parametrize("packed", [wheel, source_archive])
def test_archives_of_the_package_are_read_as_it_reads_itself(packed):
    assert genai_file.read(packed(data_module())) == genai.providers()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[1]",
        b"prices: []",
        wheel(b"x = 1", "other.py"),
        wheel(b"x = 1"),
        source_archive(b"x = 1", "other.py"),
        wheel(b"providers: list = open('x').readlines"),
        wheel(b"providers: list = [x for x in y]"),
        wheel(b"providers: list = ("),
        wheel(b"providers: list = " + b"[" * 5000 + b"]" * 5000),
        source_archive(data_module())[:5000],
        b"\x1f\x8b nothing",
        b"PK\x03\x04 nothing",
        b"[" * 100_000,
    ],
)
def test_what_holds_no_prices_is_refused(content):
    with pytest.raises(ValueError, match="it holds no prices"):
        genai_file.read(content)


def test_nothing_of_a_file_is_run(tmp_path):
    trap = tmp_path / "trap"
    code = f"providers: list = [__import__('pathlib').Path({str(trap)!r}).touch()]"
    with pytest.raises(ValueError, match="it holds no prices"):
        genai_file.read(wheel(code.encode()))
    assert not trap.exists()
