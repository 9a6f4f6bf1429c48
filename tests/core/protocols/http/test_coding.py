"""Content codings: what compressors made comes back; damaged and forged bodies cost no more than the bound."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.protocols.http.coding import MAX_MEMBERS, Decoded, content_codings, decode_content, preload
from pcaptools.core.protocols.http.fields import HeaderFields

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT = 1 << 20
PLAIN = b"".join(b"line %d of a text that compresses\n" % number for number in range(5000))
Compress = Callable[[bytes], bytes]


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


COMPRESS: dict[str, Compress] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
CODERS = [*COMPRESS.items(), ("deflate", raw_deflate)]
IDS = [*COMPRESS, "deflate raw"]
each_coder = pytest.mark.parametrize(("coding", "compress"), CODERS, ids=IDS)


def decode(coding: str, body: bytes, limit: int = LIMIT) -> Decoded:
    return decode_content(HeaderFields(items=[("Content-Encoding", coding)]), body, limit)


@each_coder
@pytest.mark.parametrize("plain", [b"", b"x", PLAIN, random.Random(1).randbytes(300_000)], ids=len)
def test_what_was_compressed_comes_back(coding: str, compress: Compress, plain: bytes) -> None:
    assert decode(coding, compress(plain)) == Decoded(plain, [coding])


@given(st.lists(st.sampled_from(CODERS), max_size=4), st.binary(max_size=400))
def test_codings_upon_codings(coders: list[tuple[str, Compress]], plain: bytes) -> None:
    body = plain
    for _, compress in coders:
        body = compress(body)
    decoded = decode(", ".join(coding for coding, _ in coders), body)
    assert (decoded.data, decoded.note) == (plain, "")
    assert decoded.codings == [coding for coding, _ in reversed(coders)]


def test_no_coding_and_an_empty_body() -> None:
    assert decode_content(HeaderFields(), b"abc", LIMIT) == Decoded(b"abc")
    assert decode("identity", b"abc") == Decoded(b"abc")
    assert decode("gzip", b"") == Decoded(b"")  # as to HEAD


def test_the_names_of_codings_in_any_case_and_over_several_fields() -> None:
    fields = HeaderFields(items=[("Content-Encoding", "GZip , identity"), ("content-encoding", "br")])
    assert content_codings(fields) == ["gzip", "br"]


@pytest.mark.parametrize(("coding", "compress"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_several_members(coding: str, compress: Compress) -> None:
    body = b"".join(compress(part) for part in (b"one ", b"", PLAIN, b" three"))
    assert decode(coding, body) == Decoded(b"one " + PLAIN + b" three", [coding])


def test_a_skippable_frame_of_zstd() -> None:
    frame = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
    assert decode("zstd", frame + zstd.compress(b"data") + frame) == Decoded(b"data", ["zstd"])


def test_padding_and_garbage_behind_the_end() -> None:
    assert decode("gzip", gzip.compress(b"a") + bytes(9)) == Decoded(b"a", ["gzip"])
    assert decode("gzip", gzip.compress(b"a") + b"<html>") == Decoded(
        b"a", ["gzip"], "6 bytes after the end of the gzip data"
    )


def test_an_unknown_coding_leaves_what_was_undone_before_it() -> None:
    inner = b"not for us"
    assert decode("compress, gzip", gzip.compress(inner)) == Decoded(inner, ["gzip"], "unknown content coding compress")


@each_coder
def test_a_body_that_is_not_of_the_coding_is_shown_as_it_is(coding: str, compress: Compress) -> None:
    del compress
    body = b"<html>an error page that nobody compressed</html>"
    assert decode(coding, body) == Decoded(body, [], f"not {coding}, as Content-Encoding has it")


@each_coder
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.99])
def test_of_a_body_cut_short_the_beginning_is_kept(coding: str, compress: Compress, kept: float) -> None:
    plain = bytes(random.Random(2).choices(b"abcdefgh", k=600_000))
    body = compress(plain)
    decoded = decode(coding, body[: int(len(body) * kept)])
    assert decoded.note == f"the {coding} data ends too early"
    assert plain.startswith(decoded.data)
    assert len(decoded.data) > len(plain) * kept - 140_000  # zstd gives whole blocks only, of 128 KiB


@pytest.mark.parametrize(("coding", "compress"), [CODERS[0], CODERS[2], CODERS[-1]])
def test_of_a_damaged_body_all_before_the_damage_is_kept(coding: str, compress: Compress) -> None:
    """zlib's formats, where the damage is known to be found at its place: a reserved block type (RFC 1951, 3.2.3)."""
    compressor = zlib.compressobj(wbits={"gzip": 31}.get(coding, 15 if compress is zlib.compress else -15))
    head = compressor.compress(PLAIN) + compressor.flush(zlib.Z_FULL_FLUSH)
    decoded = decode(coding, head + b"\x07" + bytes(100))
    assert decoded.data == PLAIN
    assert decoded.note == f"{coding} is damaged at byte {len(head)}: what came before it is shown"


