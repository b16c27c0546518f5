"""A bank file on its way to the API."""

from collections.abc import Mapping

from tests.api.calling import Reply, call
from tests.api.stage import BOUNDARY


def send(
    token: str,
    content: bytes,
    *,
    path: str = "/imports",
    boundary: str = BOUNDARY,
    headers: Mapping[str, str] | None = None,
    **fields: str,
) -> Reply:
    """Return the answer to a file with these fields beside it."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="m.csv"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
    return call("POST", path, token=token, headers={**kind, **(headers or {})}, content=body)
