"""The two answers of OTLP as protobuf: Export*ServiceResponse and google.rpc.Status.

The three responses of OTLP have the same fields under the same numbers, and Status has two that matter, so
that writing them takes less than the packages that would.
"""

_VARINT, _BYTES = 0, 2


def partial_success(rejected: int, message: str) -> bytes:
    """Export*ServiceResponse: `partial_success` (1) of rejected records (1) and a message (2), or nothing."""
    if not rejected and not message:
        return b""
    return _text(1, _number(1, rejected) + _text(2, message.encode()))


def status(code: int, message: str) -> bytes:
    """google.rpc.Status: `code` (1) and `message` (2)."""
    return _number(1, code) + _text(2, message.encode())


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value) if value else b""


def _text(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(value)) + value if value else b""


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*written, value))
