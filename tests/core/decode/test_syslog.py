from __future__ import annotations

import time
from typing import Any

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.layer import decode_layer
from pcaptools.core.decode.syslog import Syslog

P = "link.ip.udp.syslog."

CHECKS = rows("syslog.pcap", {
    1: [
        (P + "facility", 19, "syslog.facility"),
        (P + "facility_name", "local3", "tcpdump", "local3"),
        (P + "severity", 3, "syslog.level"),
        (P + "severity_name", "err", "tcpdump", "error"),
        (P + "timestamp", "Nov 24 12:22:52", "tcpdump"),
        (P + "hostname", "vm", "tcpdump", "vm"),
        (P + "app_name", "app", "tcpdump", "app[42]"),
        (P + "procid", "42", "tcpdump", "app[42]"),
        (P + "msg", "disk full on /dev/sda1", "tcpdump"),
    ],
    2: [
        (P + "facility_name", "auth", "syslog.facility", "4"),
        (P + "severity_name", "notice", "syslog.level", "5"),
        (P + "version", 1, "syslog.version"),
        (P + "timestamp", "2026-11-24T12:22:52.454891+00:00", "tcpdump"),
        (P + "hostname", "vm", "syslog.hostname"),
        (P + "app_name", "app", "syslog.appname"),
        (P + "procid", "42", "syslog.procid"),
        (P + "msgid", "ID47", "tcpdump"),
        (P + "structured_data[0].id", "timeQuality", "tcpdump"),
        (P + "structured_data[1].parameters.iut", "3", "tcpdump", '[exampleSDID@32473 iut="3"'),
        (P + "structured_data[1].parameters.eventSource", "App", "tcpdump", 'eventSource="App"]'),
        (P + "msg", "login: ünïcode", "tcpdump", "login: "),
    ],
    3: [
        (P + "timestamp", None, "tcpdump", "1 - - app - - - bare"),
        (P + "app_name", "app", "tcpdump", "1 - - app - - - bare"),
        (P + "msg", "bare", "tcpdump", "1 - - app - - - bare"),
    ],
}) + rows("corpus:tcpdump/syslog_udp.pcap", {
    3: [(P + "facility", 1, "syslog.facility"), (P + "severity", 5, "syslog.level")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def syslog(data: bytes) -> dict[str, Any]:
    return decode_layer(Syslog, data, 0, len(data), 3).as_dict()


def test_the_examples_of_rfc_3164() -> None:  # 5.4
    found = syslog(b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8")
    assert found == {
        "priority": 34, "facility": 4, "facility_name": "auth", "severity": 2, "severity_name": "crit",
        "timestamp": "Oct 11 22:14:15", "hostname": "mymachine", "app_name": "su",
        "msg": "'su root' failed for lonvick on /dev/pts/8",
    }  # fmt: skip
    found = syslog(b"Use the BFG!")
    assert (found["facility_name"], found["severity_name"], found["msg"]) == ("user", "notice", "Use the BFG!")
    assert "priority" not in found


def test_the_examples_of_rfc_5424() -> None:  # 6.5
    found = syslog(b"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xef\xbb\xbf'su root' failed")
    assert found == {
        "priority": 34, "facility": 4, "facility_name": "auth", "severity": 2, "severity_name": "crit", "version": 1,
        "timestamp": "2003-10-11T22:14:15.003Z", "hostname": "mymachine.example.com", "app_name": "su",
        "msgid": "ID47", "msg": "'su root' failed",
    }  # fmt: skip
    found = syslog(
        b'<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [exampleSDID@32473 iut="3" eventID="1\\"0\\]1"][x@1]'
    )
    assert found["structured_data"] == [
        {"id": "exampleSDID@32473", "parameters": {"iut": "3", "eventID": '1"0]1'}}, {"id": "x@1", "parameters": {}},
    ]  # fmt: skip
    assert found["msg"] == ""


@pytest.mark.parametrize(
    ("data", "facility", "severity", "msg"),
    [
        (b"<0>", "kern", "emerg", ""),
        (b"<191>x\n\x00", "local7", "debug", "x"),
        (b"<192>x", "unknown", "emerg", "x"),
        (b"<1234>x", "user", "notice", "<1234>x"),
        (b"<>x", "user", "notice", "<>x"),
        (b"", "user", "notice", ""),
        (b"<13>1 2 3", "user", "notice", "1 2 3"),
        (b"<13>1 t h a p m [broken", "user", "notice", "[broken"),
        (b"<13>\xff\x01", "user", "notice", "\\xff\x01"),
    ],
)
def test_odd_messages(data: bytes, facility: str, severity: str, msg: str) -> None:
    found = syslog(data)
    assert (found["facility_name"], found["severity_name"], found["msg"]) == (facility, severity, msg)


def test_what_rsyslog_forwards() -> None:
    found = syslog(b"<13>2013-09-12T19:16:34.457849+04:00 localhost through[7]: test message")
    assert (found["timestamp"], found["hostname"]) == ("2013-09-12T19:16:34.457849+04:00", "localhost")
    assert (found["app_name"], found["procid"], found["msg"]) == ("through", "7", "test message")


def test_what_the_snap_length_cut() -> None:
    found = decode_layer(Syslog, b"<13>hal", 0, 20, 3)
    assert found.as_dict()["truncated"]["reason"] == "syslog message cut short"


def test_long_messages_cost_little() -> None:
    started = time.process_time()
    for data in (
        b"<13>1 t h a p m " + b'[a b="c"]' * 7000,
        b"<13>1 t h a p m [a" + b' b="c' * 10000,
        b"<13>" + b"a " * 32000,
    ):
        syslog(data)
    assert time.process_time() - started < 1
