"""The tracker, segment by segment: what goes in, and exactly what must come out."""

from __future__ import annotations

import pytest
from support.build import ACK, CLIENT, FIN, PSH, RST, SERVER, START, SYN, Dialogue, tcp_frame
from support.tap import Tapped

from pcaptools.core.events import TcpGap, TcpRetransmit
from pcaptools.core.sources.base import Batch, RawPacket, Record
from pcaptools.core.tcp.session import Session
from pcaptools.core.tcp.state import EndpointState
from pcaptools.core.tcp.tracker import TCPTracker


def opened() -> Dialogue:
    return Dialogue().open()


def test_a_session_from_handshake_to_close() -> None:
    talk = opened().send("c", b"hello").send("s", b"world").close()
    tapped = Tapped()
    tap = tapped.run(talk.records)
    assert tap.units == [("send", b"hello"), ("recv", b"world"), ("send", "fin"), ("recv", "fin")]
    assert tapped.names() == ["tcp_start", "tcp_end"]
    assert tap.session.state == "CLOSED"


@pytest.mark.parametrize(
    ("offsets", "stream", "kinds"),
    [
        # (offset, length) of segments of b"0123456789…" sent by the client; what is delivered; what is reported
        ([(0, 10), (0, 10)], [b"0123456789"], ["full"]),
        ([(0, 10), (2, 4)], [b"0123456789"], ["full"]),
        ([(0, 6), (4, 6)], [b"0123456789"], ["partial"]),
        ([(4, 6), (0, 4)], [b"0123456789"], []),
        ([(4, 6), (0, 10)], [b"0123456789"], ["partial"]),
        ([(4, 2), (8, 2), (0, 10)], [b"0123456789"], ["partial"]),
        ([(4, 2), (4, 2), (0, 4)], [b"012345"], ["full"]),
        ([(8, 2), (6, 2), (4, 2), (2, 2), (0, 2)], [b"0123456789"], []),
        ([(0, 4), (3, 1), (4, 2)], [b"012345"], ["keep_alive"]),
        ([(0, 2), (4, 2)], [b"01", 2, b"45"], []),
    ],
)
def test_bytes_are_delivered_in_order_and_once(
    offsets: list[tuple[int, int]], stream: list[bytes | int], kinds: list[str]
) -> None:
    text, talk = b"0123456789", opened()
    for offset, length in offsets:
        talk.now += 10_000_000
        talk.raw("c", ACK | PSH, text[offset : offset + length], seq=1001 + offset)
    tapped = Tapped()
    tap = tapped.run(talk.records)
    assert tap.stream("send") == stream
    assert [event.kind for event in tapped.events if isinstance(event, TcpRetransmit)] == kinds


def test_first_seen_bytes_win_and_others_are_reported() -> None:
    talk = opened().send("c", b"GET /good").raw("c", ACK, b"GET /evil", seq=1001)
    talk.raw("c", ACK, b"tail", seq=1014).raw("c", ACK, b"TAIL", seq=1014).raw("c", ACK, b"evil more", seq=1006)
    tapped = Tapped()
    tap = tapped.run(talk.records)
    assert [event.kind for event in tapped.events if isinstance(event, TcpRetransmit)] == ["conflict"] * 3
    # offsets: "GET /good" is 0-9; the last segment brings 9-14, of which "tail" (13-17) had the last byte
    assert tap.stream("send") == [b"GET /good" + b" mor" + b"tail"]


def test_sequence_numbers_wrap() -> None:
    talk = Dialogue(client_isn=0xFFFFFFFA, mss=3).open().send("c", bytes(range(30)))
    talk.records[4], talk.records[6] = talk.records[6], talk.records[4]
    tap = Tapped().run(talk.records)
    assert tap.stream("send") == [bytes(range(30))]


