"""Transport Layer Security: the records in a segment (RFC 8446, 5; RFC 5246, 6.2) and what can be read in them.

A segment may begin in the middle of a record; then nothing is told of it. What is encrypted is told as such: by the
record's type, or, of handshake records and alerts, because no message looks so.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from pcaptools.core.decode import tls_names as names
from pcaptools.core.decode.layer import Cut, Layer, Malformed

if TYPE_CHECKING:
    from pcaptools.core.decode.tls_handshake import Message

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA, HEARTBEAT = range(20, 25)
TYPES = range(CHANGE_CIPHER_SPEC, HEARTBEAT + 1)
MAX_LENGTH = (1 << 14) + 2048
"""RFC 5246, 6.2.3. TLS 1.3 allows 256 bytes more than 2^14 instead of 2048 (RFC 8446, 5.2)."""
MAX_RECORDS = 1024
BEGINNINGS = frozenset(bytes((kind, 3, minor)) for kind in TYPES for minor in range(5))
"""Type and version, as a record begins; the version is 3.x in all of SSL 3.0 to TLS 1.3."""
_header = struct.Struct(">BHH").unpack_from
_make = tuple.__new__  # half of what Record() costs


class Record(NamedTuple):
    """A record's header, and where its content begins in the data."""

    type: int
    version: int
    length: int
    at: int


