"""MQTT 3.1.1 and 5 (OASIS standards) and 3.1: the packets in a segment.

Limitations: which version a connection speaks only CONNECT says. Elsewhere the packet's form tells, where it can: a
PUBLISH has a topic in both, and what follows it, properties or already the message, is not told; the first byte behind
the number of a SUBACK or UNSUBACK, which 5 has for the length of its properties, is taken for one if it leads to codes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcaptools.core.decode.layer import Cut, Layer, Malformed, text
from pcaptools.core.decode.mqtt_names import CONNACK_3, PROPERTIES, REASONS, TYPES
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.secrets import secret

(
    CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK,
    PINGREQ, PINGRESP, DISCONNECT, AUTH,
) = range(1, 16)  # fmt: skip
BEGINNINGS = frozenset(
    {kind << 4 | (2 if kind in (PUBREL, SUBSCRIBE, UNSUBSCRIBE) else 0) for kind in range(1, 16) if kind != PUBLISH}
    | {PUBLISH << 4 | flags for flags in range(16) if flags >> 1 & 3 != 3}
)
"""First bytes with flags as the standard wants them (MQTT 5, 2.1.3)."""
CONNECTS = (
    b"\x00\x04MQTT\x04", b"\x00\x04MQTT\x05", b"\x00\x06MQIsdp\x03", b"\x00\x04MQTT\x84", b"\x00\x06MQIsdp\x83",
)  # fmt: skip
"""Name and version in a CONNECT; the highest bit is that of a bridge."""
LENGTHS = {
    CONNECT: (12, 1 << 20), CONNACK: (2, 4096), PUBLISH: (3, 1 << 28), PUBACK: (2, 4096), PUBREC: (2, 4096),
    PUBREL: (2, 4096), PUBCOMP: (2, 4096), SUBSCRIBE: (6, 1 << 20), SUBACK: (3, 4096), UNSUBSCRIBE: (5, 1 << 20),
    UNSUBACK: (2, 4096), PINGREQ: (0, 0), PINGRESP: (0, 0), DISCONNECT: (0, 4096), AUTH: (0, 4096),
}  # fmt: skip
"""The least and the most that a packet of a type can hold, generously."""
MAX_PACKETS, MAX_TOPICS, MAX_PROPERTIES = 256, 256, 256

Fields = dict[str, Any]


class MQTT(Layer):
    """The packets that begin in a segment."""

    __slots__ = ("_pending", "_trouble", "packets")

    key = "mqtt"
    fields = ("packets",)
    first_bytes = b"\x10"

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.packets: list[Fields] = []
        self._pending: int | None = None
        self._trouble: Malformed | None = None
        read = Reader.of(self, "MQTT")
        try:
            while read and self._packet(read):
                pass
        except Malformed as error:
            self._trouble = error

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:  # noqa: ARG003
        """Take a CONNECT, which says what it is."""
        size = _length_at(data, start + 1)
        return data[start] == CONNECT << 4 and size is not None and data.startswith(CONNECTS, start + 1 + size[1])

    @property
    def incomplete(self) -> bool:
        """A packet goes on in the next segment; a message need not be there whole."""
        return self._pending is not None

    @property
    def pending(self) -> int:
        """Where that packet begins."""
        return self.start if self._pending is None else self._pending

    def next(self) -> None:
        """Nothing follows; say what was wrong."""
        if self._trouble is not None:
            raise self._trouble

    def _packet(self, read: Reader) -> bool:
        """Read a packet; tell whether another may follow it."""
        if len(self.packets) == MAX_PACKETS:
            raise Malformed(f"more than {MAX_PACKETS} MQTT packets", read.at)
        at, size = read.at, _length_at(self.data, read.at + 1)
        if size is None:
            return self._goes_on(at)
        first = self.data[at]
        kind = first >> 4
        read.skip(1 + size[1])
        fields: Fields = {"type": kind, "type_name": TYPES[kind] or "reserved", "length": size[0]}
        self.packets.append(fields)
        if kind == PUBLISH:
            fields.update(dup=first >> 3 & 1, qos=first >> 1 & 3, retain=first & 1)
        here = min(size[0], read.left)
        part = Reader(self.data, read.at, read.at + here, f"MQTT {TYPES[kind]}")
        if kind in READERS and (here == size[0] or kind == PUBLISH):
            READERS[kind](part, fields)
        if here < size[0]:
            return kind != PUBLISH and self._goes_on(at)
        read.skip(here)
        return True

    def _goes_on(self, at: int) -> bool:
        if self.end > len(self.data):
            raise Cut(f"MQTT cut short: {len(self.data) - self.start} of {self.end - self.start} bytes captured", at)
        self._pending = at
        return False


class MQTTOnPort(MQTT):
    """What its own port has more: every other packet."""

    __slots__ = ()

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take packets that fill the segment, and have flags and lengths as they must be."""
        at, limit = start, min(end, len(data))
        for _ in range(MAX_PACKETS):
            size = _length_at(data, at + 1)
            if data[at] not in BEGINNINGS or size is None or not _plausible(data, at, *size, limit):
                return False
            at += 1 + size[1] + size[0]
            if at >= limit:
                return True
        return True


