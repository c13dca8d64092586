"""What a text is made of: characters by language, or by kind of code and data.

Good enough to choose among measured characters per token, no more: blocks between blank lines are
judged one by one, by the shape of their lines, then by script, then by frequent short words.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

UNKNOWN: Final = "other"  # a script or a language that nobody measured

# Scripts that stand for one language, by first and last code point.
_SCRIPTS: Final = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0E00, 0x0E7F, "th"),
    (0x1100, 0x11FF, "ko"),
    (0x3040, 0x30FF, "kana"),
    (0x3400, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "ko"),
)
_WORDS: Final[Mapping[str, frozenset[str]]] = {  # frequent short words that set languages of one script apart
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to is in that it for you are with this be on not or by from can a if as an",
        "de": "der die und das ist nicht mit ein eine zu den von sie auf für im dem des auch wird in werden",
        "fr": "le la les de des et est une un que pour dans pas vous sur avec du au qui ce à en sont",
        "es": "el la los las de del que y es un una por para con no se en su como más puede al a",
        "it": "il la che di è per una un non con del della sono gli dei nel alla può si le in e i",
        "pt": "o a os de do da que e é um uma para com não em no na se por mais as ou",
        "nl": "de het een van en is niet met voor op dat zijn wordt te worden kan deze u aan bij in of",
        "sv": "och att det är som en på för med inte av den till kan du ett om från eller i de har",
        "da": "og at det er som en på for med ikke af den til kan du et om fra eller i de har",
        "pl": "nie na się jest do że to w z jak dla lub są po od może przez oraz można i a aby",
        "cs": "je na se že to pro nebo jako které jsou byt při není která lze pokud také s v k a být",
        "ro": "și de la în nu este care pentru cu sau din pe că să sunt un o fi mai a dacă",
        "ca": "el la els les de del que i és un una per amb no es en aquest més podeu al a us",
        "tr": "ve bir bu için ile olarak da de daha olan veya ise değil gibi kadar her ne çok mi",
        "id": "yang dan di untuk dengan dari ini pada tidak adalah akan atau dalam anda dapat ke juga",
        "vi": "và của là có không được cho các một trong những này với để bạn khi hoặc thể người từ",
    }.items()
}
LANGUAGES: Final = frozenset(_WORDS).union(
    ("ru", "uk", "ar", "fa", "ja", "zh"), (name for _, _, name in _SCRIPTS if len(name) == 2)
)
_CODE: Final[Mapping[str, re.Pattern[str]]] = {
    "python": re.compile(
        r"^\s*(def |class |import |from \w+ import|elif |except|return |self\.|@\w+|if .*:$|for .*:$)"
    ),
    "javascript": re.compile(
        r"^\s*(const |let |var |function|export |import .*from|\}\)|.*=>|return .*;|\$\()"
    ),
    "c": re.compile(
        r"^\s*(#include|#define|#if|#endif|typedef |static |extern |struct |/\*|\*|\w[\w\s*]*\(.*\);)"
    ),
}
_MARKDOWN: Final = re.compile(r"^\s*(#{1,6} |[-*] |\d+\. |>|\||```|!?\[[^\]]+\]\()")
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>")
_SENTENCE_LETTERS: Final = 0.6  # share of letters and spaces below which Latin text is no prose


def characters_by_kind(text: str) -> Mapping[str, int]:
    """Characters of a text by the language or kind of each of its blocks; they add up to its length."""
    found: Counter[str] = Counter()
    for block in _blocks(text):
        for kind, count in _kinds_of(block).items():
            found[kind] += count
    return dict(found)


def _blocks(text: str) -> Iterator[str]:
    """Pieces that end with a blank line; short ones stay with the next, so that there is enough to judge."""
    piece = ""
    for part in re.split(r"(\n[ \t]*\n+)", text):
        piece += part
        if len(piece) >= 400 and not part.strip():
            yield piece
            piece = ""
    if piece:
        yield piece


def _kinds_of(block: str) -> Mapping[str, int]:
    shape = _shape(block)
    if shape and shape != "markdown":
        return {shape: len(block)}
    scripts = _scripts(block)
    foreign = sum(scripts.values()) - scripts.get("latin", 0)
    if foreign > 0.1 * sum(scripts.values()):
        return _shared_out(block, scripts)
    language = _latin_language(block)
    return {shape if shape and language == "en" else language: len(block)}


def _shape(block: str) -> str:
    """The kind of code or data a block looks like; empty for prose."""
    lines = [line for line in block.splitlines() if line.strip()]
    if not lines:
        return ""
    if _is_json(block):
        return "json"
    tags = len(_TAG.findall(block))
    if tags >= 4 and tags * 100 > len(block):
        return "html"
    if _is_table(lines) or (_share_of_letters(block) < 0.35 and _digits(block) > 0.3 * len(block)):
        return "csv"
    return _code(lines) or ("markdown" if _share(lines, _MARKDOWN) >= 0.3 else "")


def _digits(block: str) -> int:
    return sum(block.count(digit) for digit in "0123456789")


def _is_json(block: str) -> bool:
    marks = sum(block.count(mark) for mark in ('":', '",', "{", "}", "[", "]"))
    return block.count('"') >= 4 and marks * 40 > len(block) and '":' in block


def _is_table(lines: list[str]) -> bool:
    for mark in (",", "\t", ";"):
        counts = Counter(line.count(mark) for line in lines)
        fields, rows = counts.most_common(1)[0]
        if len(lines) >= 3 and fields >= 2 and rows >= 0.8 * len(lines):
            return _share_of_letters("".join(lines)) < 0.75
    return False


def _code(lines: list[str]) -> str:
    shares = {language: _share(lines, pattern) for language, pattern in _CODE.items()}
    best = max(shares, key=lambda language: shares[language])
    if shares[best] >= 0.25:
        return best
    ends = sum(line.rstrip().endswith((";", "{", "}", "):", ",", "(", ")")) for line in lines) / len(lines)
    letters = _share_of_letters("".join(lines))
    indented = sum(line.startswith(("    ", "\t")) for line in lines) / len(lines)
    looks = (ends >= 0.5 and indented >= 0.3) or (letters < _SENTENCE_LETTERS and ends >= 0.4)
    return (best if shares[best] > 0 else "c") if looks else ""


def _share_of_letters(text: str) -> float:
    counts = Counter(text)
    return sum(count for character, count in counts.items() if character.isalpha() or character == " ") / len(
        text
    )


def _share(lines: list[str], pattern: re.Pattern[str]) -> float:
    return sum(bool(pattern.match(line)) for line in lines) / len(lines)


def _scripts(block: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for character, count in Counter(block).items():
        if character.isalpha():
            found[_script(ord(character))] += count
    return found


def _script(code: int) -> str:
    if code < 0x0370 or 0x1E00 <= code <= 0x1EFF:
        return "latin"
    return next((name for first, last, name in _SCRIPTS if first <= code <= last), UNKNOWN)


def _latin_language(block: str) -> str:
    words = re.findall(r"[^\W\d_]+", block.lower())
    hits = {language: sum(word in frequent for word in words) for language, frequent in _WORDS.items()}
    best = max(hits, key=lambda language: hits[language])
    return best if hits[best] >= 0.05 * len(words) else ("en" if block.isascii() else UNKNOWN)


def _shared_out(block: str, scripts: Counter[str]) -> Mapping[str, int]:
    """A block of several scripts: Latin words of more than a third are text of their own.

    Fewer are part of what was measured, since names and commands stand in every language's text.
    """
    latin = scripts.pop("latin", 0)
    main = _language_of(block, scripts)
    own = latin / (latin + sum(scripts.values()))
    if own <= 1 / 3:
        return {main: len(block)}
    count = round(own * len(block))
    return {main: len(block) - count, "en": count}


def _language_of(block: str, scripts: Counter[str]) -> str:
    kana, han = scripts.get("kana", 0), scripts.get("han", 0)
    if kana + han:
        scripts["ja" if kana > 0.1 * (kana + han) else "zh"] = kana + han
        del scripts["kana"], scripts["han"]
    name = scripts.most_common(1)[0][0]
    if name == "cyrillic":
        return "uk" if sum(block.count(letter) for letter in "іїєґ") > 0.02 * scripts[name] else "ru"
    if name == "arabic":
        return "fa" if sum(block.count(letter) for letter in "پچژگی") > 0.03 * scripts[name] else "ar"
    return name
