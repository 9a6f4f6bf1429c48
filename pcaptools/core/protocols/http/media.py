"""What a body is and how its bytes are read as text: media types (RFC 9110, 8.3), charsets, well-known beginnings."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

_PARAMETER = re.compile(r';[ \t]*([^\s=;"]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_META = re.compile(rb"<meta[^>]{0,256}?charset[ \t]*=[ \t]*[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"^<\?xml[^>]{0,128}?encoding[ \t]*=[ \t]*[\"']([A-Za-z0-9_:.-]{1,40})")
META_WITHIN = 1024
"""Bytes of a document in which its charset must be told (HTML standard, 13.2.3.2)."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHARSETS = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 us-ascii ascii",
    "cp1252": "iso-8859-1 iso8859-1 latin1 latin-1 l1 windows-1252 cp1252",  # as browsers take the first ones
    "utf-16": "utf-16 utf16",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
    "utf-32": "utf-32",
    "gb18030": "gb2312 gbk gb18030 x-gbk",
    "big5hkscs": "big5 big5-hkscs",
    "cp932": "shift_jis shift-jis sjis windows-31j ms932",
    "euc_jp": "euc-jp",
    "iso2022_jp": "iso-2022-jp",
    "cp949": "euc-kr ks_c_5601-1987 windows-949",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "cp866": "ibm866 cp866",
    **{f"iso8859-{n}": f"iso-8859-{n} iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)},
    **{f"cp{n}": f"windows-{n} cp{n}" for n in (874, 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    "mac-roman": "macintosh mac",
}
_LABELS = {label: codec for codec, labels in _CHARSETS.items() for label in labels.split()}
"""Names that the wire may give to a charset. Never the wire's own word: Python has codecs that are none of text."""

_MAGICS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"\0\0\1\0", "image/x-icon"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\0asm", "application/wasm"),
    (b"wOF2", "font/woff2"),
    (b"wOFF", "font/woff"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"\x7fELF", "application/x-elf"),
)
_TEXTUAL = re.compile(
    r"text/|application/(?:(?:x-|ld\+)?json|.*\+json|xml|.*\+xml|(?:x-)?(?:java|ecma)script|graphql|sql|toml|(?:x-)?yaml|"
    r"x-www-form-urlencoded|x-ndjson|jsonl|x-sh|rtf|http|x-pem-file)$|image/svg|message/|multipart/"
)


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type: `name` is type/subtype in lower case, empty when there is none."""

    name: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    """Names in lower case; of several with one name the first."""

    @property
    def is_json(self) -> bool:
        """It says JSON, or something written in JSON."""
        return self.name.endswith(("/json", "+json", "/x-json", "/manifest+json"))

    @property
    def is_text(self) -> bool:
        """Whoever looks at it wants to read it."""
        return bool(_TEXTUAL.match(self.name))


def media_type(value: str) -> MediaType:
    """Read a Content-Type as tolerantly as it is written out there."""
    name, _, _ = value.partition(";")
    name = name.partition(",")[0].strip().lower()
    parameters: dict[str, str] = {}
    for found in _PARAMETER.finditer(value):
        text = _ESCAPED.sub(r"\1", found[2]) if found[2] is not None else found[3].strip()
        parameters.setdefault(found[1].lower(), text)
    return MediaType(name, parameters)


def charset_codec(label: str) -> str | None:
    """Return Python's codec of a charset's name; None for one that is not known."""
    return _LABELS.get(label.strip("'\" \t").lower())


def as_text(media: MediaType, data: bytes, *, cut: bool = False) -> tuple[str, str] | None:
    """Return a body as text, and the codec that read it; None when it is no text.

    A byte order mark goes before the media type's charset, that before what the document says, that before
    UTF-8. `cut`: the end is missing, so the last character may be, too.
    """
    codec = _bom(data) or charset_codec(media.parameters.get("charset", "")) or _told_inside(media, data)
    for candidate in (codec, "utf-8"):
        text = _decode(candidate, data, cut=cut) if candidate else None
        if text is not None and (candidate == codec or "\0" not in text):
            return text, candidate or ""
    if media.name.startswith("text/"):
        return data.decode("utf-8", "backslashreplace"), ""
    return None


def sniff(data: bytes) -> str:
    """Return the media type that the first bytes tell; empty when they tell none."""
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return "image/avif" if data[8:12] == b"avif" else "video/mp4"
    return next((name for magic, name in _MAGICS if data.startswith(magic)), "")


def preload() -> None:
    """Load the codecs now, for a run that gives up its privileges before it meets them."""
    for codec in _CHARSETS:
        codecs.lookup(codec)


def _bom(data: bytes) -> str | None:
    return next((codec for mark, codec in _BOMS if data.startswith(mark)), None)


def _told_inside(media: MediaType, data: bytes) -> str | None:
    beginning = data[:META_WITHIN]
    found = None
    if "html" in media.name or not media.name:
        found = _META.search(beginning)
    if not found and ("xml" in media.name or not media.name):
        found = _XML.search(beginning)
    codec = charset_codec(found[1].decode("ascii")) if found else None
    # it was read as ASCII, so it is nothing of two bytes a character
    return "utf-8" if codec and codec.startswith("utf-") else codec


def _decode(codec: str, data: bytes, *, cut: bool) -> str | None:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        return decoder.decode(data, final=not cut)
    except UnicodeError:
        return None
