"""The API of a real server, started as README says, walked through as docs/api.md says."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fintrack.operations.webhooks import NOT_PUBLIC
from tests.api.calling import call_over_network
from tests.web.serving import ROOT, Served, served, throw_away_home

DOCUMENT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(sh|json|csv)\n(.*?)```", re.DOTALL)
MARK = "--- end of step ---"
ADDRESS = "http://localhost:8501"


@dataclass(frozen=True, slots=True)
class Walk:
    """What each block of commands printed, and the folder in which they ran."""

    printed: list[str]
    folder: Path


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A real server on which nobody has an account."""
    with throw_away_home() as home, served(home) as running:
        yield running


@pytest.fixture(scope="module")
def walk(server: Served, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The commands of the document, all of them, in one shell."""
    if shutil.which("curl") is None:
        pytest.skip("there is no curl")
    folder = tmp_path_factory.mktemp("walk")
    script = f"\necho '{MARK}'\n".join(text for kind, text in blocks() if kind == "sh")
    assert ADDRESS in script
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(ADDRESS, server.url)],  # noqa: S607 - the reader's
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return Walk([each.strip() for each in done.stdout.split(MARK)], folder)


def blocks() -> list[tuple[str, str]]:
    """Return the document's commands and what is said to come of them."""
    return [(kind, text) for kind, text in BLOCK.findall(DOCUMENT)]


def test_the_commands_of_the_document_print_what_it_says(walk: Walk) -> None:
    steps, said = -1, {}
    for kind, text in blocks():
        if kind == "sh":
            steps += 1
        else:
            said[steps] = json.loads(text) if kind == "json" else text.strip()
    printed = {step: walk.printed[step].replace("\r", "") for step in said}
    assert len(said) == 3
    assert {
        step: json.loads(text) if text.startswith("{") else text for step, text in printed.items()
    } == said


def test_the_walk_imports_what_its_preview_says(walk: Walk) -> None:
    preview, imported = (
        json.loads((walk.folder / name).read_text()) for name in ("preview.json", "imported.json")
    )
    assert (preview["id"], preview["new"], imported["new"]) == (None, 4, 4)
    (account,) = imported["accounts"]
    assert (account["currency"], account["count"], account["sum"]) == ("EUR", 4, "1390.25")
    assert account["account_id"] is not None


def test_the_walk_ends_signed_out(server: Served, walk: Walk) -> None:
    signed_in = json.loads((walk.folder / "signed-in.json").read_text())
    assert signed_in["tenant"]["role"] == "OWNER"
    answer = call_over_network(server.url, "GET", "/me", token=signed_in["access_token"])
    assert answer.status == 401


def test_the_document_and_a_refusal_come_over_the_network(server: Served) -> None:
    document = call_over_network(server.url, "GET", "/openapi.json")
    refused = call_over_network(server.url, "GET", "/me")
    assert document.json["info"]["title"] == "FinTrack"
    assert document.json["servers"] == [{"url": "/api/v1"}]
    assert (refused.status, refused.json["status"]) == (401, 401)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["www-authenticate"] == "Bearer"


def test_a_running_server_tells_webhooks_by_itself(server: Served, walk: Walk) -> None:
    credentials = {"email": "ana@example.org", "password": "three plain words"}
    token = call_over_network(server.url, "POST", "/token", credentials).json["access_token"]
    given = {"url": "http://127.0.0.1:9/told", "events": ["account.created"]}
    webhook = call_over_network(server.url, "POST", "/webhooks", given, token=token).json["id"]
    account = {"name": "Told", "kind": "CASH"}
    call_over_network(server.url, "POST", "/accounts", account, token=token)
    path, tries = f"/webhooks/{webhook}/deliveries", 0
    while not tries:
        told = call_over_network(server.url, "GET", path, token=token)
        assert told.status == 200, "no try was made before the token's requests were used up"
        tries = told.json["items"][0]["tries"]
    assert told.json["items"][0]["answer"] in {"", NOT_PUBLIC}
