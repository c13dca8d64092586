"""Real texts to measure tokenizers on, taken from packages that are unpacked in a folder.

What it looks for, and leaves out when it is not there:

    installation-guide-amd64, debian-handbook, libreoffice-help-*      (Debian: apt-get download; dpkg -x)
    Translation-uk                                                     (descriptions of Debian's packages)
    wheels: Django, wagtail, djangorestframework, django-allauth, scikit-learn, vega_datasets, jsonschema
                                                                       (for .po catalogs, CSV, JSON, scripts)
    the standard library of this Python and the headers in /usr/include

The three manuals are translations of the same texts, so that languages can be compared. Paragraphs that
were left in English are dropped.
"""

import html
import re
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from farthing.estimate.text_kinds import LANGUAGES, characters_by_kind

SAMPLE: Final = 3_000  # characters of one sample
ENOUGH: Final = 240_000  # characters of one source in one language
_TAGS_DROPPED: Final = re.compile(r"(?s)<(script|style|head|nav|pre|header|footer)\b.*?</\1>|<!--.*?-->")
_SECTION: Final = re.compile(r"\d+\.\d+\.")  # two of them make a table of contents
_PARAGRAPH: Final = re.compile(r"(?s)<(?:p|dd|li)\b[^>]*>(.*?)</(?:p|dd|li)>")
_NATIVE: Final = {  # code points that the text of these languages is made of
    **dict.fromkeys(("ar", "fa"), (0x600, 0x6FF)),
    **dict.fromkeys(("ru", "uk"), (0x400, 0x4FF)),
    "el": (0x370, 0x3FF),
    "hi": (0x900, 0x97F),
    "ko": (0xAC00, 0xD7AF),
    "ja": (0x3040, 0x9FFF),
    "zh": (0x3400, 0x9FFF),
}
_CATALOGS: Final = ("ar", "fa", "he", "hi", "th")  # languages of which the manuals hold little or nothing


@dataclass(frozen=True, slots=True)
class Sample:
    """About SAMPLE characters of one source, and the half it belongs to: to measure on, or to test with."""

    source: str
    kind: str
    text: str

    @property
    def held_out(self) -> bool:
        """By a hash of the text, so that nobody chose."""
        return sha256(self.text.encode()).digest()[0] % 2 == 1


def samples(folder: Path) -> Iterator[Sample]:
    """Every sample found below a folder."""
    yield from _prose(folder)
    yield from _code_and_data(folder)


def _prose(folder: Path) -> Iterator[Sample]:
    for source, pages in _manuals(folder).items():
        english = set(_paragraphs(pages["en"]))
        for language, place in sorted(pages.items()):
            own = [text for text in _paragraphs(place) if language == "en" or text not in english]
            native = (text for text in own if _is_native(text, language))
            yield from _cut(source, language, native)
    for place in folder.rglob("Translation-uk"):
        described = re.findall(r"(?m)^Description-uk: (.*(?:\n .*)*)", place.read_text("utf-8"))
        yield from _cut("descriptions", "uk", (re.sub(r"\n ?\.?", " ", text) for text in described))
    for language in _CATALOGS:
        found = (
            text for place in sorted(folder.rglob(f"locale/{language}/**/*.po")) for text in _messages(place)
        )
        yield from _cut("catalogs", language, found)


def _manuals(folder: Path) -> Mapping[str, Mapping[str, Path]]:
    """Folders of pages by language, for each manual."""
    found: dict[str, dict[str, Path]] = {}
    for source, pattern in (
        ("guide", "usr/share/doc/installation-guide-amd64/*/"),
        ("handbook", "usr/share/doc/debian-handbook/html/*/"),
        ("help", "usr/share/libreoffice/help/*/text/"),
    ):
        for place in folder.glob("**/" + pattern):
            name = (place.parent if source == "help" else place).name
            language = re.split(r"[-_]", name)[0]
            if language in LANGUAGES and "TW" not in name:
                found.setdefault(source, {})[language] = place
    return found


def _paragraphs(place: Path) -> Iterator[str]:
    for page in sorted(place.rglob("*.html")):
        body = _TAGS_DROPPED.sub(" ", page.read_text("utf-8", "replace"))
        for paragraph in _PARAGRAPH.findall(body):
            text = " ".join(html.unescape(re.sub(r"<[^>]+>", "", paragraph)).split())
            if len(text) >= 40 and len(_SECTION.findall(text)) < 2:
                yield text


def _is_native(text: str, language: str) -> bool:
    """Whether a paragraph was translated at all."""
    letters = [ord(character) for character in text if character.isalpha()]
    if not letters:
        return False
    if language in _NATIVE:
        first, last = _NATIVE[language]
        return sum(first <= code <= last for code in letters) > 0.5 * len(letters)
    return language == "en" or set(characters_by_kind(text)) != {"en"}


def _messages(place: Path) -> Iterator[str]:
    for message in re.findall(r'(?m)^msgstr(?:\[\d\])? ((?:".*"\n)+)', place.read_text("utf-8")):
        yield "".join(line[1:-1] for line in message.splitlines()).replace("\\n", "\n").replace('\\"', '"')


def _code_and_data(folder: Path) -> Iterator[Sample]:
    library = Path(sysconfig.get_paths()["stdlib"])
    places: Mapping[str, tuple[str, list[Path]]] = {
        "python": ("stdlib", sorted(library.glob("[a-z]*.py"))),
        "c": ("headers", sorted(Path("/usr/include").rglob("*.h"))[:400]),
        "javascript": ("wheels", [path for path in sorted(folder.rglob("*.js")) if _is_source(path)]),
        "json": ("wheels", sorted(folder.rglob("*.json"))),
        "csv": ("wheels", sorted(folder.rglob("*.csv"))),
        "markdown": ("wheels", sorted([*folder.rglob("*.md"), *folder.rglob("METADATA")])),
        "html": ("guide", sorted(folder.glob("**/installation-guide-amd64/en/*.html"))),
    }
    for kind, (source, paths) in places.items():
        texts = (_head(path) for path in paths if "tokenizer" not in str(path))
        yield from _cut(source, kind, texts)


def _is_source(path: Path) -> bool:
    return ".min." not in path.name and "libreoffice" not in path.parts


def _head(path: Path) -> str:
    """The beginning of a file: many files tell more than one long one."""
    text = path.read_text("utf-8", "replace")[: 4 * SAMPLE]
    return text.split("\n\n", 1)[-1] if path.name == "METADATA" else text


def _cut(source: str, kind: str, texts: Iterator[str]) -> Iterator[Sample]:
    """Join texts to samples of about the same length, up to what is enough."""
    waiting, total = "", 0
    seen: set[str] = set()
    for text in texts:
        if text in seen or total >= ENOUGH or "\0" in text or "\ufffd" in text:
            continue
        seen.add(text)
        waiting += text + "\n\n"
        while len(waiting) >= SAMPLE:
            yield Sample(source, kind, waiting[:SAMPLE])
            waiting, total = waiting[SAMPLE:], total + SAMPLE
