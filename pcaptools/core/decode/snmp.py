"""The Simple Network Management Protocol: versions 1 (RFC 1157), 2c (RFC 3416) and 3 (RFC 3412, 3414)."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from pcaptools.core.decode import ber
from pcaptools.core.decode.layer import Layer, Malformed, Next, text
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.secrets import secret

VERSIONS = {0: "1", 1: "2c", 3: "3"}
V3 = 3
GET_BULK, TRAP_V1 = 0xA5, 0xA4
PDUS = {
    0xA0: "get-request", 0xA1: "get-next-request", 0xA2: "get-response", 0xA3: "set-request", TRAP_V1: "trap",
    GET_BULK: "getBulkRequest", 0xA6: "informRequest", 0xA7: "snmpV2-trap", 0xA8: "report",
}  # fmt: skip
ERRORS = (
    "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
    "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
    "undoFailed", "authorizationError", "notWritable", "inconsistentName",
)  # fmt: skip
GENERIC_TRAPS = (
    "coldStart", "warmStart", "linkDown", "linkUp", "authenticationFailure", "egpNeighborLoss", "enterpriseSpecific",
)  # fmt: skip
SECURITY_MODELS = {1: "SNMPv1", 2: "SNMPv2c", 3: "USM", 4: "TSM"}
USM = 3
VALUES = {
    0x02: "Integer", 0x04: "OctetString", 0x05: "Null", 0x06: "ObjectIdentifier", 0x40: "IpAddress", 0x41: "Counter32",
    0x42: "Gauge32", 0x43: "TimeTicks", 0x44: "Opaque", 0x45: "NsapAddress", 0x46: "Counter64", 0x47: "Uinteger32",
    0x80: "noSuchObject", 0x81: "noSuchInstance", 0x82: "endOfMibView",
}  # fmt: skip
"""RFC 2578, 7.1, and what a value may be instead (RFC 3416, 3)."""

Fields = dict[str, Any]


class MessageFlags(NamedTuple):
    """What version 3 does with a message; flags are 0 or 1."""

    reportable: int
    encrypted: int
    authenticated: int


class SNMP(Layer):
    """A message. `data` of Wireshark is `pdu_type`; version 3 has a user instead of a community."""

    __slots__ = (
        "_community", "_trouble", "agent_addr", "boots", "context_engine_id", "context_name", "encrypted", "engine_id",
        "enterprise", "error_index", "error_status", "generic_trap", "max_repetitions", "msg_flags", "msg_id",
        "msg_max_size", "non_repeaters", "pdu_type", "request_id", "security_model", "specific_trap", "time",
        "time_stamp", "user_name", "variable_bindings", "version",
    )  # fmt: skip

    key = "snmp"
    sparse = True
    fields: ClassVar[tuple[str, ...]] = (
        "version", "version_name", "community", "msg_id", "msg_max_size", "msg_flags", "security_model",
        "security_model_name", "engine_id", "boots", "time", "user_name", "encrypted", "context_engine_id",
        "context_name", "pdu_type", "pdu_type_name", "request_id", "error_status", "error_status_name", "error_index",
        "non_repeaters", "max_repetitions", "enterprise", "agent_addr", "generic_trap", "generic_trap_name",
        "specific_trap", "time_stamp", "variable_bindings",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        for name in self.__slots__:
            setattr(self, name, None)
        self._trouble: Malformed | None
        self._community: str | None
        self.version: int
        self.pdu_type: int | None
        self.error_status: int | None
        self.generic_trap: int | None
        self.security_model: int | None
        self.variable_bindings: list[Fields] | None
        self.encrypted: int | None
        read = ber.expect(Reader.of(self, "SNMP"), ber.SEQUENCE, "SNMP message")
        self.version = ber.integer(ber.expect(read, ber.INTEGER, "SNMP version"))
        if self.version not in VERSIONS:
            raise Malformed(f"SNMP version {self.version}")
        try:
            if self.version == V3:
                self._read_v3(read)
            else:
                self._community = text(ber.expect(read, ber.OCTET_STRING, "SNMP community").rest())
                self._read_pdu(read)
        except Malformed as error:
            self._trouble = error

    def _read_v3(self, read: Reader) -> None:  # RFC 3412, 6
        head = ber.expect(read, ber.SEQUENCE, "SNMP header")
        self.msg_id = ber.integer(ber.expect(head, ber.INTEGER, "SNMP message id"))
        self.msg_max_size = ber.integer(ber.expect(head, ber.INTEGER, "SNMP size"))
        flags = ber.expect(head, ber.OCTET_STRING, "SNMP flags").u8()
        self.msg_flags = MessageFlags(flags >> 2 & 1, flags >> 1 & 1, flags & 1)
        self.security_model = ber.integer(ber.expect(head, ber.INTEGER, "SNMP security model"))
        security = ber.expect(read, ber.OCTET_STRING, "SNMP security parameters")
        if self.security_model == USM:
            self._read_usm(ber.expect(security, ber.SEQUENCE, "SNMP user"))
        if flags & 2:
            encrypted = ber.expect(read, ber.OCTET_STRING, "encrypted SNMP")
            self.encrypted = len(encrypted.take(encrypted.left))
            return
        scoped = ber.expect(read, ber.SEQUENCE, "scoped SNMP")
        self.context_engine_id = ber.expect(scoped, ber.OCTET_STRING, "SNMP context engine").rest()
        self.context_name = text(ber.expect(scoped, ber.OCTET_STRING, "SNMP context").rest())
        self._read_pdu(scoped)

    def _read_usm(self, read: Reader) -> None:  # RFC 3414, 2.4
        self.engine_id = ber.expect(read, ber.OCTET_STRING, "SNMP engine").rest()
        self.boots = ber.integer(ber.expect(read, ber.INTEGER, "SNMP engine boots"))
        self.time = ber.integer(ber.expect(read, ber.INTEGER, "SNMP engine time"))
        self.user_name = text(ber.expect(read, ber.OCTET_STRING, "SNMP user name").rest())

    def _read_pdu(self, read: Reader) -> None:
        begin = read.at
        kind, body = ber.element(read)
        if kind not in PDUS:
            raise Malformed(f"SNMP PDU with the BER tag {kind:#04x}", begin)
        self.pdu_type = kind
        if kind == TRAP_V1:
            self._read_trap(body)
        else:
            self.request_id = ber.integer(ber.expect(body, ber.INTEGER, "SNMP request id"))
            first = ber.integer(ber.expect(body, ber.INTEGER, "SNMP error status"))
            second = ber.integer(ber.expect(body, ber.INTEGER, "SNMP error index"))
            if kind == GET_BULK:
                self.non_repeaters, self.max_repetitions = first, second
            else:
                self.error_status, self.error_index = first, second
        self.variable_bindings = []
        bindings = ber.expect(body, ber.SEQUENCE, "SNMP variable bindings")
        while bindings:
            at = bindings.at
            try:
                self.variable_bindings.append(_binding(bindings))
            except Malformed as error:
                error.at = at
                raise

    def _read_trap(self, read: Reader) -> None:  # RFC 1157, 4.1.6
        self.enterprise = ber.object_id(ber.expect(read, ber.OBJECT_ID, "SNMP enterprise"))
        self.agent_addr = ber.expect(read, 0x40, "SNMP agent address").ipv4()
        self.generic_trap = ber.integer(ber.expect(read, ber.INTEGER, "SNMP generic trap"))
        self.specific_trap = ber.integer(ber.expect(read, ber.INTEGER, "SNMP specific trap"))
        self.time_stamp = ber.integer(ber.expect(read, 0x43, "SNMP time stamp"), signed=False)

    @property
    def version_name(self) -> str:
        """The version as people call it."""
        return VERSIONS[self.version]

    @property
    def community(self) -> str | None:
        """The community, which is a password: hidden unless secrets are shown."""
        return None if self._community is None else secret(self._community)

    @property
    def pdu_type_name(self) -> str | None:
        """What is asked for or told."""
        return None if self.pdu_type is None else PDUS[self.pdu_type]

    @property
    def error_status_name(self) -> str | None:
        """The name of the error."""
        return _named(self.error_status, ERRORS)

    @property
    def generic_trap_name(self) -> str | None:
        """What happened."""
        return _named(self.generic_trap, GENERIC_TRAPS)

    @property
    def security_model_name(self) -> str | None:
        """Who says that the sender is who it says."""
        return None if self.security_model is None else SECURITY_MODELS.get(self.security_model, "unknown")

    def next(self) -> Next | None:
        """Tell what could not be read."""
        if self._trouble is not None:
            raise self._trouble
        return None

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take what begins as a message of a version that there is, and fills the datagram."""
        if data[start : start + 1] != b"\x30":
            return False
        try:
            read = Reader(data, start, end, "SNMP")
            message = ber.expect(read, ber.SEQUENCE, "SNMP message")
            return not read and ber.integer(ber.expect(message, ber.INTEGER, "SNMP version")) in VERSIONS
        except Malformed:
            return False


def _binding(read: Reader) -> Fields:
    """Read a variable's name and value (RFC 3416, 3)."""
    pair = ber.expect(read, ber.SEQUENCE, "SNMP variable binding")
    name = ber.object_id(ber.expect(pair, ber.OBJECT_ID, "SNMP name"))
    tag, content = ber.element(pair)
    return {"name": name, "type": VALUES.get(tag, f"BER tag {tag:#04x}"), "value": _value(tag, content)}


def _value(tag: int, read: Reader) -> Any:
    kind = VALUES.get(tag)
    if kind == "Integer":
        return ber.integer(read)
    if kind in ("Counter32", "Gauge32", "TimeTicks", "Counter64", "Uinteger32"):
        return ber.integer(read, signed=False)
    if kind == "ObjectIdentifier":
        return ber.object_id(read)
    if kind == "IpAddress" and read.left == 4:
        return read.ipv4()
    data = read.take(read.left)
    if kind == "OctetString" and data.isascii() and data.decode().isprintable():
        return data.decode()
    return data or None


def _named(code: int | None, names: tuple[str, ...]) -> str | None:
    if code is None:
        return None
    return names[code] if 0 <= code < len(names) else "unknown"