def test_a_hole_that_was_acknowledged_is_a_gap_after_some_patience() -> None:
    talk = opened().raw("c", ACK, b"abc").raw("c", ACK, b"ghi", seq=1007).raw("s", ACK, ack=1010)
    tapped = Tapped()
    tap = tapped.run(talk.records, finish=False)
    assert tap.stream("send") == [b"abc"]
    talk.now += 300_000_000
    talk.seq["s"] = 5001
    later = talk.raw("s", ACK, ack=1010).records[-1:]
    tapped.run(later, finish=False)
    assert tap.stream("send") == [b"abc", 3, b"ghi"]
    (gap,) = [event for event in tapped.events if isinstance(event, TcpGap)]
    assert (gap.direction, gap.length) == ("send", 3)


def test_bytes_that_come_after_their_gap_are_reported_late() -> None:
    talk = opened().raw("c", ACK, b"ghi", seq=1007).raw("s", ACK, ack=1010)
    talk.now += 300_000_000
    talk.raw("s", ACK, ack=1010).raw("c", ACK, b"bcd", seq=1002)
    tapped = Tapped()
    tap = tapped.run(talk.records)
    assert tap.stream("send") == [6, b"ghi"]
    assert "tcp_retransmit:late" in tapped.names()


def test_a_hole_that_nobody_acknowledged_waits_for_the_end() -> None:
    talk = opened().raw("c", ACK, b"def", seq=1004)
    for _ in range(100):
        talk.now += 10_000_000_000
        talk.raw("s", ACK, ack=1001)
    tapped = Tapped()
    tap = tapped.run(talk.records, finish=False)
    assert tap.stream("send") == []
    tapped.events += tapped.tracker.finish()
    assert tap.stream("send") == [3, b"def"]


def test_the_bound_on_held_bytes_skips_the_hole_and_says_so() -> None:
    talk = opened()
    for number in range(20):
        talk.raw("c", ACK, bytes([number]) * 1000, seq=1101 + 1000 * number)
    tapped = Tapped(max_held=10_000)
    tap = tapped.run(talk.records, finish=False)
    assert tap.stream("send")[0] == 100
    assert tap.stream("send")[1] == b"".join(bytes([number]) * 1000 for number in range(20))
    assert tapped.tracker.bounds_hit == {
        "skipped a hole, because too many bytes behind it were held in one direction": 1
    }


def test_a_segment_cut_by_the_snap_length_is_followed_by_a_gap() -> None:
    talk = opened().raw("c", ACK, b"0123456789")
    time, wire_len, data = talk.records[-1]
    talk.records[-1] = (time, wire_len, data[:-4])
    talk.seq["c"] += 10
    talk.send("c", b"next")
    assert Tapped().run(talk.records).stream("send") == [b"012345", 4, b"next"]


def test_an_acknowledged_tail_that_was_never_seen_is_a_gap_at_the_end() -> None:
    talk = opened().send("c", b"abc").raw("s", ACK, ack=1104)
    assert Tapped().run(talk.records).stream("send") == [b"abc", 100]


def test_an_uncaptured_fin_is_no_gap() -> None:
    talk = opened().send("c", b"abc").raw("s", ACK, ack=1005)
    tapped = Tapped()
    assert tapped.run(talk.records).stream("send") == [b"abc"]
    assert "tcp_gap" not in tapped.names()


def test_a_lost_byte_is_a_gap_when_others_follow() -> None:
    talk = opened().send("c", b"hello")
    talk.seq["c"] += 1
    talk.raw("s", ACK)
    talk.now += 300_000_000
    talk.raw("s", ACK).send("c", b"world").send("c", b"more").send("s", b"answer")
    tapped = Tapped()
    tap = tapped.run(talk.records)
    assert tap.stream("send") == [b"hello", 1, b"worldmore"]
    assert tap.stream("recv") == [b"answer"]


