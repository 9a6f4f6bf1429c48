from __future__ import annotations

import random
import shutil
import subprocess

import pytest

from pcaptools.printers.shell import quote

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"http://a/b", "http://a/b"),
        (b"", "''"),
        (b"a b", "'a b'"),
        (b'$(id) `id` \\ " !', "'$(id) `id` \\ \" !'"),
        (b"it's !1", r"$'it\'s \x211'"),
        (b"a\r\n\tb\\", r"$'a\r\n\tb\\'"),
        ("grüß".encode(), "'grüß'"),
        (b"caf\xe9\x01f", r"$'caf\xe9\x01f'"),
        ("a\u202eb".encode(), r"$'a\xe2\x80\xaeb'"),
    ],
)
def test_words(data: bytes, word: str) -> None:
    assert quote(data) == word


@needs_bash
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_bash_reads_each_as_the_word_that_it_was(locale: str) -> None:
    source = random.Random(20)
    alphabet = [bytes([byte]) for byte in range(1, 256)] + [b"'", b"\\", b"!", b"$(", b"`", b"\n", b"\xc3\xa9"] * 20
    words = [b"".join(source.choices(alphabet, k=source.randrange(40))) for _ in range(2000)]
    words += [bytes([byte]) for byte in range(1, 256)] + [b"-n", b"~", b"*", b"#x", b"!!", b"a=b", b"{1,2}", b"'!'"]
    quoted = [quote(word) for word in words]
    assert all(word.isprintable() for word in quoted)
    # as at a prompt: with history expansion
    script = "set -o history -o histexpand\n" + "".join(f"printf '%s\\0' {word}\n" for word in quoted)
    done = subprocess.run(
        ["bash"], input=script.encode(), capture_output=True, timeout=60, check=True, env={"LC_ALL": locale}
    )
    assert done.stdout.split(b"\0")[:-1] == words
