"""Summarize a table of dated rental quotes into the yearly files of `catalog/data/rental/`.

    python tools/summarize_rentals.py SHARED_FOLDER

reads SHARED_FOLDER/data/gpu_prices.csv (accelerator, cloud, gpus, on-demand and spot dollars per
accelerator-hour, date, source) and writes one row per accelerator, kind of provider, term and
quarter: the lowest, the median and the highest of the distinct quotes, and how many there were.
Rows that people quote by hand live in `rental/quoted.yaml`, which this script never writes.
"""

import csv
import re
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

OUT = Path(__file__).parents[1] / "src/farthing/catalog/data/rental"

ACCELERATORS = {
    "A100 (40 GB)": "a100-sxm-40gb",
    "A100 (80 GB)": "a100-sxm-80gb",
    "A100-80GB": "a100-sxm-80gb",
    "3080Ti (12 GB)": "rtx-3080-ti",
    "A10": "a10",
    "A10 (24 GB)": "a10",
    "A10G (24 GB)": "a10g",
    "A4000 (16 GB)": "rtx-a4000",
    "A40 (48 GB)": "a40",
    "K80 (12 GB)": "k80",
    "P100 (16 GB)": "p100-pcie",
    "P4 (8 GB)": "p4",
    "Quadro RTX 6000 (24 GB)": "quadro-rtx-6000",
    "RTX-6000-Ada": "rtx-6000-ada",
    "RTX4000 (8 GB)": "quadro-rtx-4000",
    "RTX5000 (16 GB)": "quadro-rtx-5000",
    "RTX5000 (16GB)": "quadro-rtx-5000",
    "TPU v2 device": "tpu-v2",
    "TPU v2 pod": "tpu-v2",
    "TPU v3 device": "tpu-v3",
    "TPU v3 pod": "tpu-v3",
    "A5000 (24 GB)": "rtx-a5000",
    "A6000 (48 GB)": "rtx-a6000",
    "RTX A6000 (48 GB)": "rtx-a6000",
    "A6000": "rtx-a6000",
    "B200": "b200",
    "B300": "b300",
    "GH200": "gh200",
    "GH200 (96 GB)": "gh200",
    "H100": "h100-sxm",
    "H100 (80 GB)": "h100-sxm",
    "H100 (80GB)": "h100-sxm",
    "H100 HGX (80GB)": "h100-sxm",
    "H100 PCIe (80GB)": "h100-pcie",
    "H200": "h200",
    "L4 (24 GB)": "l4",
    "L40S": "l40s",
    "RTX-PRO-6000": "rtx-pro-6000",
    "T4 (16 GB)": "t4",
    "T4 (16)": "t4",
    "TPU v4 pod": "tpu-v4",
    "TPU v5e": "tpu-v5e",
    "TPU v5p": "tpu-v5p",
    "TPU v6e": "tpu-v6e",
    "V100": "v100-sxm-16gb",
    "V100 (16 GB)": "v100-sxm-16gb",
    "V100 (32 GB)": "v100-sxm-32gb",
}
PCIE_PROVIDERS = {("runpod", "a100-sxm-80gb"): "a100-pcie-80gb"}  # its list names the PCIe part
KINDS = {
    "hyperscaler": {"aws", "gcp", "azure", "oracle cloud"},
    "marketplace": {"runpod", "vast", "fluidstack"},
}
OUTLIER_FACTOR = 4  # a quote this far from the group's median is another product, or a slip
DISCOUNTS = {"reserved_1y": (0.41, 0.37, 0.25), "reserved_3y": (0.64, 0.56, 0.49)}  # AWS, GCP, Azure
UNDATED = re.compile(r"(\d{4}) \(undated snapshot\)")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What one row is about."""

    valid_from: str
    accelerator: str
    provider_kind: str
    term: str


@dataclass(frozen=True, slots=True)
class Quote:
    """One listed price."""

    provider: str
    amount: float
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A row as it will be written."""

    key: Key
    low: float
    mid: float
    high: float
    quotes: int
    sources: tuple[str, ...]
    date: str
    confidence: str
    note: str


def main(shared: Path) -> None:
    """Write the yearly files."""
    with (shared / "data/gpu_prices.csv").open(newline="", encoding="utf-8-sig") as file:
        groups = grouped(csv.DictReader(file))
    listed = [summary for key in sorted(groups) if (summary := summarize(key, groups[key]))]
    rows = sorted([*listed, *committed(listed)], key=lambda row: row.key)
    closing = ends(rows)
    years = sorted({row.key.valid_from[:4] for row in rows})
    for year in years:
        lines = [written(row, closing.get(row.key)) for row in rows if row.key.valid_from.startswith(year)]
        head = "# Written by tools/summarize_rentals.py; quotes added by hand belong in quoted.yaml.\n"
        (OUT / f"{year}.yaml").write_text(f"{head}rentals:\n{''.join(lines)}", encoding="utf-8")


