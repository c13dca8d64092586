"""Token counts: counted when a vocabulary is here, else estimated within the range that was measured."""

import base64
import csv
import json
import math
import socket
import statistics
import types
from pathlib import Path

import pytest

from farthing.catalog.load import catalog
from farthing.estimate import token_count, tokenizer_files
from farthing.estimate.text_kinds import LANGUAGES, characters_by_kind
from farthing.estimate.token_count import count, estimate, factor
from farthing.estimate.tokenizer_families import FAMILIES, UNKNOWN, family_of
from farthing.estimate.tokenizer_stand_ins import STAND_INS

HELD_OUT = Path(__file__).with_name("held_out_tokens.csv")
ENGLISH = (
    "The price of a call is what the model reads and what it writes, and both are counted in tokens. " * 8
)
MODELS = {  # a model for each tokenizer that was measured
    "p50k": "text-davinci-003",
    "cl100k": "gpt-4",
    "o200k": "gpt-4o",
    "claude-2": "claude-2.1",
    "llama-3": "llama-3.1-8b",
    "llama-4": "llama-4-scout",
    "mistral": "mistral-7b",
    "tekken": "mistral-small-latest",
    "deepseek": "deepseek-chat",
    "qwen": "qwen2.5-7b",
}


@pytest.fixture(scope="module")
def held_out():
    """Every second sample; the ranges were set on the others, and the rates on neither."""
    with HELD_OUT.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))[1::2]


@pytest.fixture(autouse=True)
def _nothing_installed(monkeypatch):
    """No vocabulary and no network, whatever this machine has."""
    monkeypatch.setattr(tokenizer_files, "_file", lambda _vocabulary: None)
    monkeypatch.setattr(
        socket.socket, "connect", lambda *_: pytest.fail("a token count reached for the network")
    )
    tokenizer_files.counter.cache_clear()
    yield
    tokenizer_files.counter.cache_clear()


def pairs(held_out, kinds=None):
    """Estimate and true count of each held-out sample by each tokenizer."""
    for row in held_out:
        if kinds is None or row["kind"] in kinds:
            parts = json.loads(row["characters_by_kind"])
            for tokenizer, model in MODELS.items():
                yield estimate(parts, model), int(row[tokenizer])


DATA, CODE = {"csv", "json"}, {"python", "javascript", "c", "html", "markdown"}


@pytest.mark.parametrize(
    ("kinds", "median"), [(LANGUAGES, 0.05), (CODE, 0.12), (DATA, 0.15)], ids=["prose", "code", "data"]
)
def test_an_estimate_holds_on_text_that_was_not_measured(held_out, kinds, median):
    results = list(pairs(held_out, kinds))
    within = sum(guess.low <= tokens <= guess.high for guess, tokens in results) / len(results)
    error = statistics.median(abs(math.log(tokens / guess.mid)) for guess, tokens in results)
    assert within >= 0.82
    assert error <= median


def test_no_language_is_far_off(held_out):
    for kind in {row["kind"] for row in held_out}:
        results = list(pairs(held_out, {kind}))
        within = sum(guess.low <= tokens <= guess.high for guess, tokens in results) / len(results)
        assert within >= 0.55, f"{kind}: {within:.0%} within the range"


