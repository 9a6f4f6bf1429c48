from __future__ import annotations

import struct

import pytest
from support.build import Dialogue
from support.crosscheck import Row, packets, rows
from support.layers import decode, every_cut

from pcaptools.core.decode.dissector import Dissector
from pcaptools.core.decode.layer import Raw
from pcaptools.core.decode.ssh import LISTS, MAX_PACKETS, SSH
from pcaptools.core.sources.base import RawPacket

SSH_ = "link.ip.tcp.ssh."
CHECKS = [
    *rows("ssh.pcap", {
        4: [(SSH_ + "protocol", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10", "ssh.protocol")],
        9: [  # of two segments
            (SSH_ + "packets[0].packet_length", 1556, "ssh.packet_length"),
            (SSH_ + "packets[0].padding_length", 8, "ssh.padding_length"),
            (SSH_ + "packets[0].message_code", 20, "ssh.message_code"),
            (SSH_ + "packets[0].first_kex_packet_follows", 0, "ssh.first_kex_packet_follows"),
        ],
        11: [
            (SSH_ + "packets[0].packet_length", 1084, "ssh.packet_length"),
            (SSH_ + "packets[0].compression_algorithms_client_to_server", "none,zlib@openssh.com",
             "ssh.compression_algorithms_client_to_server"),
            (SSH_ + "packets[0].languages_client_to_server", "", "ssh.languages_client_to_server_length", "0"),
        ],
        13: [(SSH_ + "packets[0].message_code", 30, "ssh.message_code")],
        14: [
            (SSH_ + "packets[0].message_code", 31, "ssh.message_code"),
            (SSH_ + "packets[1].message_code", 21, "ssh.message_code[1]"),
            (SSH_ + "packets[1].packet_length", 12, "ssh.packet_length[1]"),
        ],
        18: [(SSH_ + "packets[0].message_code", 21, "ssh.message_code")],
    }),
    *rows("corpus:tcpdump/ssh.pcap", {
        9: [
            (SSH_ + "packets[0].kex_algorithms",
             "curve25519-sha256@libssh.org,diffie-hellman-group18-sha512,diffie-hellman-group16-sha512",
             "ssh.kex_algorithms"),
            (SSH_ + "packets[0].server_host_key_algorithms", "ssh-ed25519,ssh-rsa,rsa-sha2-512,rsa-sha2-256",
             "ssh.server_host_key_algorithms"),
            (SSH_ + "packets[0].encryption_algorithms_client_to_server",
             "chacha20-poly1305@openssh.com,aes256-ctr,aes256-gcm@openssh.com",
             "ssh.encryption_algorithms_client_to_server"),
            (SSH_ + "packets[0].mac_algorithms_server_to_client",
             "hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com", "ssh.mac_algorithms_server_to_client"),
        ],
    }),
    *rows("corpus:zeek/tunnels/gre-sample.pcap", {
        24: [("link.ip.gre.ip.tcp.ssh.packets[0].message_code", 31, "ssh.message_code")],
        28: [("link.ip.gre.ip.tcp.ssh.packets[0].message_code", 33, "ssh.message_code")],
    }),
]  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def packet(code: int, payload: bytes = b"", length: int | None = None) -> bytes:
    """RFC 4253, 6: with at least four bytes of padding up to a multiple of eight."""
    padding = 8 - (len(payload) + 6) % 8
    padding += 8 if padding < 4 else 0
    return (
        struct.pack(">IBB", len(payload) + 2 + padding if length is None else length, padding, code)
        + payload
        + bytes(padding)
    )


KEXINIT = packet(
    20, bytes(16) + b"".join(string(f"alg-{n},other".encode()) for n in range(8)) + string(b"") * 2 + bytes(5)
)
REPLY = packet(31, string(b"key") + string(b"f") + string(b"signature"))
NEWKEYS = packet(21)


def test_kexinit() -> None:
    found = decode(SSH, KEXINIT).packets[0]
    assert [found[name] for name in LISTS] == [*(f"alg-{n},other" for n in range(8)), "", ""]
    assert (found["cookie"], found["message_code_name"], found["first_kex_packet_follows"]) == ("00" * 16, "kexinit", 0)


def test_banner_and_packets_together() -> None:
    found = decode(SSH, b"SSH-2.0-x y\r\n" + KEXINIT + NEWKEYS)
    assert found.protocol == "SSH-2.0-x y"
    assert [part["message_code_name"] for part in found.packets] == ["kexinit", "newkeys"]
    assert decode(SSH, b"SSH-1.99-x\n").as_dict() == {"protocol": "SSH-1.99-x"}


@pytest.mark.parametrize(
    ("code", "payload", "name"),
    [
        (30, string(b"e"), "kexdh_init"),
        (30, b"\0\0\x08\0", "kexdh_init"),  # RFC 4419, 5: the request of old, one number
        (31, string(b"k") + string(b"f") + string(b"s"), "kexdh_reply"),
        (31, string(b"p") + string(b"g"), "kex_dh_gex_group"),  # RFC 4419, 3
        (32, string(b"e"), "kex_dh_gex_init"),
        (34, bytes(12), "kex_dh_gex_request"),
        (2, string(b"x"), "ignore"),
        (4, b"\1" + string(b"m") + string(b""), "debug"),
        (21, b"", "newkeys"),
    ],
)
def test_messages(code: int, payload: bytes, name: str) -> None:
    assert decode(SSH, packet(code, payload)).packets[0]["message_code_name"] == name


def test_disconnect() -> None:  # RFC 4253, 11.1
    found = decode(SSH, packet(1, b"\0\0\0\x0b" + string(b"bye") + string(b""))).packets[0]
    assert (found["disconnect_reason"], found["disconnect_reason_name"]) == (11, "by_application")
    assert found["disconnect_description"] == "bye"


@pytest.mark.parametrize(
    ("data", "taken"),
    [
        (b"SSH-2.0-x\r\n", True),
        (b"SSH-x", False),
        (b"SSHFP", False),
        (KEXINIT, True),
        (KEXINIT[:60], True),
        (KEXINIT[:20], False),
        (NEWKEYS, True),
        (REPLY, True),
        (packet(21, b"x"), False),  # RFC 4253, 7.3: empty
        (packet(31, string(b"k")), False),
        (packet(30, string(b"e") + b"x"), False),
        (packet(99, string(b"e")), False),
        (packet(20, bytes(16) + string(b"\0\1\2\3") * 10 + bytes(5)), False),
        (packet(20, bytes(16) + string(b"") * 10 + bytes(5)), False),
        (packet(21, length=40_000), False),
        (b"\0\0\0\x0c\x03\x15" + bytes(10), False),  # RFC 4253, 6: at least four bytes of padding
    ],
)
def test_recognition(data: bytes, taken: bool) -> None:
    assert SSH.recognises(data, 0, len(data)) is taken


def test_encrypted_packets_are_not_taken() -> None:
    late = [packet.link.ip.tcp for packet in packets("corpus:tcpdump/ssh.pcap")[17:]]
    assert sum(tcp.payload_length > 0 for tcp in late) > 10
    assert all(tcp.child is None for tcp in late)


@pytest.mark.parametrize("more", range(1, 9))  # so that the next one's header is cut at every place
def test_a_packet_that_spans_segments(more: int) -> None:
    dialogue = (
        Dialogue(mss=(11 + len(KEXINIT) + more + 2) // 3)
        .open()
        .send("c", b"SSH-2.0-x\r\n" + KEXINIT + NEWKEYS, acked=False)
    )
    dissector = Dissector()
    frames = [data for _, _, data in dialogue.records[3:]]
    found = [dissector.packet(RawPacket(data, 0, 0, len(data), len(data), 1)).link.ip.tcp.ssh for data in frames]
    told = [[part["message_code_name"] for part in layer.packets] for layer in found]
    assert told[:2] == [["kexinit"], ["kexinit"]]
    assert told[2][0] == "kexinit"
    assert [*told[2], *told[-1]][-1] == "newkeys"
    assert not found[-1].incomplete
    assert [layer.incomplete for layer in found[:2]] == [True, True]
    assert [layer.protocol for layer in found[:2]] == ["SSH-2.0-x", None]
    assert found[2].packets[0]["languages_server_to_client"] == ""


def test_every_cut_keeps_what_came_before() -> None:
    data = b"SSH-2.0-x\r\n" + KEXINIT + REPLY
    for layer in every_cut(SSH, data):
        assert isinstance(layer, Raw) or layer.protocol is None or "SSH-2.0-x".startswith(layer.protocol)
    part = decode(SSH, data[:100], len(data))
    assert (part.packets[0]["kex_algorithms"], part.child.truncated) == ("alg-0,other", True)


def test_bounds() -> None:
    layer = decode(SSH, NEWKEYS * (MAX_PACKETS + 1))
    assert len(layer.packets) == MAX_PACKETS
    assert layer.child.malformed
    assert decode(SSH, b"SSH-2.0-" + b"x" * 1000).protocol == "SSH-2.0-" + "x" * 247  # RFC 4253, 4.2
