"""Newer prices of genai-prices from a file: its JSON, or a wheel or source archive of the package.

Nothing of the file is ever run. The package keeps its prices as a Python expression; that is parsed,
and only the few names and literals that it is made of are taken.
"""

import ast
import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any, Final, TypeAlias

import msgspec

from farthing.pricing import genai
from farthing.pricing.rows import Provider

LARGEST_BYTE: Final = 64 * 1024 * 1024
_DATA: Final = "genai_prices/data.py"
_VARIABLE: Final = "providers"
_READS: Final = (  # whatever a damaged, encrypted or hostile file may do to its readers
    msgspec.DecodeError, SyntaxError, ValueError, RuntimeError, OSError, EOFError, zlib.error,
    zipfile.BadZipFile, tarfile.TarError,
)  # fmt: skip


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what is read; keys that are not listed do not matter."""


class _Clause(_Part, frozen=True, kw_only=True):
    equals: str | None = None
    starts_with: str | None = None
    ends_with: str | None = None
    contains: str | None = None
    regex: str | None = None
    or_: "tuple[_Clause, ...] | None" = msgspec.field(default=None, name="or")
    and_: "tuple[_Clause, ...] | None" = msgspec.field(default=None, name="and")


class _Step(_Part, frozen=True, kw_only=True):
    start: int
    price: Decimal


class _Stepped(_Part, frozen=True, kw_only=True):
    base: Decimal
    tiers: tuple[_Step, ...]


class _Condition(_Part, frozen=True, kw_only=True):
    start_date: date | None = None
    start_time: time | None = None
    end_time: time | None = None


_Prices: TypeAlias = Mapping[str, Decimal | _Stepped | None]


class _Conditional(_Part, frozen=True, kw_only=True):
    prices: _Prices
    constraint: _Condition | None = None


class _Variant(_Part, frozen=True, kw_only=True):
    when: Mapping[str, str]
    prices: _Prices
    constraint: _Condition | None = None


class _Model(_Part, frozen=True, kw_only=True):
    id: str
    match: _Clause
    name: str | None = None
    deprecated: bool | None = None
    prices: _Prices | tuple[_Conditional, ...]
    price_variants: tuple[_Variant, ...] = ()


class _Provider(_Part, frozen=True, kw_only=True):
    id: str
    name: str
    models: tuple[_Model, ...]
    model_match: _Clause | None = None
    provider_match: _Clause | None = None
    fallback_model_providers: tuple[str, ...] | None = None


_JSON: Final = msgspec.json.Decoder(tuple[_Provider, ...])


def read(content: bytes) -> tuple[Provider, ...]:
    """The providers in a file's content. Raises ValueError saying why it is none of the three."""
    try:
        if content[:1].strip() in (b"[", b"") and content.lstrip()[:1] == b"[":
            return genai.as_rows(_JSON.decode(content))
        return genai.as_rows(msgspec.convert(_listed(_data_of(content)), tuple[_Provider, ...], strict=False))
    except _READS as error:
        raise ValueError(f"it holds no prices of genai-prices: {error}") from error


def _data_of(content: bytes) -> str:
    """The text of the package's data module in an archive."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as wheel:
            if _DATA not in wheel.namelist():
                raise ValueError(f"it has no {_DATA}")
            about = wheel.getinfo(_DATA)
            return _limited(about.file_size, wheel.read(about) if about.file_size <= LARGEST_BYTE else b"")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        member = next(
            (found for found in archive if found.name.endswith(f"/{_DATA}") and found.isfile()), None
        )
        opened = archive.extractfile(member) if member and member.size <= LARGEST_BYTE else None
        if member is None or opened is None:
            raise ValueError(f"it has no {_DATA}")
        return _limited(member.size, opened.read())


def _limited(size: int, content: bytes) -> str:
    if size > LARGEST_BYTE:
        raise ValueError(f"its {_DATA} has {size:,} bytes")
    return content.decode("utf-8")


def _listed(text: str) -> Any:  # noqa: ANN401  plain values, checked by the Structs above
    """The list of providers that a data module assigns, as plain values."""
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.AnnAssign) and getattr(statement.target, "id", "") == _VARIABLE:
            return _plain(statement.value)
    raise ValueError(f"it assigns no {_VARIABLE}")


def _plain(node: ast.expr | None) -> Any:  # noqa: ANN401
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List):
        return [_plain(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        return {_plain(key): _plain(value) for key, value in zip(node.keys, node.values, strict=True)}
    if isinstance(node, ast.Call):
        return _called(ast.unparse(node.func), [_plain(given) for given in node.args], dict(_named(node)))
    raise ValueError(f"it holds {type(node).__name__}, which is no plain value")


def _called(name: str, given: list[Any], named: dict[str, Any]) -> Any:  # noqa: ANN401
    """What a call stands for: a day, a time or a number by its text, all else by its keywords."""
    if name == "datetime.date":
        return date(*given).isoformat()
    if name == "datetime.time":
        return f"{time(*given).isoformat()}Z"
    if name == "Decimal":
        return str(given[0])
    return named


def _named(node: ast.Call) -> Iterator[tuple[str, Any]]:
    for keyword in node.keywords:
        if keyword.arg is not None and keyword.arg != "tzinfo":
            yield keyword.arg.rstrip("_"), _plain(keyword.value)
