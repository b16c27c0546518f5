"""`python -m tests.fuzzing FORMAT`: no input makes a reader fail otherwise than by its refusal."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["fintrack.statements"]):
    from tests.fuzzing.formats import FORMATS, LONGEST, is_read_or_refused, seeds


def main(words: Sequence[str] | None = None) -> None:
    """Fuzz one format until it fails, or for as many inputs or seconds as asked."""
    parser = argparse.ArgumentParser("python -m tests.fuzzing", description=__doc__)
    parser.add_argument("format", choices=FORMATS)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="a million by default")
    parser.add_argument("--seconds", type=int, default=0, help="without end by default")
    arguments = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as corpus:
        for seed in seeds(arguments.format):
            (Path(corpus) / sha256(seed).hexdigest()).write_bytes(seed)
        options = [
            f"-atheris_runs={arguments.inputs}",
            f"-max_total_time={arguments.seconds}",
            f"-max_len={LONGEST}",
            f"-artifact_prefix={arguments.format}-",
            "-rss_limit_mb=4096",
            "-timeout=10",
        ]
        atheris.Setup([sys.argv[0], corpus, *options], _fuzz(arguments.format))
        atheris.Fuzz()


def _fuzz(name: str):
    def one(content: bytes) -> None:
        is_read_or_refused(name, content)

    return one


if __name__ == "__main__":
    main()