def _length_at(data: bytes, at: int) -> tuple[int, int] | None:
    """Return a number of variable length, and of how many bytes it is (MQTT 5, 1.5.5); None where there is none."""
    value = 0
    for n, byte in enumerate(data[at : at + 4]):
        value |= (byte & 0x7F) << 7 * n
        if not byte & 0x80:
            return value, n + 1
    return None


def _plausible(data: bytes, at: int, length: int, size: int, limit: int) -> bool:
    """Tell whether a packet at `at` may have this length; a CONNECT must name itself, a PUBLISH have a topic."""
    kind = data[at] >> 4
    least, most = LENGTHS[kind]
    if not least <= length <= most:
        return False
    at += 1 + size
    if kind == CONNECT:
        return data.startswith(CONNECTS, at)
    if kind in (CONNACK, PUBLISH) and at + 2 > limit:
        return False
    if kind == CONNACK:
        return data[at] <= 1
    if kind == PUBLISH:
        topic = data[at] << 8 | data[at + 1]
        name = data[at + 2 : at + 2 + topic]
        return topic + 2 <= length and not set(name) & NO_TOPIC and (topic > 0 or length > 4)
    return True


NO_TOPIC = frozenset((*range(32), 0x7F, ord("#"), ord("+")))
"""Control characters and wildcards (MQTT 5, 4.7.1 and 4.7.3)."""


def _string(read: Reader) -> str:
    return text(read.take(read.u16()))


def _number(read: Reader) -> int:
    found = _length_at(read.peek(4), 0)
    if found is None:
        raise Malformed(f"{read.what}: a length that does not end", read.at)
    read.skip(found[1])
    return found[0]


def _connect(read: Reader, fields: Fields) -> None:
    fields["protocol_name"] = _string(read)
    version = fields["version"] = read.u8()
    flags = read.u8()
    fields.update(
        username_flag=flags >> 7, password_flag=flags >> 6 & 1, will_retain=flags >> 5 & 1, will_qos=flags >> 3 & 3,
        will_flag=flags >> 2 & 1, clean_session=flags >> 1 & 1, keep_alive=read.u16(),
    )  # fmt: skip
    if version == 5:
        fields["properties"] = _properties(read)
    fields["client_id"] = _string(read)
    if fields["will_flag"]:
        if version == 5:
            fields["will_properties"] = _properties(read)
        fields["will_topic"] = _string(read)
        size = fields["will_message_length"] = read.u16()
        read.skip(size)
    if fields["username_flag"]:
        fields["username"] = _string(read)
    if fields["password_flag"]:
        fields["password"] = secret(_string(read))


def _connack(read: Reader, fields: Fields) -> None:
    fields["session_present"] = read.u8() & 1
    code = read.u8()
    _reason(code, fields, CONNACK_3 if not read else REASONS)
    if read:  # 3.1.1 has no more
        fields["properties"] = _properties(read)


def _publish(read: Reader, fields: Fields) -> None:
    fields["topic"] = _string(read)
    if fields["qos"]:
        fields["message_id"] = read.u16()


