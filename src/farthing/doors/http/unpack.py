"""Compressed bodies: unpacked piece by piece, so that a bomb is noticed before it fills the memory."""

import zlib
from typing import Final

from farthing.doors.http.limits import MIB, Limits
from farthing.doors.http.refused import refused

GZIP, DEFLATE = "gzip", "deflate"
ENCODINGS: Final = (GZIP, DEFLATE)
_NAMES: Final = {"": "", "identity": "", "gzip": GZIP, "x-gzip": GZIP, "deflate": DEFLATE}
_PIECE: Final = MIB
_FREE: Final = MIB  # however well it is compressed, so much may come of it
_GZIP_BITS: Final = 31
_ZLIB_BITS: Final = 15


def encoding_of(header: str) -> str:
    """What Content-Encoding says, empty for none. Raises RefusedError for one that is not read."""
    found = _NAMES.get(header.strip().lower())
    if found is None:
        raise refused(
            415,
            "encoding",
            f"the content encoding {header[:40]!r} is not read",
            f"use one of {', '.join(ENCODINGS)}, or none",
            headers={"accept-encoding": ", ".join(ENCODINGS)},
        )
    return found


def unpacked(body: bytes, encoding: str, limits: Limits) -> bytes:
    """The body as it was before it was compressed. Raises RefusedError for one that is broken or a bomb."""
    if not encoding:
        return body
    most = min(limits.unpacked_byte, max(_FREE, len(body) * limits.unpacking_ratio))
    parts = bytearray()
    left = body
    try:
        while left:
            left = _member(left, encoding, parts, most)
    except zlib.error as error:
        raise _broken(encoding, str(error)) from None
    return bytes(parts)


def _member(body: bytes, encoding: str, parts: bytearray, most_byte: int) -> bytes:
    """Add what one stream unpacks to; what follows it comes back. Gzip may be several in a row."""
    stream = zlib.decompressobj(_GZIP_BITS if encoding == GZIP else _deflate_bits(body))
    pending = body
    while not stream.eof:
        piece = stream.decompress(pending, _PIECE)
        parts += piece
        if len(parts) > most_byte:
            what = f"the body unpacks to more than {most_byte:,} bytes"
            raise refused(413, "too-large", what, "send less at once")
        pending = stream.unconsumed_tail
        if not piece and not pending and not stream.eof:
            raise _broken(encoding, "it ends too early")
    rest = stream.unused_data
    if rest and encoding == DEFLATE:
        raise _broken(encoding, "something follows its end")
    return rest


def _deflate_bits(body: bytes) -> int:
    """Deflate has a header of two bytes; some clients leave it out."""
    has_header = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _ZLIB_BITS if has_header else -_ZLIB_BITS


def _broken(encoding: str, why: str) -> Exception:
    what = f"the body cannot be unpacked as {encoding}"
    return refused(400, "broken-encoding", what, "compress it again", why=why)
