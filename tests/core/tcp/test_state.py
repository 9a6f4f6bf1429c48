"""The state table against the diagram of RFC 9293, figure 5."""

from __future__ import annotations

import pytest

from pcaptools.core.tcp.state import EndpointState as S
from pcaptools.core.tcp.state import Kind, after, session_state


@pytest.mark.parametrize(
    ("src", "dst", "word"),
    [
        (S.SYN_SENT, S.SILENT, "SYN_SENT"),
        (S.SYN_SENT, S.SYN_SENT, "SYN_SENT"),
        (S.OPEN, S.SYN_ACK_SENT, "SYN_RCVD"),
        (S.SYN_SENT, S.SYN_ACK_SENT, "SYN_RCVD"),
        (S.OPEN, S.OPEN, "ESTAB"),
        (S.OPEN, S.SILENT, "ESTAB"),
        (S.FIN_SENT, S.OPEN, "FIN_WAIT"),
        (S.FIN_ACKED, S.OPEN, "FIN_WAIT"),
        (S.OPEN, S.FIN_SENT, "CLOSE_WAIT"),
        (S.OPEN, S.FIN_ACKED, "CLOSE_WAIT"),
        (S.FIN_SENT, S.FIN_ACKED, "LAST_ACK"),
        (S.FIN_SENT, S.FIN_SENT, "CLOSING"),
        (S.FIN_ACKED, S.FIN_SENT, "TIME_WAIT"),
        (S.FIN_ACKED, S.FIN_ACKED, "CLOSED"),
        (S.RESET, S.OPEN, "RESET"),
        (S.FIN_SENT, S.RESET, "RESET"),
    ],
)
def test_the_pair_has_the_word_that_src_would_say(src: S, dst: S, word: str) -> None:
    assert session_state(src, dst) == word


def test_a_reset_after_an_orderly_close_changes_nothing() -> None:
    assert after(S.FIN_ACKED, Kind.RST) is S.FIN_ACKED
    for state in (S.SILENT, S.SYN_SENT, S.SYN_ACK_SENT, S.OPEN, S.FIN_SENT):
        assert after(state, Kind.RST) is S.RESET


def test_what_is_in_no_row_changes_nothing() -> None:
    assert after(S.OPEN, Kind.SYN) is S.OPEN
    assert after(S.RESET, Kind.ACK) is S.RESET
