"""`python -m tests.fuzzing FORMAT`: no input makes a reader fail otherwise than by its refusal."""

import argparse
import gc
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import count
from multiprocessing import get_context
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["fintrack.statements", "fintrack.operations.archive"]):
    from tests.fuzzing.formats import FORMATS, kept_if_it_fails, seeds

_WORDS = Path(__file__).parent / "words"
_ALL = "all"
# Bytes that are no text are decoded at random; one in so many inputs keeps them.
_ONE_RAW_IN = 8
# One in so many inputs goes the way of members: the program finds out its format.
_ONE_RECOGNISED_IN = 64


def main(words: Sequence[str] | None = None) -> int:
    """Fuzz until a reader fails, or for as many inputs or seconds as asked."""
    parser = argparse.ArgumentParser("python -m tests.fuzzing", description=__doc__)
    parser.add_argument("format", choices=[*FORMATS, _ALL], help="`all` takes one after the other")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="of each format")
    parser.add_argument("--seconds", type=int, default=0, help="in all; without end by default")
    parser.add_argument("--kept", type=Path, default=Path(), help="where a failing input is kept")
    arguments = parser.parse_args(words)
    chosen = FORMATS if arguments.format == _ALL else [arguments.format]
    seconds = max(1, arguments.seconds // len(chosen)) if arguments.seconds else 0
    with tempfile.TemporaryDirectory() as folder:
        options = [f"-atheris_runs={arguments.inputs}", f"-max_total_time={seconds}"]
        codes = [_exit_code(name, arguments.kept, options, Path(folder)) for name in chosen]
    return int(any(codes))


def _exit_code(name: str, kept: Path, options: Sequence[str], folder: Path) -> int | None:
    """Fuzz in a fork: the fuzzer ends the process it runs in, and instrumenting one is slow."""
    process = get_context("fork").Process(target=_fuzz, args=(name, kept, options, folder))
    process.start()
    process.join()
    return process.exitcode


def _fuzz(name: str, kept: Path, options: Sequence[str], folder: Path) -> None:
    files = [folder / f"{name}-{at}" for at, _ in enumerate(seeds(name))]
    for file, seed in zip(files, seeds(name), strict=True):
        file.write_bytes(seed)
    own_options = [
        f"-max_len={FORMATS[name].longest}",
        f"-artifact_prefix={kept / name}-",
        f"-dict={_WORDS / name}.dict",
        f"-seed_inputs={','.join(map(str, files))}",
        "-rss_limit_mb=2048",
        "-timeout=10",
    ]
    atheris.Setup(
        [sys.argv[0], *options, *own_options], _target(name, kept), custom_mutator=_mutated
    )
    gc.collect()
    gc.freeze()
    atheris.Fuzz()


def _target(name: str, kept: Path) -> Callable[[bytes], None]:
    packed, turn = FORMATS[name].packed, count()

    def read(said: bytes) -> None:
        recognised = next(turn) % _ONE_RECOGNISED_IN == 0
        kept_if_it_fails(name, packed(said), kept, recognised=recognised)

    return read


def _mutated(said: bytes, longest: int, seed: int) -> bytes:
    changed: bytes = atheris.Mutate(said, longest)
    return changed if seed % _ONE_RAW_IN == 0 else changed.decode(errors="ignore").encode()


if __name__ == "__main__":
    sys.exit(main())
