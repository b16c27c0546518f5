"""Versions: an ETag says which one a client saw, and If-Match that it changes no other.

Source: RFC 9110, sections 8.8.3 and 13.1.1.
"""

import re
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Response
from fastapi.dependencies.models import Dependant

from fintrack.api.fields import Told
from fintrack.errors import Outdated

TAG = re.compile(r'(?:W/)?"?([0-9a-f]{1,32})"?')
NO_VERSION = "This is no version of it. Send the ETag that came with it, as If-Match."
UNVERSIONED = "This has no versions. Ask again without If-Match."


class Versioned(Told):
    """What is told with its version, which is the ETag of the thing alone."""

    version: str


Thing = TypeVar("Thing", bound=Versioned)


def seen_version(
    if_match: Annotated[
        str | None,
        Header(description="The ETag that was seen; refused with 412 when somebody was faster."),
    ] = None,
) -> str | None:
    """Return the version that a change is made against, None for whatever stands.

    Raises:
        Outdated: the header names no version.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    match = TAG.fullmatch(if_match.strip())
    if match is None:
        raise Outdated(NO_VERSION)
    return match[1]


def seen_number(version: Annotated[str | None, Depends(seen_version)]) -> int | None:
    """Return the version of what is counted by its changes.

    Raises:
        Outdated: the header names no version of such a thing.
    """
    if version is None:
        return None
    if not version.isdecimal() or len(version) > 9:  # noqa: PLR2004 - what PostgreSQL keeps
        raise Outdated(NO_VERSION)
    return int(version)


def knows_versions(dependant: Dependant) -> bool:
    """Return whether a route looks at If-Match."""
    return dependant.call is seen_version or any(map(knows_versions, dependant.dependencies))


def name_version(response: Response, version: int | str) -> None:
    """Put the version into the answer's ETag."""
    response.headers["ETag"] = f'"{version}"'


def tagged(response: Response, thing: Thing) -> Thing:
    """Return the thing, whose version is put into the answer's ETag."""
    name_version(response, thing.version)
    return thing


IfMatch = Annotated[str | None, Depends(seen_version)]
IfMatchNumber = Annotated[int | None, Depends(seen_number)]
