"""tcp-metrics against the conversations that tshark read from real captures (zeek.json), each difference accounted for.

A difference stands in KNOWN with the frames it is about and the reason, and the test fails as well when an entry no
longer differs. A conversation is the same when both ends sent the same payload in the same number of packets; which
of them is `src` is our own rule (of a lone SYN+ACK it is the receiver).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from support.corpus import zeek_facts
from support.schema import validate_lines

from pcaptools.commands._metrics import Metrics, View
from pcaptools.commands._options import CaptureOptions
from pcaptools.core.errors import PcapToolsError
from pcaptools.core.sources.files import FileSource

Conversation = tuple[tuple[tuple[str, int], ...], int]
"""(((end, payload), (end, payload)), packets)"""


def conversation(src: str, sent: int, dst: str, received: int, packets: int) -> Conversation:
    return tuple(sorted([(src, sent), (dst, received)])), packets


KNOWN: dict[str, tuple[Counter[Conversation], Counter[Conversation], str]] = {
    # file: (what only tshark has, what only pcaptools has, frames and reason)
    "tunnels/gre-aruba-amsdu.pcap": (
        Counter(),
        Counter({conversation("149.159.130.184:49392", 0, "157.240.18.16:443", 252, 2): 1}),
        "frame 1 is an A-MSDU of two packets; the facts have no conversation of a frame with two",
    ),
    "tunnels/teredo_bubble_with_payload.pcap": (
        Counter(),
        Counter(
            {
                conversation(
                    "[2001:0:4137:9e50:8000:f12a:b9c8:2815]:1286", 1675, "[2001:4860:0:2001::68]:80", 10467, 22
                ): 1
            }
        ),
        "tshark looks for Teredo on port 3544 only; client and relay speak on others",
    ),
}


def ours(path: Path) -> Counter[Conversation]:
    handler, text = Metrics(CaptureOptions(json=True), View()), ""
    with FileSource([path]) as source:
        try:
            for batch in source.batches():
                text += handler.handle(batch)
        except PcapToolsError:
            pass
    return Counter(
        conversation(
            line["src"], line["send_payload"], line["dst"], line["recv_payload"],
            line["send_packets"] + line["recv_packets"],
        )
        for line in validate_lines(text + handler.finish())
    )  # fmt: skip


def test_conversations_and_payload_agree_with_tshark(corpus: Path) -> None:
    same = different = 0
    surprises = {}
    for name, facts in zeek_facts(corpus).items():
        want = Counter(
            conversation(fact["src"], fact["send_payload"], fact["dst"], fact["recv_payload"], fact["packets"])
            for fact in facts["tcp"]
        )
        got = ours(corpus / "zeek" / name)
        same += (want & got).total()
        different += ((want - got) + (got - want)).total()
        if (want - got, got - want) != KNOWN.get(name, (Counter(), Counter(), ""))[:2]:
            surprises[name] = (dict(want - got), dict(got - want))
    assert surprises == {}
    assert same / (same + different) >= 0.97
