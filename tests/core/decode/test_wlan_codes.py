"""The corpus has a capture for each of nearly a hundred codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode.wlan_codes import reason_name, status_name

CHECKS = rows("corpus:tcpdump/reason_code-4.pcap", {
    1: [
        ("link.wlan.management.reason_code", 4, "wlan.fixed.reason_code"),
        ("link.wlan.management.reason", "inactivity", "tcpdump", "Disassociated due to inactivity"),
    ],
}) + rows("corpus:tcpdump/reason_code-30.pcap", {
    1: [("link.wlan.management.reason", "service not authorized here", "tcpdump", "not authorized in this location")],
}) + rows("corpus:tcpdump/reason_code-57.pcap", {
    1: [("link.wlan.management.reason", "mesh confirm timeout", "tcpdump", "confirmTimer for the mesh peering")],
}) + rows("corpus:tcpdump/status_code-17.pcap", {
    1: [
        ("link.wlan.management.status_code", 17, "wlan.fixed.status_code"),
        ("link.wlan.management.algorithm", 0, "wlan.fixed.auth.alg"),
        ("link.wlan.management.transaction", 2, "wlan.fixed.auth_seq"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_the_others_read_it(row: Row) -> None:
    row.check()


@pytest.mark.parametrize(("kind", "field"), [("reason", "reason_code"), ("status", "status_code")])
def test_every_code_of_the_corpus(kind: str, field: str, corpus: Path) -> None:
    """The name of the file is the code in it; what the standard reserves has no name."""
    reserved = {"reason": {40, 41}, "status": {4, 8, 66, 70}}[kind]
    files = sorted((corpus / "tcpdump").glob(f"{kind}_code-*.pcap"))
    assert len(files) > 30
    for path in files:
        match = re.search(r"-(\d+)\.pcap", path.name)
        assert match
        body = packets(f"corpus:tcpdump/{path.name}")[0].link.wlan.management
        assert getattr(body, field) == int(match[1])
        assert (getattr(body, kind) == "unknown") == (int(match[1]) in reserved), path.name


def test_names() -> None:
    assert (reason_name(7), reason_name(9999)) == ("class 3 frame from an unassociated station", "unknown")
    assert (status_name(0), status_name(9999)) == ("success", "unknown")