def _acknowledge(read: Reader, fields: Fields) -> None:
    fields["message_id"] = read.u16()
    if read:
        _reason(read.u8(), fields, REASONS)
    if read:
        fields["properties"] = _properties(read)


def _subscribe(read: Reader, fields: Fields) -> None:
    fields["message_id"] = read.u16()
    _properties_before_topics(read, fields)
    topics: list[Fields] = []
    fields["topics"] = topics
    while read:
        if len(topics) == MAX_TOPICS:
            raise Malformed(f"more than {MAX_TOPICS} topics", read.at)
        topic: Fields = {"topic": _string(read)}
        if fields["type"] == SUBSCRIBE:
            options = read.u8()
            topic.update(qos=options & 3)
            if "properties" in fields:  # MQTT 5, 3.8.3.1
                topic.update(
                    no_local=options >> 2 & 1, retain_as_published=options >> 3 & 1, retain_handling=options >> 4 & 3
                )
        topics.append(topic)


def _properties_before_topics(read: Reader, fields: Fields) -> None:
    """Read the properties of 5, if what is here would be no topic of 3.1.1: empty, or longer than the packet."""
    head = read.peek(2)
    size = int.from_bytes(head, "big")
    if len(head) == 2 and (size == 0 or size > read.left - 2 or head[0]):
        fields["properties"] = _properties(read)


def _codes(read: Reader, fields: Fields) -> None:
    """Read the codes of a SUBACK or UNSUBACK (MQTT 5, 3.9.3 and 3.11.3); 3.1.1 has none in the latter."""
    fields["message_id"] = read.u16()
    if not read:
        return
    head = read.peek(2)
    if len(head) == 2 and head[0] not in (1, 2, 0x80) and head[0] < read.left:
        fields["properties"] = _properties(read)
    codes = read.take(read.left)
    fields["reason_codes"] = list(codes)
    names = {**REASONS, 0: "granted_qos_0"} if fields["type"] == SUBACK else REASONS
    fields["reason_code_names"] = [names.get(code, "unknown") for code in codes]


def _leave(read: Reader, fields: Fields) -> None:
    """Read DISCONNECT and AUTH: in 3.1.1 the one is empty, and the other is not there."""
    if read:
        _reason(read.u8(), fields, REASONS)
    if read:
        fields["properties"] = _properties(read)


def _reason(code: int, fields: Fields, names: dict[int, str]) -> None:
    fields.update(reason_code=code, reason_code_name=names.get(code, "unknown"))


def _properties(read: Reader) -> Fields:
    """Read the properties of version 5; of one that stands there several times a list."""
    found: Fields = {}
    block = read.part(_number(read), f"{read.what} properties")
    for _ in range(MAX_PROPERTIES):
        if not block:
            return found
        number = _number(block)
        if number not in PROPERTIES:
            raise Malformed(f"{read.what}: property {number}", block.at)
        name, kind = PROPERTIES[number]
        value = _value(block, kind)
        found[name] = [*found.get(name, []), value] if kind in ("pair", "number") else value
    raise Malformed(f"more than {MAX_PROPERTIES} properties", block.at)


def _value(read: Reader, kind: str) -> Any:
    if kind in ("text", "pair"):
        return _string(read) if kind == "text" else [_string(read), _string(read)]
    if kind in ("bytes", "secret"):
        data = read.take(read.u16()).hex()
        return secret(data) if kind == "secret" else data
    return {"byte": read.u8, "two": read.u16, "four": read.u32}[kind]() if kind != "number" else _number(read)


READERS: dict[int, Callable[[Reader, Fields], None]] = {
    CONNECT: _connect, CONNACK: _connack, PUBLISH: _publish, PUBACK: _acknowledge, PUBREC: _acknowledge,
    PUBREL: _acknowledge, PUBCOMP: _acknowledge, SUBSCRIBE: _subscribe, UNSUBSCRIBE: _subscribe, SUBACK: _codes,
    UNSUBACK: _codes, DISCONNECT: _leave, AUTH: _leave,
}  # fmt: skip