def test_joining_at_a_keep_alive_probe_loses_nothing() -> None:
    talk = Dialogue().raw("c", ACK, seq=999).raw("s", ACK, ack=1000)
    talk.now += 15 * 10**9
    talk.raw("c", ACK, seq=999).raw("s", ACK, ack=1000)
    tapped = Tapped()
    tap = tapped.run(talk.send("c", b"one").send("s", b"two").send("c", b"three").records)
    assert (tap.stream("send"), tap.stream("recv")) == ([b"onethree"], [b"two"])
    assert "tcp_gap" not in tapped.names()


def test_pieces_that_wait_for_each_other_are_delivered_after_some_patience() -> None:
    talk = opened()
    first = talk.seq["c"]
    talk.seq["c"] += 8  # the request is lost by the capture …
    talk.send("s", b"RESPONSE", acked=False)
    talk.raw("c", ACK, b"QUESTION", seq=first)  # … and sent again, acknowledging its own answer
    for _ in range(3):
        talk.now += 300_000_000
        talk.raw("c", ACK).raw("s", ACK)
    tap = Tapped().run(talk.records, finish=False)
    assert (tap.stream("send"), tap.stream("recv")) == ([b"QUESTION"], [b"RESPONSE"])


@pytest.mark.parametrize("outage", [1_200_000_000, 2_500_000_000])
def test_after_an_outage_of_a_gigabyte_the_stream_goes_on_behind_a_gap_of_unknown_length(outage: int) -> None:
    talk = opened().send("s", b"before")
    talk.seq["s"] += outage
    talk.seq["s"] &= 0xFFFFFFFF
    talk.send("s", b"lost").send("s", b"behind").send("s", b" it")
    tapped = Tapped()
    tap = tapped.run(talk.records)
    assert [event.length for event in tapped.events if isinstance(event, TcpGap)] == [None]
    assert tap.stream("recv")[-1] == b"behind it"


def test_a_syn_ack_of_a_new_session_whose_syn_was_lost() -> None:
    old = opened().send("c", b"old").send("s", b"oldr")
    new = (
        Dialogue(client_isn=77_000_000, server_isn=88_000_000, now=old.now + 10**9)
        .open()
        .send("c", b"new")
        .send("s", b"newr")
    )
    tapped = Tapped()
    tapped.run(old.records + new.records[1:])
    assert [(tap.stream("send"), tap.stream("recv")) for tap in tapped.taps] == [
        ([b"old"], [b"oldr"]),
        ([b"new"], [b"newr"]),
    ]


def test_bytes_lost_before_a_fin_are_a_gap() -> None:
    talk = opened().send("c", b"hello")
    talk.seq["c"] += 100
    talk.raw("c", FIN | ACK)
    tap = Tapped().run(talk.records)
    assert tap.units[:3] == [("send", b"hello"), ("send", 100), ("send", "fin")]


def test_padding_is_no_payload_when_bytes_are_compared() -> None:
    talk = opened().raw("c", ACK, b"a").raw("c", ACK, b"bcdefgh", seq=1002)
    talk.now += 10**9
    talk.raw("c", ACK, b"abcdefgh")
    padded = [(time, 60, data.ljust(60, b"\x55")) for time, _, data in talk.records]
    tapped = Tapped()
    assert tapped.run(padded).stream("send") == [b"abcdefgh"]
    assert "tcp_retransmit:full" in tapped.names()


def test_a_keep_alive_probe_may_carry_any_byte() -> None:
    talk = opened().send("c", b"hello").raw("c", ACK, b"\0", seq=1005)
    tapped = Tapped()
    tapped.run(talk.records)
    assert "tcp_retransmit:keep_alive" in tapped.names()


def test_a_reset_far_away_before_any_data_is_ignored() -> None:
    talk = opened().raw("s", RST, seq=3_000_000_000).send("c", b"data")
    tapped = Tapped()
    assert tapped.run(talk.records).stream("send") == [b"data"]
    assert "tcp_reset" not in tapped.names()


