"""A WebSocket session joined in the middle: told by its bytes, when both directions read as frames.

A direction counts once all it said since some segment reads as whole frames, one behind the other, the client's masked
and the server's not, and texts are UTF-8. How sure that is, is counted in bits: those that other bytes would have had
to hit by chance.
"""

from __future__ import annotations

from pcaptools.core.events import Direction
from pcaptools.core.protocols.base import Data
from pcaptools.core.protocols.websocket.frames import CLOSE, RSV1, TEXT, Header, read_header, unmask
from pcaptools.core.protocols.websocket.messages import is_utf8
from pcaptools.core.protocols.websocket.resync import FIRST_BYTES, PACKED, walk

ENOUGH_BITS = 32
"""Of both directions together."""
ENOUGH_EACH = 12
MAX_WAITING = 64 * 1024
"""Bytes of a direction that wait for the other."""
MAX_REFUSED = 1000
"""Segments that were no frames, after which a session is not looked at any more."""
ENOUGH_ASKED = 12
"""Of the client alone, or twice of the server alone, where the client has asked for a WebSocket."""


class Guesser:
    """Collects what a session of an unknown protocol says, as long as it reads as frames."""

    __slots__ = ("_asked", "_bits", "_ends", "_refused", "_sizes", "_tails", "waiting")

    def __init__(self, client: Direction | None = None) -> None:
        """With `client` that side is known to have asked for a WebSocket: less is enough then."""
        self.waiting: dict[Direction, list[Data]] = {"send": [], "recv": []}
        """What reads as frames."""
        self._bits: dict[Direction, int] = {"send": 0, "recv": 0}
        """How sure that is."""
        self._tails: dict[Direction, bytes] = {"send": b"", "recv": b""}
        """The frame at the end that is not whole: those before it are not read again with each segment."""
        self._sizes: dict[Direction, int] = {"send": 0, "recv": 0}
        self._ends: dict[Direction, bool] = {"send": False, "recv": False}
        """It is masked."""
        self._asked = client
        if client is not None:
            self._ends[client] = True
        self._refused = 0

    @property
    def held(self) -> int:
        """Bytes that wait, of both directions."""
        return self._sizes["send"] + self._sizes["recv"]

    def look(self, direction: Direction, unit: Data) -> Direction | None:
        """Take a segment; return who is the server, once the session is a WebSocket. None: not yet, or not at all."""
        waiting = self.waiting[direction]
        data = unit.data
        if self._refused > MAX_REFUSED or (not waiting and data[0] not in FIRST_BYTES and data[0] not in PACKED):
            self._refused += 1
            return None
        if self._asked is None and not waiting and len(data) > 1:
            self._ends[direction] = data[1] >= 0x80
        rest = self._tails[direction] + data
        found = whole_frames(rest, masked=self._ends[direction])
        self._sizes[direction] += len(data)
        if found is None or self._sizes[direction] > MAX_WAITING:
            self._refused += 1
            self.forget(direction)
            return self.look(direction, unit) if waiting and found is None else None
        waiting.append(unit)
        if len(waiting) > 64:
            waiting[:] = [Data(b"".join(part.data for part in waiting), unit.time)]
        bits, end = found
        self._bits[direction] += bits
        self._tails[direction] = rest[end:]
        return self._server()

    def forget(self, direction: Direction) -> None:
        """Begin anew: the bytes were no frames, or some are missing."""
        self.waiting[direction] = []
        self._tails[direction] = b""
        self._bits[direction] = self._sizes[direction] = 0

    def _server(self) -> Direction | None:
        if any(self._tails.values()):
            return None
        send, recv = self._bits["send"], self._bits["recv"]
        if self._asked is not None:
            client, server = (send, recv) if self._asked == "send" else (recv, send)
            enough = client >= ENOUGH_ASKED or server >= 2 * ENOUGH_ASKED
            return _other(self._asked) if enough else None
        if min(send, recv) < ENOUGH_EACH or send + recv < ENOUGH_BITS or self._ends["send"] == self._ends["recv"]:
            return None
        return "recv" if self._ends["send"] else "send"


def _other(direction: Direction) -> Direction:
    return "recv" if direction == "send" else "send"


def evidence(data: bytes, *, masked: bool) -> int | None:
    """Return how many bits speak for frames; 0 while the last one is not whole, None when they are none."""
    found = whole_frames(data, masked=masked)
    if found is None:
        return None
    bits, end = found
    return bits if end == len(data) else 0


def whole_frames(data: bytes, *, masked: bool) -> tuple[int, int] | None:
    """Return how many bits the whole frames count, and where the last of them ends; None when they are none."""
    found = walk(data, 0, masked=masked, deflate=True)
    if not found.credible:
        return None
    bits, at = 0, 0
    for _ in range(found.whole):
        header = read_header(data, at)
        assert header is not None
        at += header.size
        more = _frame_bits(header, data[at : at + min(header.length, 64)])
        if more is None:
            return None
        bits += more
        at += header.length
    return bits, at


def _frame_bits(header: Header, payload: bytes) -> int | None:
    """Return how many bits one whole frame counts: its first byte and mask bit, its length, and what it says."""
    bits = 5 + (7 if header.length < 126 else 16)
    if header.key:
        payload = unmask(payload, header.key)
    if header.first & RSV1 or header.opcode not in (TEXT, CLOSE):
        return bits
    if header.opcode == CLOSE:
        if not payload:
            return bits
        return (
            bits + 6
            if 1000 <= int.from_bytes(payload[:2], "big") < 5000 and is_utf8(payload[2:], whole=False)
            else None
        )
    if not is_utf8(payload, whole=header.fin and len(payload) == header.length):
        return None
    return bits + min(len(payload), 16)
