"""Words of members as words: nothing they typed may act as markup."""

import re
from typing import Literal, get_args

from fintrack.context import Flag, Role, TenantContext, TenantType

# A word joiner, which nobody sees, keeps addresses from becoming links by themselves.
LINKS = re.compile(r"(@|:(?=//)|\bwww(?=\.))", re.IGNORECASE)
JOINER = "\u2060"
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
    Flag.API: "Use the API",
}


def colour_of(context: TenantContext) -> Colour:
    """Return the tenant's colour among those that badges have, gray if it has none of them."""
    return next((each for each in get_args(Colour) if each == context.colour), "gray")


def escaped(text: str) -> str:
    """Return the text so that Streamlit's Markdown shows it letter for letter."""
    plain = LINKS.sub(rf"\1{JOINER}", " ".join(text.split()))
    return MARKUP.sub(r"\\\1", plain)
