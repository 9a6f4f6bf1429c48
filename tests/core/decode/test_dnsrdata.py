"""Each type's text beside what tshark reads. The texts are those of the zone file that the server had."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.dnsname import Message
from pcaptools.core.decode.dnsrdata import IN, OF_DNSPYTHON, READERS, Record, preload, rdata

ANSWER = "link.ip.udp.dns.answer[0].rdata"
SOA = "ns1.example.test hostmaster.mail.example.test 2024010101 7200 900 1209600 300"
NAPTR = '100 10 "U" "E2U+sip" "!^.*$!sip:info@example.test!" .'
SIGNATURE = "3wxaJ3jfFDq66LYOdy+uU1U7mG7y3XA+dlhfoRVVQa59LW7qSr44bo21EQClZH6b/vX2iczIyDvEyGAa1vVR1w=="
RRSIG = f"A 13 3 3600 20261224105137 20261124105137 50346 signed.test {SIGNATURE}"
NSEC = "ns1.signed.test NS SOA RRSIG NSEC DNSKEY ZONEMD"
DNSKEY = "256 3 13 kqItsLgZ93k4L9sPaWxXnDCD0F3huj//kWltAolJzgMn8jVmsVPMPOqcbKeNgNLfkvF82IlmKZg7JcqhTQ9b7g=="
DIGEST = "2bb183af5f22588179a53b0a98631fad1a292118"
TSIG = "hmac-sha256 1795521151 300 32 /bhNLdsmatlQOaKfrd8PfIQuj6wQmezwX0sNbVzNy/s= 34395 NOERROR 0"
HASH = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
HIP_KEY = (
    "AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cIvM4p9+LrV4e19WzK00+CI6zBCQTdtWsuxKbWIy87UOoJTwkUs7lBu+Upr1gsNrut79ryra+bSRGQ"
    "b1slImA8YVJyuIDsj7kwzG7jnERNqnWxZ48AWkskmdHaVDP4BcelrTI3rMXdXF5D"
)
HIP = f"2 200100107b1a74df365639cc39f1d578 {HIP_KEY} rvs.example.test"

CHECKS = rows("dns-records.pcap", {
    4: [(ANSWER, "ns1.example.test", "dns.ns")],
    6: [
        (ANSWER, SOA, "dns.soa.serial_number", "2024010101"),
        (ANSWER, SOA, "dns.soa.rname", "hostmaster.mail.example.test"),
    ],
    8: [(ANSWER, "10 mail.example.test", "dns.mx.mail_exchange", "mail.example.test")],
    10: [(ANSWER, r'"v=spf1 mx -all" "with \"quotes\", a \\ and \200"', "dns.txt", "v=spf1 mx -all")],
    12: [
        (ANSWER, "web.example.test", "dns.cname"),
        ("link.ip.udp.dns.answer[1].rdata", "192.0.2.80", "dns.a"),
    ],
    14: [(ANSWER, "2001:db8::80", "dns.aaaa")],
    16: [(ANSWER, "new.example.test", "dns.dname")],
    18: [(ANSWER, "1 2 5060 sip.example.test", "dns.srv.port", "5060")],
    20: [(ANSWER, '1 web.example.test alpn="h2,h3" port="8443"', "dns.svcb.svcparam.alpn[1]", "h3")],
    22: [(ANSWER, '1 . alpn="h2" ipv4hint="192.0.2.80" ipv6hint="2001:db8::80"', "dns.svcb.targetname", "<Root>")],
    24: [
        (ANSWER, '128 iodef "mailto:sec@example.test"', "dns.caa.value", "mailto:sec@example.test"),
        ("link.ip.udp.dns.answer[1].rdata", '0 issue "ca.example.net"', "dns.caa.issue", "ca.example.net"),
    ],
    26: [(ANSWER, "51 30 12.748 N 0 7 39.611 W 0.00m 1.00m 10.00m 10.00m", "dns.loc.latitude", "2332896396")],
    28: [(ANSWER, NAPTR, "dns.naptr.regex", "!^.*$!sip:info@example.test!")],
    30: [(ANSWER, '10 1 "ftp://ftp.example.test/public"', "dns.resp.type", "256")],
    32: [(ANSWER, f"3 1 1 {HASH}", "dns.tlsa.certificate_association_data", HASH)],
    34: [(ANSWER, f"4 2 {HASH}", "dns.sshfp.fingerprint", HASH)],
    36: [(ANSWER, HIP, "dns.hip.rendezvous_server", "rvs.example.test")],
    38: [(ANSWER, '"PC" "Linux"', "dns.hinfo.os", "Linux")],
    40: [(ANSWER, "admin.example.test txt.example.test", "dns.rp.mailbox", "admin.example.test")],
    42: [(ANSWER, "AQIDBA==", "dns.resp.len", "4")],
    44: [(ANSWER, "00-00-5e-00-53-2a", "dns.eui48", "00:00:5e:00:53:2a")],
    46: [(ANSWER, "00-00-5e-ef-10-00-00-2a", "dns.eui64", "00:00:5e:ef:10:00:00:2a")],
    48: [(ANSWER, r"\# 5 0102030405", "dns.data", "0102030405")],
    50: [(ANSWER, "PKIX 0 0 AQIDBA==", "dns.cert.certificate", "01020304")],
    52: [(ANSWER, "1 ns1.example.test", "dns.afsdb.hostname", "ns1.example.test")],
    54: [(ANSWER, "10 0014:4fff:ff20:ee64", "dns.ilnp.nid", "00144fffff20ee64")],
    56: [(ANSWER, "1:192.168.32.0/21 !1:192.168.38.0/28", "dns.apl.coded_prefix[1]", "28")],
    58: [(ANSWER, "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=", "dns.resp.type", "49")],
    60: [(ANSWER, "10 ns1.example.test", "dns.kx.key_exchange", "ns1.example.test")],
    62: [(ANSWER, "3 0 0 0102", "dns.resp.type", "53")],
    74: [(ANSWER, '"9.18.49-1~deb12u3-Debian"', "dns.txt", "9.18.49-1~deb12u3-Debian")],  # of the class CH
}) + rows("dns-edns.pcap", {
    2: [("link.ip.udp.dns.answer[1].rdata", RRSIG, "dns.rrsig.signers_name", "signed.test")],
    4: [("link.ip.udp.dns.authority[2].rdata", NSEC, "dns.nsec.next_domain_name[0]", "ns1.signed.test")],
    6: [(ANSWER, DNSKEY, "dns.dnskey.key_id", "50346")],
    8: [(ANSWER, f"60485 5 1 {DIGEST}", "dns.ds.digest", DIGEST)],
    10: [(ANSWER, "1 1 1 " + "00112233445566778899aabbccddeeff" * 3, "dns.zonemd.serial", "1")],
}) + rows("dns-update.pcap", {
    1: [("link.ip.udp.dns.additional[0].rdata", TSIG, "dns.tsig.algorithm_name", "hmac-sha256")],
}) + rows("corpus:zeek/dnssec/nsec3.pcap", {
    2: [(
        "link.ip.udp.dns.authority[2].rdata",
        "1 0 20 80637d8af055b5eeca2a621edaaa3c5e so7gf8pjf86diqr1ahf14h4mvbhjaiu6 A AAAA RRSIG",
        "dns.nsec3.hash_value[1]", "so7gf8pjf86diqr1ahf14h4mvbhjaiu6",
    )],
}) + rows("corpus:zeek/dns/ech.pcap", {
    2: [("link.ip.udp.dns.answer[0].type", "HTTPS", "dns.svcb.svcparam.ipv4hint.ip", "213.108.108.101")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def told(rtype: int, data: str, rclass: int = IN) -> tuple[str, str]:
    body = bytes.fromhex(data)
    before = b"\x04name\x00"
    return rdata(Message(before + body, 0, len(before) + len(body)), Record("x", rtype, rclass, 0, 6, len(body)))


@pytest.mark.parametrize(
    ("rtype", "data", "text"),
    [
        (1, "0a000001", "10.0.0.1"),
        (5, "c000", "name"),
        (5, "00", "."),
        (15, "000a c000", "10 name"),
        (16, "00", '""'),
        (
            24,
            "0000 05 00 00000000 5e0be100 5e0be100 0001 01 61 00 01",
            "TYPE0 5 0 0 20200101000000 20200101000000 1 a AQ==",
        ),
        (25, "0200 03 05 0102", "512 3 5 AQI="),  # KEY: as DNSKEY
        (47, "00 0006 400000000003", ". A RRSIG NSEC"),  # the root, which is not "@"
        (46, "0002 08 00 00000e10 5e0be100 5e0be100 0001 00 01", "NS 8 0 3600 20200101000000 20200101000000 1 . AQ=="),
        (35, "0001 0002 00 00 00 c000", '1 2 "" "" "" name'),
    ],
)
def test_texts(rtype: int, data: str, text: str) -> None:
    found, reason = told(rtype, data)
    assert (found, reason) == (text, "")


@pytest.mark.parametrize(
    ("rtype", "data", "reason"),
    [
        (1, "0a0000", "3 bytes, where there should be 4"),
        (28, "0a000001", "4 bytes, where there should be 16"),
        (5, "c000 00", "3 bytes of data, of which 2 would be read"),
        (5, "c0", "DNS: 2 bytes in 1"),
        (5, "c006", "DNS name with a pointer to 6 from 6: not backwards"),
        (15, "00", "DNS: 2 bytes in 1"),
        (16, "05 6162", "a string of 5 bytes in 2"),
        (6, "c000 c000 0001", "DNS: 20 bytes in 2"),
        (33, "0001 0002 03", "DNS: 6 bytes in 5"),
        (65, "0001 00 0001 0006 02 6832 01 6833", "FormError: "),
        (46, "0002", "FormError: "),
        (41, "0008 0004 00", "EDNS option: 4 bytes in 1"),
    ],
)
def test_what_cannot_be_read_keeps_its_bytes(rtype: int, data: str, reason: str) -> None:
    body = bytes.fromhex(data)
    text, why = told(rtype, data)
    assert text == f"\\# {len(body)} {body.hex()}"  # RFC 3597, 5
    assert why.startswith(reason)


def test_no_data_is_no_text() -> None:  # RFC 2136, 2.4
    assert told(1, "", 255) == ("", "")
    assert told(65280, "") == ("", "")


def test_classes() -> None:
    assert told(1, "0a000001", 254) == ("10.0.0.1", "")  # RFC 2136, 2.5.4: the record to delete
    assert told(1, "0161 00 1010", 3) == ("a 10020", "")  # of the Chaos class: a name, and a number in octal
    assert told(28, "00" * 16, 3)[0].startswith(r"\# 16 ")


def test_dnspython_is_not_asked_about_what_it_does_not_know() -> None:
    import dns.rdata

    assert told(64000, "01020304") == (r"\# 4 01020304", "")
    assert told(47, "00 0006 400000000003", 12345)[0] == ". A RRSIG NSEC"
    known = {key for key in dns.rdata._rdata_classes if key[0] not in {1, 3, 255}}
    assert known == set()


def test_dnspython_knows_what_it_is_asked_about() -> None:
    import dns.rdata

    preload()
    for rtype in OF_DNSPYTHON & READERS.keys():
        found = dns.rdata.get_rdata_class(IN, rtype)  # type: ignore[no-untyped-call,unused-ignore,arg-type]
        assert found is not dns.rdata.GenericRdata or rtype in {24, 25, 66, 67, 68, 261, 262}, rtype


def test_preloading_leaves_nothing_to_import() -> None:
    code = (
        "import sys; from pcaptools.core.decode import dns; dns.preload(); before = set(sys.modules)\n"
        "from pcaptools.core.decode.dnsname import Message; from pcaptools.core.decode.dnsrdata import *\n"
        "for t in sorted(OF_DNSPYTHON): rdata(Message(bytes(99), 0, 99), Record('', t, 1, 0, 20, 30))\n"
        "rdata(Message(bytes(99), 0, 99), Record('', 1, 3, 0, 20, 3))\n"
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