def test_damage_in_a_later_member() -> None:
    first, second = gzip.compress(PLAIN), bytearray(gzip.compress(PLAIN))
    second[-8] ^= 1  # its CRC
    decoded = decode("gzip", first + second)
    assert decoded.data == PLAIN * 2
    assert "damaged at byte" in decoded.note


@each_coder
def test_damage_anywhere_never_raises_and_keeps_a_beginning(coding: str, compress: Compress) -> None:
    rng = random.Random(3)
    plain = bytes(rng.choices(b"abcdefgh", k=60_000))
    body = compress(plain)
    for _ in range(60):
        damaged = bytearray(body)
        at = rng.randrange(len(body))
        damaged[at] ^= 1 << rng.randrange(8)
        decoded = decode(coding, bytes(damaged))
        assert len(decoded.data) <= LIMIT
        if "damaged at byte" in decoded.note:
            where = int(decoded.note.split("at byte ")[1].split(":")[0])
            assert where >= at - 1
            assert decoded.codings == [coding]


@each_coder
@pytest.mark.parametrize("limit", [0, 1, 1000, len(PLAIN) - 1, len(PLAIN)])
def test_the_bound_is_exact_and_told(coding: str, compress: Compress, limit: int) -> None:
    decoded = decode(coding, compress(PLAIN), limit)
    assert decoded.data == PLAIN[:limit]
    assert decoded.bounded == (limit < len(PLAIN))
    assert decoded.note == (
        f"{coding} gives more than the limit of {limit} bytes: not undone further" if limit < len(PLAIN) else ""
    )


def test_the_bound_holds_without_a_coding_too() -> None:
    assert decode_content(HeaderFields(), b"abcdef", 4) == Decoded(b"abcd", [], "cut at 4 bytes", bounded=True)


def test_too_many_codings_and_too_many_members() -> None:
    assert decode(", ".join(["gzip"] * 9), b"x") == Decoded(b"x", [], "9 content codings: not undone")
    decoded = decode("gzip", gzip.compress(b"") * (MAX_MEMBERS + 5))
    assert "bytes after the end" in decoded.note


def test_a_zstd_frame_that_asks_for_a_large_window_is_not_given_it() -> None:
    options: dict[int, int] = {
        zstd.CompressionParameter.window_log: 27,
        zstd.CompressionParameter.content_size_flag: 0,
    }
    compressor = zstd.ZstdCompressor(options=options)
    body = compressor.compress(b"x" * 1000) + compressor.flush()
    assert decode("zstd", body).note == "not zstd, as Content-Encoding has it"


def test_everything_it_imports_can_be_imported_before() -> None:
    preload()


BOMB = """
import sys
from pcaptools.core.protocols.http.coding import decode_content
from pcaptools.core.protocols.http.fields import HeaderFields
body, coding = sys.stdin.buffer.read(), sys.argv[1]
decoded = decode_content(HeaderFields(items=[("Content-Encoding", coding)]), body, 16 << 20)
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) >> 10
print(len(decoded.data), decoded.bounded, peak, decoded.note, sep="|")
"""


def gzip_bomb() -> bytes:
    """10 GiB of zeros: a block that gives 16 MiB, again and again (a full flush makes it stand alone)."""
    compressor = zlib.compressobj(9, wbits=-15)
    zeros = bytes(1 << 20)
    block = b"".join(compressor.compress(zeros) for _ in range(16)) + compressor.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + block * 640


def brotli_bomb() -> bytes:
    compressor = brotli.Compressor()
    piece = bytes(1 << 20)
    return b"".join([*(compressor.process(piece) for _ in range(64)), compressor.finish()])


def zstd_bomb() -> bytes:
    compressor = zstd.ZstdCompressor()
    piece = bytes(1 << 20)
    return b"".join([*(compressor.compress(piece) for _ in range(64)), compressor.flush()])


BOMBS = {"gzip": gzip_bomb, "br": brotli_bomb, "zstd": zstd_bomb}


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
@pytest.mark.parametrize("coding", BOMBS)
def test_a_bomb_leaves_memory_under_the_bound_and_is_told(coding: str) -> None:
    body = BOMBS[coding]()
    if coding == "gzip":
        assert len(body) < 12 << 20
    run = subprocess.run([sys.executable, "-c", BOMB, coding], input=body, capture_output=True, check=True, timeout=60)
    length, bounded, peak, note = run.stdout.decode().strip().split("|")
    assert (length, bounded) == (str(16 << 20), "True")
    assert note == f"{coding} gives more than the limit of {16 << 20} bytes: not undone further"
    assert int(peak) < 110  # MiB: the interpreter, the body, 16 MiB twice while it is copied