def grouped(table: Iterable[dict[str, str]]) -> dict[Key, list[Quote]]:
    """Quotes by row; indices are medians already and stay out."""
    groups: dict[Key, list[Quote]] = defaultdict(list)
    for line in table:
        provider = line["cloud"].lower()
        if line["accelerator"] not in ACCELERATORS or "market-index" in provider or "cohort" in provider:
            continue
        part = ACCELERATORS[line["accelerator"]]
        part = PCIE_PROVIDERS.get((provider, part), part)
        for term, column in (("on_demand", "on_demand_usd_gpu_hr"), ("spot", "spot_usd_gpu_hr")):
            if line[column] and not (term == "spot" and dear(line)):
                quote = Quote(provider, float(line[column]), source_id(line["source"]), day(line["date"]))
                groups[Key(quarter(quote.date), part, kind_of(provider), term)].append(quote)
    return groups


def dear(line: dict[str, str]) -> bool:
    """Whether the spot price is above the on-demand price: then it is another region's."""
    spot, on_demand = line["spot_usd_gpu_hr"], line["on_demand_usd_gpu_hr"]
    return bool(on_demand) and float(spot) > float(on_demand)


def summarize(key: Key, quotes: list[Quote]) -> Summary | None:
    """Lowest, median and highest distinct quote, outliers dropped."""
    distinct = {(quote.provider, quote.amount): quote for quote in quotes}
    middle = statistics.median(amount for _, amount in distinct)
    kept = [q for q in distinct.values() if middle / OUTLIER_FACTOR <= q.amount <= middle * OUTLIER_FACTOR]
    amounts = [quote.amount for quote in kept]
    sources = tuple(sorted({quote.source for quote in kept}))
    dropped = len(distinct) - len(kept)
    return Summary(
        key,
        min(amounts),
        statistics.median(amounts),
        max(amounts),
        len(kept),
        sources,
        max(quote.date for quote in kept),
        "C" if any(source.startswith("full-stack") for source in sources) else "B",
        f"{dropped} quote(s) more than {OUTLIER_FACTOR}x off the median left out" if dropped else "",
    )


def committed(listed: list[Summary]) -> Iterator[Summary]:
    """One- and three-year prices of hyperscalers: their list prices less the usual discounts."""
    for row in listed:
        if row.key.provider_kind != "hyperscaler" or row.key.term != "on_demand":
            continue
        for term, (most, middle, least) in DISCOUNTS.items():
            key = Key(row.key.valid_from, row.key.accelerator, "hyperscaler", term)
            yield Summary(
                key,
                row.low * (1 - most),
                row.mid * (1 - middle),
                row.high * (1 - least),
                row.quotes,
                (*row.sources, "epoch-cost-trends"),
                row.date,
                "D",
                "on-demand price less the usual discount of AWS, Google Cloud and Azure",
            )


def ends(rows: list[Summary]) -> dict[Key, str]:
    """The day before the next row of the same kind starts."""
    after: dict[tuple[str, str, str], Key] = {}
    closing: dict[Key, str] = {}
    for row in reversed(rows):
        same = (row.key.accelerator, row.key.provider_kind, row.key.term)
        if same in after:
            closing[row.key] = str(date.fromisoformat(after[same].valid_from) - timedelta(days=1))
        after[same] = row.key
    return closing


def written(row: Summary, valid_to: str | None) -> str:
    """One row in YAML."""
    key = row.key
    fields = {
        "accelerator": key.accelerator, "provider_kind": key.provider_kind, "term": key.term,
        "valid_from": key.valid_from, "valid_to": valid_to,
        "low": money(row.low), "mid": money(row.mid), "high": money(row.high), "quotes": str(row.quotes),
        "source": f"[{', '.join(row.sources)}]" if len(row.sources) > 1 else row.sources[0],
        "date": row.date, "confidence": row.confidence, "note": f'"{row.note}"' if row.note else None,
    }  # fmt: skip
    return "  - {" + ", ".join(f"{name}: {text}" for name, text in fields.items() if text) + "}\n"


def money(amount: float) -> str:
    """A price as text, exact to a hundredth of a cent."""
    return f'"{amount:.4f}"'.replace('00"', '"')


def day(text: str) -> str:
    """The date of a quote; a snapshot that names only its year counts from January."""
    undated = UNDATED.fullmatch(text)
    return f"{undated[1]}-01-01" if undated else text


def quarter(text: str) -> str:
    """First day of the quarter of a date."""
    year, month = int(text[:4]), int(text[5:7])
    return f"{year}-{(month - 1) // 3 * 3 + 1:02d}-01"


def kind_of(provider: str) -> str:
    """The kind of provider; whoever is no hyperscaler and no marketplace is a neocloud."""
    return next((kind for kind, names in KINDS.items() if provider in names), "neocloud")


def source_id(text: str) -> str:
    """The id that sources/money.yaml gives a source of the table."""
    if commit := re.search(r"cloud-gpus\.csv@(\w+)", text):
        return f"full-stack-cloud-gpus-{commit[1]}"
    if snapshot := re.search(r"catalogs/v\d+/(\w+)/vms\.csv@(\w+)", text):
        return f"skypilot-catalog-{snapshot[1]}-{snapshot[2]}"
    return "gpuhunt-tpu-pricing"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
