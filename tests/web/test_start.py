"""FinTrack starts from any folder and under any server, or says why it does not."""

import os
import subprocess
import sys
from pathlib import Path

from tests.web.serving import PATIENCE, ROOT, free_port, served, throw_away_home
from tests.web.visiting import fetch, register_first

UVICORN = ("-m", "uvicorn", "--app-dir", str(ROOT), "app:app", "--port={port}")


def test_the_guard_and_the_sign_in_work_under_uvicorn_in_another_folder() -> None:
    """Streamlit looks for its configuration in another way there; without it nobody signs in."""
    with throw_away_home() as home, served(home, command=UVICORN) as server:
        assert fetch(server.url, "/_stcore/metrics").status == 404
        assert register_first(server.url).sent_to == "/"


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
