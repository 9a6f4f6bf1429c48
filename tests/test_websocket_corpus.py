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
}


def ours(path: Path) -> Counter[Fact]:
    handler, text = HttpTrace(CaptureOptions(json=True)), ""
    with FileSource([path]) as source:
        try:
            for batch in source.batches():
                text += handler.handle(batch)
        except PcapToolsError:
            pass
    return Counter(
        (line["src"], line["dst"], CODES[line["opcode"]])
        for line in validate_lines(text + handler.finish())
        if line["event"] == "websocket_message"
    )


def test_messages_agree_with_tshark(corpus: Path) -> None:
    same = different = 0
    surprises = {}
    for name, facts in zeek_facts(corpus).items():
        want = Counter((fact["src"], fact["dst"], fact["opcode"]) for fact in facts["websocket_frames"] if fact["opcode"])
        got = ours(corpus / "zeek" / name)
        same += (want & got).total()
        different += ((want - got) + (got - want)).total()
        if (want - got, got - want) != KNOWN.get(name, (Counter(), Counter(), ""))[:2]:
            surprises[name] = (dict(want - got), dict(got - want))
    assert surprises == {}
    assert same / (same + different) >= 0.95
