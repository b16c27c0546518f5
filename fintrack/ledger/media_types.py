"""What kind of file it is: said by its content, never by its name."""

ANYTHING = "application/octet-stream"
BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
TEXT, WEBP, HEIC = "text/plain", "image/webp", "image/heic"
# No browser runs any of them: a page or a script is a text here.
MEDIA_TYPES = frozenset({*BEGINNINGS.values(), TEXT, WEBP, HEIC, ANYTHING})
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1"}
# Tabs and the ends of lines and pages; no other control sign stands in a text.
SPACES = {"\t", "\n", "\f", "\r"}
SPACE = " "


def media_type_of(content: bytes) -> str:
    """Return which of the `MEDIA_TYPES` a file is of, `ANYTHING` if none is certain.

    Source: WHATWG MIME Sniffing, section 6; ISO/IEC 23008-12, section 10.
    """
    for beginning, media_type in BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return HEIC
    return TEXT if _is_text(content) else ANYTHING


def _is_text(content: bytes) -> bool:
    try:
        signs = set(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False
    return all(sign >= SPACE or sign in SPACES for sign in signs)