def test_the_samples_span_the_languages(held_out):
    assert len(held_out) >= 300
    assert {"en", "de", "fr", "es", "ru", "zh", "ja", "ko", "ar", "hi"} <= {row["kind"] for row in held_out}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (ENGLISH, "en"),
        (
            "Der Preis ist nicht hoch, und das Modell wird mit dem Text auch für die Antwort bezahlt. " * 3,
            "de",
        ),
        ("Le prix est dans la facture que nous avons pour les jetons et pas sur le texte. " * 3, "fr"),
        ("El precio de las llamadas es una parte de lo que se paga por los textos del modelo. " * 3, "es"),
        ("Цена запроса зависит от того, сколько слов прочитает и напишет модель. " * 3, "ru"),
        ("Ціна запиту залежить від того, скільки слів прочитає і напише модель. " * 3, "uk"),
        ("模型读取和写入的文字越多,价格就越高。" * 5, "zh"),
        ("モデルが読む文字と書く文字が多いほど、料金は高くなります。" * 5, "ja"),
        ("모델이 읽고 쓰는 글자가 많을수록 요금이 올라갑니다. " * 5, "ko"),
        ("كلما زاد عدد الكلمات زاد السعر الذي تدفعه. " * 5, "ar"),
        ("जितने अधिक शब्द होंगे, कीमत उतनी ही अधिक होगी। " * 5, "hi"),
        ('{"model": "small", "tokens": {"input": 1200, "output": 80}, "tags": ["a", "b"]}\n' * 4, "json"),
        ("date,model,tokens,cost\n" + "2026-01-02,small,1200,0.004\n" * 9, "csv"),
        (
            "import os\n\ndef total(rows):\n    a = 0\n    for b in rows:\n        a += b\n    return 1\n",
            "python",
        ),
        (
            "const total = rows.length;\nfunction add(a, b) {\n  return a + b;\n}\nlet sum = add(1, 2);\n",
            "javascript",
        ),
        ("#include <stdio.h>\nstatic int total(int a) {\n    return a;\n}\nstruct row { int a; };\n", "c"),
        (
            "# Title\n\n- one point\n- the other point\n- a third\n\n## More\n\n1. first\n2. second\n",
            "markdown",
        ),
        ("<table><tr><td>one</td><td>two</td></tr><tr><td>3</td><td>4</td></tr></table>" * 3, "html"),
    ],
)
def test_the_language_or_kind_of_a_text_is_told(text, kind):
    found = characters_by_kind(text)
    assert max(found, key=found.__getitem__) == kind


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "12345", "…", "ⴰⵣⵓⵍ", ENGLISH + "\n\n" + "模型读取文字" * 80]
)
def test_detected_characters_add_up_to_the_text(text):
    assert sum(characters_by_kind(text).values()) == len(text)


def test_a_mixed_text_is_shared_out():
    found = characters_by_kind(
        ENGLISH + "\n\n" + "Цена зависит от того, сколько слов прочитает модель. " * 12
    )
    assert found["en"] >= len(ENGLISH) * 0.9
    assert found["ru"] >= 500


@pytest.mark.parametrize(
    ("model", "tokenizer"),
    [
        ("gpt-4", "cl100k"),
        ("gpt-4-turbo", "cl100k"),
        ("gpt-4o-mini", "o200k"),
        ("gpt-4.1-nano", "o200k"),
        ("o3-mini", "o200k"),
        ("gpt-5.4", "o200k"),
        ("claude-2", "claude-2"),
        ("claude-3-5-sonnet", "claude-3"),
        ("claude-sonnet-4-5", "claude-3"),
        ("claude-opus-4-6", "claude-3"),
        ("claude-opus-4-7", "claude-4.7"),
        ("claude-opus-5", "claude-4.7"),
        ("gemini-2.5-pro", "gemini"),
        ("meta-llama/Llama-3.1-70B", "llama-3"),
        ("llama-4-maverick", "llama-4"),
        ("deepseek-reasoner", "deepseek"),
        ("qwen3-32b", "qwen"),
        ("mistral-large-2", "mistral"),
        ("mistral-large-latest", "tekken"),
        ("phi-4", "cl100k"),
        ("phi-4-mini", "o200k"),
        ("a-model-of-next-year", UNKNOWN),
    ],
)
def test_a_model_is_mapped_to_its_tokenizer(model, tokenizer):
    assert family_of(model).tokenizer == tokenizer


def test_every_family_and_stand_in_leans_on_something_known():
    measured = {fact.tokenizer for fact in catalog().tokenizers.values()}
    for family in FAMILIES:
        assert family.tokenizer in measured | set(STAND_INS) | {UNKNOWN}
        assert family.source in catalog().sources
    for stand_in in STAND_INS.values():
        assert stand_in.base in measured
        assert set(stand_in.sources) <= set(catalog().sources)
        for ratio in (*stand_in.ratios.values(), stand_in.otherwise):
            assert ratio.low <= ratio.mid <= ratio.high


