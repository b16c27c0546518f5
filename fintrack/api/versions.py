"""Versions: an ETag says which one a client saw, and If-Match that it changes no other.

Source: RFC 9110, sections 8.8.3 and 13.1.1.
"""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from fintrack.errors import Outdated

TAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')
NO_VERSION = "This is no version of it. Send the ETag that came with it, as If-Match."


def wanted_version(
    if_match: Annotated[
        str | None,
        Header(description="The ETag that was seen; refused with 412 when somebody was faster."),
    ] = None,
) -> int | None:
    """Return the version that a change is made against, None for whatever stands.

    Raises:
        Outdated: the header names no version.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    match = TAG.fullmatch(if_match.strip())
    if match is None:
        raise Outdated(NO_VERSION)
    return int(match[1])


def name_version(response: Response, version: int) -> None:
    """Put the version into the answer's ETag."""
    response.headers["ETag"] = f'"{version}"'


IfMatch = Annotated[int | None, Depends(wanted_version)]
