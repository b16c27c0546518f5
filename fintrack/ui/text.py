"""Words of members as words: nothing they typed may act as markup."""

import re
from typing import Literal, get_args

from fintrack.context import Flag, Role, TenantContext, TenantType

# A word joiner, which nobody sees, keeps addresses from becoming links by themselves.
LINKS = re.compile(r"(@|:(?=//)|\bwww(?=\.))", re.IGNORECASE)
JOINER = "\u2060"
INLINE = re.compile(r"([\\`*_\[\]<>$~:^|&=])")
BLOCK = re.compile(r"^([#+-])|^(\d+)(?=[.)])")
MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=@&/])")
TYPE_NAMES = {
    TenantType.PERSONAL: "Personal",
    TenantType.FAMILY: "Family",
    TenantType.BUSINESS: "Business",
}
TYPE_ICONS = {
    TenantType.PERSONAL: ":material/person:",
    TenantType.FAMILY: ":material/family_restroom:",
    TenantType.BUSINESS: ":material/business_center:",
}
Colour = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray"]
COLOURS: tuple[Colour, ...] = get_args(Colour)
ROLE_NAMES = {
    Role.OWNER: "Owner",
    Role.ADMIN: "Admin",
    Role.MEMBER: "Member",
    Role.VIEWER: "Viewer",
}
ROLE_MEANINGS = {
    Role.OWNER: "may do everything, and close the tenant",
    Role.ADMIN: "changes the books, manages members and settings",
    Role.MEMBER: "reads and changes the books",
    Role.VIEWER: "reads the books",
}
FLAG_NAMES = {
    Flag.EXPORT: "Export",
    Flag.IMPORT: "Import bank files",
    Flag.INVITE: "Invite people",
    Flag.API: "Use API tokens",
}


def colour_of(word: str) -> Colour:
    """Return a tenant's colour as badges have it, gray if they have none of that word."""
    return next((each for each in COLOURS if each == word), "gray")


def mark_of(context: TenantContext) -> str:
    """Return a dot in the tenant's colour to stand before its name, nothing for gray."""
    colour = colour_of(context.colour)
    return "" if colour == "gray" else f":{colour}[●] "


def escaped(text: str) -> str:
    """Return the text so that Streamlit's Markdown shows it letter for letter."""
    return MARKUP.sub(r"\\\1", _joined(text))


def escaped_sentence(text: str) -> str:
    """Return a whole sentence that may quote a member, so that it is shown letter for letter.

    It stands alone, so that only its first sign could begin a list, a heading or a quotation.
    """
    inline = INLINE.sub(r"\\\1", _joined(text))
    return BLOCK.sub(lambda start: f"\\{start[1]}" if start[1] else f"{start[2]}\\", inline)


def unmarked(text: str) -> str:
    """Return the text for a label, which is read aloud as it is written: without any markup."""
    return BLOCK.sub(f"{JOINER}\\g<0>", " ".join(INLINE.sub(" ", _joined(text)).split()))


def _joined(text: str) -> str:
    return LINKS.sub(rf"\1{JOINER}", " ".join(text.split()))
