"""FinTrack starts from any folder and under any server, or says why it does not."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import streamlit

from fintrack.operations.processes import is_server_alive
from tests.web.serving import PATIENCE, ROOT, free_port, served, throw_away_home
from tests.web.visiting import fetch, register_first

UVICORN = ("-m", "uvicorn", "--app-dir", str(ROOT), "app:app", "--port={port}")


def test_the_guard_and_the_sign_in_work_under_uvicorn_in_another_folder() -> None:
    """Streamlit looks for its configuration in another way there; without it nobody signs in."""
    with throw_away_home() as home, served(home, command=UVICORN) as server:
        assert fetch(server.url, "/_stcore/metrics").status == 404
        assert register_first(server.url).sent_to == "/"


def test_a_server_that_is_told_to_stop_waits_for_no_reader_and_leaves_no_postgresql_behind() -> (
    None
):
    with throw_away_home() as home, served(home) as server:
        assert is_server_alive(home)
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", server.port))
            client.sendall(f"GET {_largest_file()} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert client.recv(12) == b"HTTP/1.1 200"
            server.stop()
        assert server.process.poll() is not None
        assert not is_server_alive(home)


def _largest_file() -> str:
    """Return the path of something that does not fit between two programs."""
    files = Path(streamlit.__file__).with_name("static").rglob("static/js/*.js")
    return f"/static/js/{max(files, key=lambda file: file.stat().st_size).name}"


def test_a_database_that_cannot_be_reached_is_said_in_one_sentence(tmp_path: Path) -> None:
    address = f"postgresql://nobody:secret@127.0.0.1:{free_port()}/nowhere"
    answer = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port=0"],
        cwd=tmp_path,
        env=os.environ | {"DATABASE_URL": address, "FINTRACK_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert answer.returncode != 0
    assert "FinTrack cannot start. The database cannot be reached" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "secret" not in answer.stderr