def test_a_stand_in_agrees_with_what_was_published():
    fact = catalog().tokenizers["claude-3:en"]
    of_the_same_text_by_cl100k = 4.003
    ratio = of_the_same_text_by_cl100k / fact.characters_per_token
    assert STAND_INS["claude-3"].ratios["en"].mid == pytest.approx(ratio, rel=0.01)


def test_an_unknown_model_gets_a_wider_range_than_a_known_one():
    known, unknown = count(ENGLISH * 5, "gpt-4o"), count(ENGLISH * 5, "a-model-of-next-year")
    assert known.method == unknown.method == "estimated"
    assert unknown.note
    assert unknown.high / unknown.low > known.high / known.low
    assert known.low < known.mid < known.high


def test_a_short_text_is_less_certain_than_a_long_one():
    short, long = count(ENGLISH[:90], "gpt-4o"), count(ENGLISH * 9, "gpt-4o")
    assert short.high / short.low > long.high / long.low


def test_an_empty_text_is_no_tokens():
    assert count("", "gpt-4o").high == 0


def test_a_language_nobody_measured_gets_the_range_of_those_that_were():
    found = estimate({"other": 3000}, "gpt-4o")
    english = estimate({"en": 3000}, "gpt-4o")
    assert found.low < english.high < found.high


def test_a_vocabulary_in_a_folder_is_counted_with(monkeypatch, tmp_path):
    monkeypatch.undo()
    ranks = "\n".join(f"{base64.b64encode(bytes([byte])).decode()} {byte}" for byte in range(256))
    (tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790").write_text(ranks)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    seen = {}

    class Encoding:
        def __init__(self, name, *, pat_str, mergeable_ranks, special_tokens):
            seen.update(name=name, words=pat_str, ranks=mergeable_ranks, special=special_tokens)

        def encode_ordinary(self, text):
            return list(text.encode())

    fake = types.SimpleNamespace(Encoding=Encoding)
    monkeypatch.setattr(tokenizer_files.importlib, "import_module", lambda name: {"tiktoken": fake}[name])
    tokenizer_files.counter.cache_clear()
    found = count("héllo", "gpt-4o")
    assert (found.method, found.low, found.mid, found.high) == ("counted", 6, 6, 6)
    assert seen["ranks"][b"a"] == 97
    assert not seen["special"]


def test_a_family_with_a_borrowed_vocabulary_is_never_counted(monkeypatch):
    monkeypatch.setattr(token_count, "counter", lambda _tokenizer: len)
    assert count(ENGLISH, "gpt-4o").method == "counted"
    assert count(ENGLISH, "llama-2-7b").method == "estimated"
    assert count(ENGLISH, "gpt-6.1-sol").method == "estimated"


def test_one_tokenizer_needs_no_factor():
    assert factor("gpt-4o", "gpt-5").mid == factor("gpt-4o", "gpt-5").high == 1.0


def test_factors_turn_around():
    there, back = factor("gpt-4", "gpt-4o", "hi"), factor("gpt-4o", "gpt-4", "hi")
    assert there.mid * back.mid == pytest.approx(1)
    assert there.low * back.high == pytest.approx(1)
    assert there.mid < 0.5


def test_the_newer_claude_makes_more_tokens_of_english_and_the_same_of_chinese():
    english, chinese = (factor("claude-opus-4-6", "claude-opus-4-7", kind) for kind in ("en", "zh"))
    assert english.low < 1.35 < english.high
    assert chinese.mid == pytest.approx(1, abs=0.03)


def test_a_factor_holds_on_text_that_was_not_measured(held_out):
    inside = []
    for row in held_out:
        if row["kind"] in LANGUAGES:
            guess = factor("gpt-4", "llama-3.1-8b", row["kind"])
            inside.append(guess.low <= int(row["llama-3"]) / int(row["cl100k"]) <= guess.high)
    assert sum(inside) / len(inside) >= 0.9
