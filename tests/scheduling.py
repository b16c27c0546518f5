"""Which worker runs which tests: those of one file stay together, for what they share is costly."""

import os
import re

from xdist.scheduler import LoadScopeScheduling

SERVERS = [int(major) for major in os.environ.get("FINTRACK_TEST_SERVERS", "18").split(",")]
_SERVER = re.compile(rf"\[({'|'.join(map(str, SERVERS))})[]-]")


class FileScheduling(LoadScopeScheduling):  # type: ignore[misc]  # it carries no types
    """Give a worker all tests of a file on one PostgreSQL at a time, in the order they come in."""

    def _split_scope(self, nodeid: str) -> str:
        """Return what the test shares with those that have to run beside it."""
        file, _, test = nodeid.partition("::")
        server = _SERVER.search(test)
        return f"{file} on {server[1]}" if server else file
