"""--extract: whatever a URL says, a file in the folder, and never over another one."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.steps import events_of

from pcaptools.commands._extract import INDEX, BodyFolder, safe_name
from pcaptools.core.errors import CaptureFileError

EVIL = [
    "/../../etc/passwd", "/..", "/.", "/", "", "/a/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/%00x", "/..%5c..%5cx", "*",
    "http://host/../x", "/" + "x" * 5000 + ".html", "/.bashrc", "/-rf", "/a;rm -rf", "/\u202egnp.exe", "/index.jsonl",
]  # fmt: skip


def save(folder: Path, url: str, *, body: bytes = b"hello", media: str = "text/plain", force: bool = False) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    request = f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with BodyFolder(str(folder), force=force, limit=1 << 20) as bodies:
        bodies.take(events_of([("send", request), ("recv", head + body)]))


@pytest.mark.parametrize("url", EVIL)
def test_whatever_the_url_the_file_is_in_the_folder(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "out"
    folder.parent.mkdir()
    save(folder, url.replace(" ", "%20") or "/")
    assert {path.name for path in tmp_path.rglob("*")} >= {"deep", "out", INDEX}
    (saved,) = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != INDEX]
    assert saved.parent == folder
    assert saved.read_bytes() == b"hello"
    (entry,) = map(json.loads, (folder / INDEX).read_text().splitlines())
    assert (entry["file"], entry["sha256"]) == (saved.name, hashlib.sha256(b"hello").hexdigest())


@given(st.text(), st.text())
def test_names_are_plain(url: str, media: str) -> None:
    name = safe_name(url, media)
    assert name
    assert len(name) < 140
    assert not set(name) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


@pytest.mark.parametrize(
    ("url", "media", "name"),
    [
        ("/a/b.html?x=/y.css", "text/html", "b.html"),
        ("/a/b.php", "text/html", "b.php.html"),
        ("/data", "application/json", "data.json"),
        ("/photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("/a/", "image/png", "a.png"),
        ("/", "", "body.bin"),
        ("/x.tar.gz", "", "x.tar.gz"),
    ],
)
def test_names(url: str, media: str, name: str) -> None:
    assert safe_name(url, media) == name


def test_a_second_run_needs_force(tmp_path: Path) -> None:
    save(tmp_path / "out", "/a", body=b"one")
    with pytest.raises(CaptureFileError, match="has bodies already"):
        save(tmp_path / "out", "/a", body=b"two")
    (saved,) = [path for path in (tmp_path / "out").iterdir() if path.name != INDEX]
    assert saved.read_bytes() == b"one"
    save(tmp_path / "out", "/a", body=b"two", force=True)
    assert saved.read_bytes() == b"two"


@pytest.mark.parametrize("force", [False, True])
def test_a_link_in_the_folder_is_never_followed(tmp_path: Path, force: bool) -> None:
    folder, target = tmp_path / "out", tmp_path / "target"
    target.write_bytes(b"mine")
    save(folder, "/a")
    (saved,) = [path for path in folder.iterdir() if path.name != INDEX]
    for path in (saved, folder / INDEX):
        path.unlink()
    saved.symlink_to(target)
    if force:
        save(folder, "/a", force=True)
        assert not saved.is_symlink()
    else:
        with pytest.raises(CaptureFileError, match="exists already"):
            save(folder, "/a")
    assert target.read_bytes() == b"mine"


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "no" / "parent"):
        with pytest.raises(CaptureFileError, match="cannot save bodies in"):
            BodyFolder(str(path), force=False, limit=1)
    with pytest.raises(CaptureFileError, match="cannot save bodies in"):
        BodyFolder("a\0b", force=False, limit=1)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give files away")
def test_under_sudo_all_is_the_invoking_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", "4321")
    monkeypatch.setenv("SUDO_GID", "4322")
    save(tmp_path / "out", "/a")
    made = [tmp_path / "out", *(tmp_path / "out").iterdir()]
    assert len(made) == 3
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(4321, 4322)}
