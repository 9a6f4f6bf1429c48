"""What takes more than one packet: messages over several segments (fragments are in test_fragments.py)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.build import Dialogue

from pcaptools.core.decode import tables
from pcaptools.core.decode.dissector import Dissector
from pcaptools.core.decode.layer import Cut, Layer, layer_keys
from pcaptools.core.decode.packet import Packet
from pcaptools.core.sources.base import RawPacket


class Sentence(Layer):
    """Text up to a full stop."""

    key = "sentence"

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:  # noqa: ARG003
        return data[start : start + 1].isupper()

    @property
    def incomplete(self) -> bool:
        return b"." not in self.data[self.start :]

    @property
    def words(self) -> bytes:
        return self.data[self.start : self.end]


@pytest.fixture(autouse=True)
def _sentences(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    contents = tables.Contents()
    monkeypatch.setattr(contents, "_decoders", [""])
    monkeypatch.setattr(contents, "_loaded", [Sentence])
    monkeypatch.setattr("pcaptools.core.decode.tcp.tcp_contents", contents)
    layer_keys.add("sentence")
    yield
    layer_keys.discard("sentence")


def dissect(dialogue: Dialogue, dissector: Dissector, snap: int = 9999) -> list[Packet]:
    frames = [(time, data) for time, _, data in dialogue.records]
    return [dissector.packet(RawPacket(data[:snap], 0, time, len(data[:snap]), len(data), 1)) for time, data in frames]


def words(packets: list[Packet]) -> list[bytes | None]:
    found = [packet.link.ip.tcp.sentence for packet in packets]
    return [sentence and sentence.words for sentence in found]


def test_the_segment_that_completes_a_message_carries_it() -> None:
    dissector = Dissector()
    dialogue = Dialogue(mss=4).open().send("c", b"One two. on", acked=False)
    assert words(dissect(dialogue, dissector)) == [None, None, None, b"One ", b"One two.", None]
    assert not dissector.begun


def test_whole_messages_before_the_one_that_goes_on_are_not_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Sentence, "pending", property(lambda self: self.start + self.data[self.start :].rfind(b".") + 1)
    )
    monkeypatch.setattr(Sentence, "incomplete", property(lambda self: not self.data.endswith(b".")))
    dialogue = Dialogue(mss=6).open().send("c", b"One. Two. Three.", acked=False)
    assert words(dissect(dialogue, Dissector()))[3:] == [b"One. T", b" Two. Th", b" Three."]


def test_both_directions_at_once() -> None:
    dialogue = Dialogue().open()
    dialogue.send("c", b"Ask", acked=False).send("s", b"Say", acked=False)
    dialogue.send("c", b"ed.", acked=False).send("s", b" it.", acked=False)
    assert words(dissect(dialogue, Dissector()))[3:] == [b"Ask", b"Say", b"Asked.", b"Say it."]


def test_a_segment_that_comes_again_does_not_disturb() -> None:
    dialogue = Dialogue().open().send("c", b"On", acked=False)
    dialogue.records.append(dialogue.records[-1])
    dialogue.send("c", b"e.", acked=False)
    assert words(dissect(dialogue, Dissector()))[3:] == [b"On", b"On", b"One."]


def test_a_lost_segment_ends_it() -> None:
    dialogue = Dialogue(mss=2).open().send("c", b"One two.", acked=False)
    del dialogue.records[4]
    assert words(dissect(dialogue, Dissector()))[3:] == [b"On", None, None]


def test_a_segment_that_was_cut_ends_it() -> None:
    dialogue = Dialogue().open().send("c", b"One", acked=False).send("c", b" two.", acked=False)
    assert words(dissect(dialogue, Dissector(), snap=56))[3:] == [b"On", None]


def test_bounds_are_told() -> None:
    dissector = Dissector(max_message=4, max_begun=1)
    dissect(Dialogue(mss=3).open().send("c", b"One two.", acked=False), dissector)
    for port in (1, 2):
        dissect(Dialogue(client=("10.0.0.1", port)).open().send("c", b"One", acked=False), dissector)
    assert dissector.dropped["the oldest message that was not whole yet"] == 1
    assert sum(dissector.dropped.values()) == 2
    assert len(dissector.begun) == 1


def test_quoted_packets_begin_nothing() -> None:
    class Quoting(Layer):
        key = "link"
        quotes = True

        def next(self):  # type: ignore[no-untyped-def]
            raise Cut("looked into what is quoted")

    quoting = Packet(RawPacket(b"", 0, 0, 0, 0, 1))
    quoting._link = Quoting(b"", 0, 0, 0)
    from pcaptools.core.decode.fragments import FragmentTable, carried

    assert list(carried(quoting, FragmentTable())) == [quoting._link]
    assert quoting._link._child is None
