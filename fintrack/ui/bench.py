"""What a rerun of Home costs the server for one session, and how long a switch of tenants takes."""

import json
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from fintrack.errors import Unavailable
from fintrack.operations.bench_fleet import Fleet
from fintrack.operations.bench_measures import Measure
from fintrack.ui.bench_switch import switching

MAIN = Path(__file__).with_name("main.py")
PATIENCE = 60


def _rerun_of_home(
    fleet: Fleet, _admin: object
) -> tuple[Callable[[], object], Callable[[], object]]:
    context = fleet.contexts[2]
    home = AppTest.from_file(MAIN, default_timeout=PATIENCE)
    identity = {"handle": context.session.handle.hex(), "session": str(context.session.id)}
    home.user = {"auth": json.dumps(identity)}
    home.query_params["tenant"] = context.slug
    empty = AppTest.from_string("", default_timeout=PATIENCE)
    if [title.value for title in home.run().title] != ["Home"]:
        raise Unavailable("Home does not show itself, so it cannot be measured.")
    return home.run, empty.run


RERUNS = (
    Measure("rerun of Home by one session", "rerun of an empty page", _rerun_of_home, 30),
    Measure("switch of tenants to the first figures", "opening Home anew", switching, 30),
)
