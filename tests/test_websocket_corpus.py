"""WebSocket messages against the frames that tshark read from real captures (zeek.json), each difference accounted for.

A message is (src, dst, opcode): control frames are messages, continuations are not. A difference stands in KNOWN with
the frames it is about and the reason, and the test fails as well when an entry no longer differs.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from support.corpus import zeek_facts
from support.schema import validate_lines

from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._trace import HttpTrace
from pcaptools.core.errors import PcapToolsError
from pcaptools.core.sources.files import FileSource

Fact = tuple[str, str, int]
CODES = {"text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}
KNOWN: dict[str, tuple[Counter[Fact], Counter[Fact], str]] = {
    # file: (what only tshark has, what only pcaptools has, frames and reason)
    "http/basic-auth-with-extra-space.pcap": (
        Counter(),
        Counter(
            {
                ("127.0.0.1:52594", "127.0.0.1:35635", 2): 2,
                ("127.0.0.1:35635", "127.0.0.1:52594", 2): 2,
                ("127.0.0.1:40296", "127.0.0.1:35635", 2): 2,
                ("127.0.0.1:35635", "127.0.0.1:40296", 2): 2,
                ("127.0.0.1:40304", "127.0.0.1:35635", 2): 2,
                ("127.0.0.1:35635", "127.0.0.1:40304", 2): 2,
            }
        ),
        (
            "frames 1 to 36: an editor's WebSockets to its server (JSON such as $onFileEvent inside), joined in the "
            "middle; tshark reads no WebSocket whose upgrade it has not seen. Marked as guesses"
        ),
    ),
}


def ours(path: Path) -> tuple[Counter[Fact], Counter[Fact]]:
    """All messages, and those among them of sessions joined in the middle."""
    handler, text = HttpTrace(CaptureOptions(json=True)), ""
    with FileSource([path]) as source:
        try:
            for batch in source.batches():
                text += handler.handle(batch)
        except PcapToolsError:
            pass
    lines = [line for line in validate_lines(text + handler.finish()) if line["event"] == "websocket_message"]
    facts = [(line["src"], line["dst"], CODES[line["opcode"]]) for line in lines]
    return Counter(facts), Counter(fact for fact, line in zip(facts, lines, strict=True) if not line["number"])


def test_messages_agree_with_tshark(corpus: Path) -> None:
    same = different = 0
    surprises = {}
    for name, facts in zeek_facts(corpus).items():
        want: Counter[Fact] = Counter(
            (fact["src"], fact["dst"], fact["opcode"]) for fact in facts["websocket_frames"] if fact["opcode"]
        )
        got, guesses = ours(corpus / "zeek" / name)
        same += (want & got).total()
        different += ((want - got) + (got - want - guesses)).total()
        if (want - got, got - want) != KNOWN.get(name, (Counter(), Counter(), ""))[:2]:
            surprises[name] = (dict(want - got), dict(got - want))
    assert surprises == {}
    assert same / (same + different) >= 0.95
