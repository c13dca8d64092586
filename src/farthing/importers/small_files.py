"""Small files of one format, to be read by one query: planning one takes longer than to read such a file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from farthing.importers.format import Format, Source

_LARGEST_BYTES: Final = 4 * 1024 * 1024
_MOST_BYTES: Final = 16 * 1024 * 1024  # their beginnings, as parsed to know the format, are kept in memory
MOST_FILES: Final = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A file whose format is known, with its number among those of an import."""

    number: int
    source: Source
    size_byte: int
    format: Format


@dataclass
class _Group:
    format: Format
    files: dict[int, Source] = field(default_factory=dict)
    size_byte: int = 0


def grouped(files: Iterable[Known], most: int = MOST_FILES) -> Iterator[tuple[Format, Mapping[int, Source]]]:
    """Files by their numbers, at most `most` together; alone where one is large or its format wants it."""
    waiting: dict[str, _Group] = {}
    for file in files:
        if not file.format.reads_many or file.size_byte > _LARGEST_BYTES:
            yield file.format, {file.number: file.source}
            continue
        group = waiting.setdefault(file.format.name, _Group(file.format))
        group.files[file.number] = file.source
        group.size_byte += file.size_byte
        if len(group.files) >= most or group.size_byte >= _MOST_BYTES:
            del waiting[file.format.name]
            yield group.format, group.files
    for group in waiting.values():
        yield group.format, group.files