def test_only_one_side_captured_makes_no_gaps() -> None:
    talk = opened()
    for number in range(200):
        talk.raw("c", ACK, b"x" * 10, ack=5001 + 1000 * number)
        talk.seq["c"] += 10
        talk.now += 50_000_000
    records = [record for record in talk.records if record[2][26:30] == bytes([10, 0, 0, 1])]
    tapped = Tapped()
    assert tapped.run(records).stream("send") == [b"x" * 2000]
    assert "tcp_gap" not in tapped.names()


def test_a_response_waits_for_the_request_that_it_acknowledges() -> None:
    talk = opened().send("c", b"question", acked=False).send("s", b"answer")
    records = talk.records
    question = records.pop(3)
    records.insert(4, question)
    tap = Tapped().run(records)
    assert tap.units[:2] == [("send", b"question"), ("recv", b"answer")]


def test_a_session_already_running_is_picked_up_from_either_side() -> None:
    talk = Dialogue().raw("s", ACK, b"middle")
    talk.seq["s"] += 6
    talk.send("c", b"next").send("s", b"more")
    tapped = Tapped()
    tap = tapped.run(talk.records)
    assert tap.session.src == "10.0.0.2:80"
    assert tap.stream("send") == [b"middlemore"]
    assert tap.stream("recv") == [b"next"]
    assert tapped.names() == ["tcp_start"]
    assert tap.session.midway


def test_data_in_syn_and_fin_segments() -> None:
    talk = Dialogue().raw("c", SYN, b"early", ack=0)
    talk.seq["c"] += 6
    talk.raw("s", SYN | ACK)
    talk.seq["s"] += 1
    talk.raw("c", ACK).send("s", b"reply").raw("c", FIN | ACK, b"last")
    talk.seq["c"] += 5
    talk.raw("s", FIN | ACK)
    talk.seq["s"] += 1
    talk.raw("c", ACK)
    tap = Tapped().run(talk.records)
    assert tap.stream("send") == [b"earlylast"]
    assert tap.stream("recv") == [b"reply"]
    assert tap.session.state == "CLOSED"


def test_fast_open_data_that_the_server_did_not_take_is_delivered_once() -> None:
    talk = Dialogue().raw("c", SYN, b"early", ack=0)
    talk.seq["c"] += 1
    talk.raw("s", SYN | ACK)
    talk.seq["s"] += 1
    talk.now += 10_000_000
    talk.raw("c", ACK, b"early")
    tapped = Tapped()
    assert tapped.run(talk.records).stream("send") == [b"early"]
    assert "tcp_retransmit:full" in tapped.names()


def test_half_close_lets_the_other_side_go_on() -> None:
    talk = opened().send("c", b"all").raw("c", FIN | ACK)
    talk.seq["c"] += 1
    talk.raw("s", ACK).send("s", b"still here")
    tapped = Tapped()
    tap = tapped.run(talk.records, finish=False)
    assert tap.units == [("send", b"all"), ("send", "fin"), ("recv", b"still here")]
    assert tap.session.state == "FIN_WAIT"


def test_simultaneous_open_and_close() -> None:
    talk = Dialogue().raw("c", SYN, ack=0).raw("s", SYN, ack=0)
    talk.seq["c"] += 1
    talk.seq["s"] += 1
    talk.raw("c", SYN | ACK, seq=1000).raw("s", SYN | ACK, seq=5000)
    talk.send("c", b"x").send("s", b"y")
    talk.raw("c", FIN | ACK).raw("s", FIN | ACK)
    tapped = Tapped()
    tap = tapped.run(talk.records, finish=False)
    assert tap.session.recv.state is EndpointState.FIN_SENT
    assert str(tap.session.state) == "CLOSING"
    talk.seq["c"] += 1
    talk.seq["s"] += 1
    tapped.run(talk.raw("c", ACK).raw("s", ACK).records[-2:], finish=False)
    assert str(tap.session.state) == "CLOSED"
    assert tapped.names() == ["tcp_start", "tcp_end"]
    assert (tap.stream("send"), tap.stream("recv")) == ([b"x"], [b"y"])