class TLS(Layer):
    """Records, and the handshake messages in them.

    `records` says of each what it is; `handshake` has the messages that are not encrypted, which may span records.
    """

    __slots__ = ("_pending", "_trouble", "headers", "readable")

    key = "tls"
    fields = ("records", "handshake")
    first_bytes = bytes(TYPES)

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.readable: dict[int, list[Message]] = {}
        """The handshake records that are not encrypted, by where their content begins: the messages of several in a
        row stand with the first of them."""
        self._trouble: Malformed | None = None
        self._pending: int | None = None
        """Where the record begins whose message goes on in the next segment."""
        self.headers: list[Record] = []
        if self._walk():
            self._read_handshake()

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Look at a record's header, and at the next one's type if it is there."""
        if data[start : start + 3] not in BEGINNINGS or len(data) < start + 5 or end < start + 5:
            return False
        length = data[start + 3] << 8 | data[start + 4]
        if not 0 < length <= MAX_LENGTH or (data[start] == CHANGE_CIPHER_SPEC and length != 1):
            return False
        following = start + 5 + length
        return following >= end or following >= len(data) or data[following] in TYPES

    def _walk(self) -> bool:
        """Find the records that begin here; tell whether there are handshake messages among them."""
        found, data, at, end = self.headers, self.data, self.start, self.end
        limit = min(end, len(data))
        handshake = False
        while at + 5 <= limit:
            kind, version, length = _header(data, at)
            if kind not in TYPES or version >> 8 != 3 or length > MAX_LENGTH:
                self._trouble = Malformed("no TLS record follows", at)
                return handshake
            if len(found) == MAX_RECORDS:
                self._trouble = Malformed(f"more than {MAX_RECORDS} TLS records", at)
                return handshake
            at += 5
            found.append(_make(Record, (kind, version, length, at)))
            handshake = handshake or kind == HANDSHAKE
            at += length
        if end > len(data):
            self._trouble = Cut(f"TLS cut short: {len(data) - self.start} of {end - self.start} bytes captured", limit)
        elif at < limit and data[at] == HANDSHAKE:
            self._pending = at  # the rest of its header is in the next segment
        return handshake

    def _read_handshake(self) -> None:
        """Read the messages in each run of handshake records."""
        changed = False
        for kind, records in groupby(self.headers, key=lambda record: record.type):
            if kind == HANDSHAKE:
                self._read_run(list(records), changed)
            changed = changed or kind == CHANGE_CIPHER_SPEC

    def _read_run(self, run: list[Record], changed: bool) -> None:
        """Read handshake records that follow each other: a message may span them. They may turn to encrypted ones."""
        from pcaptools.core.decode.tls_handshake import messages_in

        contents = [self._content(record) for record in run]
        total = sum(record.length for record in run)
        found, reached = messages_in(b"".join(contents), total, only_hellos=changed)
        ends = list(accumulate(map(len, contents)))
        clear = [record for record, end in zip(run, ends, strict=True) if end <= reached]
        if not clear:
            return
        whole = len(clear) == len(run)
        self.readable.update((record.at, []) for record in clear)
        self.readable[run[0].at] = [message for message in found if whole or message.at < ends[len(clear) - 1]]
        last = run[-1]
        goes_on = last.at + last.length > self.end or (found and not found[-1].whole)
        if whole and goes_on and self.end <= len(self.data):
            at = found[-1].at if found and not found[-1].whole else ends[-1]
            self._unfinished(last, run[bisect_right(ends, at) if at < ends[-1] else -1])

    def _unfinished(self, last: Record, begins: Record) -> None:
        """Tell of a message that is not whole, or a record, that it goes on in the next segment."""
        if last is self.headers[-1] and (last.at + last.length >= self.end or self._pending is not None):
            self._pending = begins.at - 5
        elif self._trouble is None:
            self._trouble = Malformed("TLS handshake message that does not go on in the next record", begins.at)

    def _content(self, record: Record) -> bytes:
        """Return what a record holds, as far as it is here."""
        return self.data[record.at : min(record.at + record.length, self.end)]

    @property
    def incomplete(self) -> bool:
        """A message goes on in the next segment; of encrypted records nobody needs the rest."""
        return self._pending is not None

    @property
    def pending(self) -> int:
        """Where the record begins whose message goes on."""
        return self.start if self._pending is None else self._pending

    def next(self) -> None:
        """Nothing that can be read follows; say what was wrong."""
        if self._trouble is not None:
            raise self._trouble

    @property
    def records(self) -> list[dict[str, Any]]:
        """Each record: type, version and length, and what an alert or a heartbeat says."""
        return [self._described(record) for record in self.headers]

    @property
    def messages(self) -> list[Message]:
        """The messages that could be read."""
        return [message for found in self.readable.values() for message in found]

    @property
    def handshake(self) -> list[dict[str, Any]]:
        """Everything that the messages say."""
        from pcaptools.core.decode.tls_handshake import fields_of

        return [fields_of(message) for message in self.messages]

    def encrypted(self, record: Record) -> bool:
        """Tell whether nobody can read a record."""
        if record.type == HANDSHAKE:
            return record.at not in self.readable
        if record.type == ALERT:
            return alert(self._content(record), record.length) is None
        if record.type == HEARTBEAT:
            return heartbeat(self._content(record), record.length) is None
        return record.type == APPLICATION_DATA

    def alert_of(self, record: Record) -> tuple[int, int] | None:
        """Return level and description of an alert that is not encrypted."""
        return alert(self._content(record), record.length)

    def heartbeat_of(self, record: Record) -> tuple[int, int] | None:
        """Return type and payload length of a heartbeat that is not encrypted."""
        return heartbeat(self._content(record), record.length)

    def _described(self, record: Record) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "content_type": record.type,
            "content_type_name": names.CONTENT_TYPES[record.type],
            "version": record.version,
            "version_name": names.version_name(record.version),
            "length": record.length,
        }
        if self.encrypted(record):
            fields["encrypted"] = True
        elif record.type == ALERT and (found := self.alert_of(record)) is not None:
            fields.update(level=found[0], level_name=names.name_of(names.ALERT_LEVELS, found[0], 2))
            fields.update(description=found[1], description_name=names.name_of(names.ALERTS, found[1], 2))
        elif record.type == HEARTBEAT and (found := self.heartbeat_of(record)) is not None:
            fields.update(type=found[0], type_name=names.name_of(names.HEARTBEATS, found[0], 2))
            fields["payload_length"] = found[1]
        return fields


def preload() -> None:
    """Import what only handshakes need: most runs that see TLS see none, and all of it takes 10 ms."""
    from pcaptools.core.decode import tls_ciphers, tls_handshake  # noqa: F401


def alert(content: bytes, length: int) -> tuple[int, int] | None:
    """Return level and description (RFC 8446, 6); None of an encrypted alert."""
    return (content[0], content[1]) if length == len(content) == 2 and content[0] in names.ALERT_LEVELS else None


def heartbeat(content: bytes, length: int) -> tuple[int, int] | None:
    """Return type and payload length (RFC 6520, 4); None of an encrypted one.

    The payload length may be a lie: one that is more than the record holds asks for what is not the sender's. Such a
    record is hardly longer than its header, and an encrypted one never that short.
    """
    if len(content) < 3 or content[0] not in names.HEARTBEATS:
        return None
    told = content[1] << 8 | content[2]
    return (content[0], told) if told + 3 <= length or length < 19 else None
