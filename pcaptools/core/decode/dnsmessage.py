"""The form of a DNS message, which NetBIOS names have, too (RFC 1035, 4.1; RFC 1002, 4.2)."""

from __future__ import annotations

import struct
from typing import Any

from pcaptools.core.decode.dnsname import Message
from pcaptools.core.decode.dnsrdata import Record
from pcaptools.core.decode.layer import Layer, Malformed, Next, header_bytes

HEADER, QUESTION, FIXED = struct.Struct(">HHHHHH"), struct.Struct(">HH"), struct.Struct(">HHIH")

Fields = dict[str, Any]
Sections = tuple[list[Record], list[Record], list[Record]]


class DNSMessage(Layer):
    """A header, questions, and three sections of records, which are found here and read by the classes of this."""

    __slots__ = ("_records", "_trouble", "behind", "message", "questions", "words")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self._read_message(start, end)

    def _read_message(self, start: int, end: int) -> None:
        self.words: tuple[int, ...] = HEADER.unpack(header_bytes(self, HEADER.size, "DNS header", start))
        self.message = Message(self.data, start, end)
        self.behind = start + HEADER.size
        """Where the message was read to."""
        self.questions: list[tuple[str, int, int]] = []
        """Name, type and class of each question."""
        self._records: Sections | None = None
        self._trouble: Malformed | None = None
        try:
            self._read_questions()
        except Malformed as error:
            error.at = self.behind
            self._trouble = error

    def _read_questions(self) -> None:
        message = self.message
        for _ in range(self.words[2]):
            name, at = message.name(self.behind)
            self.questions.append((name, *message.unpack(QUESTION, at)))
            self.behind = at + QUESTION.size

    @property
    def records(self) -> Sections:
        """Answer, authority, additional; read when asked for, since much of a zone transfer never is."""
        if self._records is None:
            self._records = ([], [], [])
            if self._trouble is None:
                try:
                    self._read_records(self._records)
                except Malformed as error:
                    error.at = self.behind
                    self._trouble = error
        return self._records

    def _read_records(self, sections: Sections) -> None:
        message = self.message
        for section, count in zip(sections, self.words[3:], strict=True):
            for _ in range(count):
                name, at = message.name(self.behind)
                rtype, rclass, ttl, size = message.unpack(FIXED, at)
                at += FIXED.size
                message.need(at, size)
                section.append(Record(name, rtype, rclass, ttl, at, size))
                self.behind = at + size

    @property
    def trouble(self) -> Malformed | None:
        """What is wrong with the first record that is not told."""
        self.records  # noqa: B018 (reading them is what finds it)
        return self._trouble

    @property
    def qr(self) -> int:
        """1 in a response."""
        return self.words[1] >> 15 if self.words else 0

    @property
    def opcode(self) -> int:
        """What is asked for."""
        return self.words[1] >> 11 & 15 if self.words else 0

    @property
    def answer(self) -> list[Fields]:
        """The answers, each as name, type, class, ttl and rdata."""
        return [self.record(record) for record in self.records[0]]

    @property
    def authority(self) -> list[Fields]:
        """The records of the authority section."""
        return [self.record(record) for record in self.records[1]]

    @property
    def additional(self) -> list[Fields]:
        """The additional records."""
        return [self.record(record) for record in self.records[2]]

    def record(self, record: Record) -> Fields:
        """Return a record as name, type, class, ttl and rdata."""
        raise NotImplementedError

    def next(self) -> Next | None:
        """Tell what is wrong with the records, or that there is something behind them."""
        if self.trouble is not None:
            raise self.trouble
        end = self.message.end
        return Next(None, self.behind, end, f"behind the {self.key.upper()} message") if self.behind < end else None