@pytest.mark.parametrize("side", ["c", "s"])
@pytest.mark.parametrize("state", ["SYN_SENT", "ESTAB", "FIN_WAIT"])
def test_a_reset_ends_a_session_in_any_state(side: str, state: str) -> None:
    talk = Dialogue()
    if state == "SYN_SENT":
        talk.raw("c", SYN, ack=0)
        talk.seq["c"] += 1
    else:
        talk.open()
    if state == "FIN_WAIT":
        talk.raw("c", FIN | ACK)
        talk.seq["c"] += 1
    seq = 0 if state == "SYN_SENT" and side == "s" else None
    talk.raw(side, RST | ACK, seq=seq)  # type: ignore[arg-type]
    tapped = Tapped()
    tap = tapped.run(talk.records, finish=False)
    assert tap.session.state == "RESET"
    assert tapped.names()[-1] == "tcp_reset"
    assert tapped.events[-1].direction == ("send" if side == "c" else "recv")


def test_a_blind_reset_far_outside_the_window_is_ignored() -> None:
    talk = opened().send("c", b"x").raw("s", RST, seq=5001 + (1 << 31) - 1).raw("c", RST, seq=1002 - (1 << 25))
    talk.send("c", b"y")
    tapped = Tapped()
    assert tapped.run(talk.records).stream("send") == [b"xy"]
    assert tapped.tracker.bounds_hit["ignored resets outside the window"] == 2


def test_a_syn_retry_and_a_copy_of_a_syn() -> None:
    talk = Dialogue().raw("c", SYN, ack=0)
    time, wire_len, data = talk.records[0]
    talk.records.append((time + 1000, wire_len, data))
    talk.now += 1_000_000_000
    talk.raw("c", SYN, ack=0)
    tapped = Tapped()
    tapped.run(talk.records)
    assert tapped.names() == ["tcp_syn_retry"]


def test_copies_of_segments_are_not_retransmissions() -> None:
    talk = opened().send("c", b"abc").send("s", b"def").close()
    doubled: list[Record] = []
    for time, wire_len, data in talk.records:
        doubled += [(time, wire_len, data), (time + 20_000, wire_len, data)]
    tapped = Tapped()
    tap = tapped.run(doubled)
    assert (tap.stream("send"), tap.stream("recv")) == ([b"abc"], [b"def"])
    assert tapped.names() == ["tcp_start", "tcp_end"]
    (copies,) = tapped.tracker.notices().items()
    assert copies == ("passed over a copy of a segment seen before (a bridge, a mirror port, any)", 4)


def test_reused_ports_are_a_new_session() -> None:
    first = opened().send("c", b"one").close()
    second = Dialogue(client_isn=90_000, server_isn=70_000, now=first.now + 10**9).open().send("c", b"two")
    stale = Dialogue(client_isn=40_000_000, server_isn=7, now=second.now + 10**9).open().send("c", b"three")
    tapped = Tapped()
    tapped.run(first.records + second.records + stale.records)
    assert [tap.stream("send") for tap in tapped.taps] == [[b"one"], [b"two"], [b"three"]]
    assert tapped.taps[1].units[-1] == ("recv", "replaced")
    assert len({tap.session.id for tap in tapped.taps}) == 3


def test_ports_reused_without_a_captured_handshake_are_a_new_session() -> None:
    first = opened().send("c", b"one").close()
    second = (
        Dialogue(client_isn=90_000_000, server_isn=70_000_000, now=first.now + 10**9).send("c", b"two").send("s", b"2")
    )
    answered = Dialogue(client_isn=5, server_isn=9, now=second.now + 10**9).raw("s", SYN | ACK)
    tapped = Tapped()
    tapped.run(first.records + second.records + second.close().records[-4:] + answered.records)
    assert [tap.stream("send") for tap in tapped.taps[:2]] == [[b"one"], [b"two"]]
    assert tapped.taps[1].stream("recv") == [b"2"]
    assert len(tapped.taps) == 3


def test_late_segments_count_to_the_closed_session() -> None:
    talk = opened().send("c", b"one").close()
    talk.now += 30_000_000_000
    talk.raw("c", ACK, b"one", seq=1001).raw("s", ACK)
    tapped = Tapped()
    tapped.run(talk.records)
    assert len(tapped.taps) == 1


def test_idle_sessions_time_out_by_the_packets_clock() -> None:
    talk = opened().send("c", b"one")
    talk.now += 7300 * 10**9
    other = Dialogue(client=("10.0.0.9", 4), now=talk.now).open()
    tapped = Tapped()
    tap = tapped.run(talk.records + other.records, finish=False)
    assert tap.units[-1] == ("recv", "timeout")


def test_a_forged_sequence_number_far_ahead_holds_nothing() -> None:
    talk = opened().raw("c", ACK, b"x" * 100, seq=1001 + (1 << 30) + 1).send("c", b"abc")
    tapped = Tapped()
    assert tapped.run(talk.records).stream("send") == [b"abc"]
    assert tapped.tracker.bounds_hit


def test_data_after_a_fin_is_ignored_and_reported() -> None:
    talk = opened().raw("c", FIN | ACK, b"end")
    talk.raw("c", ACK, b"extra", seq=1004)
    tapped = Tapped()
    assert tapped.run(talk.records).stream("send") == [b"end"]
    talk = opened().raw("c", ACK, b"far", seq=1020).raw("c", FIN | ACK, b"end")
    assert Tapped().run(talk.records).stream("send") == [b"end"]


def test_a_host_connected_to_itself_on_one_port() -> None:
    talk = Dialogue(client=CLIENT, server=CLIENT, client_isn=100, server_isn=100)
    talk.raw("c", SYN, ack=0).raw("c", SYN | ACK, ack=101)
    Tapped().run(talk.records)


def test_sessions_beyond_the_bound_are_reported() -> None:
    records = [(START + n, 60, tcp_frame((f"10.1.{n >> 8}.{n & 255}", 1), SERVER, 1, 0, SYN)) for n in range(40)]
    tapped = Tapped(max_sessions=16)
    tapped.run(records)
    assert tapped.tracker.session_count == 40
    assert sum(tapped.tracker.bounds_hit.values()) == 24


def test_packets_without_tcp_are_counted_and_never_raise() -> None:
    tapped = Tapped()
    arp = b"\xff" * 12 + b"\x08\x06" + bytes(28)
    tapped.tracker.track_batch(Batch(1, [(0, 42, arp), (0, 0, b""), (0, 3, b"abc")]))
    assert tapped.tracker.not_tcp == 3


def test_track_packet_takes_a_decoded_packet() -> None:
    from pcaptools.core.decode import packet

    tracker = TCPTracker()
    names = []
    for record in opened().records:
        names += [event.name for event in tracker.track_packet(packet(RawPacket.of(record, 1)))]
    assert names == ["tcp_start"]
    assert isinstance(tracker.open_sessions()[0], Session)


def test_a_reset_that_does_not_answer_the_syn_is_ignored() -> None:
    """RFC 9293, 3.10.7.3: in SYN-SENT a RST counts only if it acknowledges the SYN; this one was injected."""
    tapped = Tapped()
    talk = Dialogue().raw("c", SYN, ack=0)
    talk.seq["c"] += 1
    talk.raw("s", RST | ACK, seq=0, ack=talk.client_isn)
    talk.raw("s", SYN | ACK)
    talk.seq["s"] += 1
    talk.raw("c", ACK).send("c", b"alive")
    assert tapped.run(talk.records).stream("send") == [b"alive"]
    assert len(tapped.taps) == 1
    assert tapped.tracker.bounds_hit["ignored resets outside the window"] == 1


def test_a_reset_that_answers_the_syn_ends_it() -> None:
    tapped = Tapped()
    talk = Dialogue().raw("c", SYN, ack=0).raw("s", RST | ACK, seq=0, ack=1001)
    tapped.run(talk.records)
    assert tapped.names() == ["tcp_reset"]
