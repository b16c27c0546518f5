"""Libraries that others read bank files with, each in a process of its own.

`PYTHON readers.py FORMAT FILE` prints how long the library of the format takes. This file needs
nothing but a Python that has it; of FinTrack they are no requirements.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from io import BytesIO, StringIO
from pathlib import Path
from resource import RLIMIT_CPU, setrlimit
from signal import SIGXCPU
from time import process_time

PATIENCE = 180
Count = Callable[[bytes, Path], int]


@dataclass(frozen=True, slots=True)
class PeerFigures:
    """What the library of a format took: processor seconds, and rows found.

    Without them `said` tells why.
    """

    name: str
    rows: int | None = None
    seconds: float | None = None
    said: str = ""


def peer_figures(python: str, form: str, content: bytes) -> PeerFigures:
    """Return how long the library that this Python has for the format reads the same bytes."""
    library = LIBRARIES[form][0]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file.xml"
        file.write_bytes(content)
        try:
            done = subprocess.run(
                [python, "-I", __file__, form, str(file)],
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError:
            return PeerFigures(library, said="not installed")
    if done.returncode == -SIGXCPU:
        return PeerFigures(library, said=f"longer than {PATIENCE}")
    if done.returncode:
        last = (done.stderr.splitlines() or [f"it ended with {done.returncode}"])[-1]
        is_missing = last.startswith("ModuleNotFoundError")
        return PeerFigures(library, said="not installed" if is_missing else f"fails: {last[:80]}")
    return PeerFigures(**json.loads(done.stdout.splitlines()[-1]))


def main(form: str, name: str) -> None:
    """Read the file once with the library of its format, and print how long that took.

    The system ends what computes for longer than three minutes.
    """
    setrlimit(RLIMIT_CPU, (PATIENCE, PATIENCE + 10))
    library, modules, count = LIBRARIES[form]
    for module in modules:
        import_module(module)
    file = Path(name)
    content = file.read_bytes()
    started = process_time()
    rows = count(content, file)
    figures: dict[str, object] = {"rows": rows, "seconds": process_time() - started}
    figures |= {"name": f"{library} {version(library)}"}
    sys.stdout.write(json.dumps(figures))


def _pandas(content: bytes, _file: Path) -> int:
    """It is told what each column is."""
    table = import_module("pandas").read_csv(
        BytesIO(content),
        sep=";",
        parse_dates=["Date", "Value date"],
        dtype={"Payee": str, "Purpose": str, "Amount": float, "Currency": str},
    )
    return len(table)


def _calamine(content: bytes, _file: Path) -> int:
    """Cells alone, below one row of heads."""
    book = import_module("python_calamine").CalamineWorkbook.from_filelike(BytesIO(content))
    return len(book.get_sheet_by_index(0).to_python()) - 1


def _ofxparse(content: bytes, _file: Path) -> int:
    found = import_module("ofxparse").OfxParser.parse(BytesIO(content))
    return sum(len(each.statement.transactions) for each in found.accounts)


def _quiffen(content: bytes, _file: Path) -> int:
    found = import_module("quiffen").Qif.parse_string(content.decode(), day_first=False)
    return sum(len(rows) for each in found.accounts.values() for rows in each.transactions.values())


def _bankstatementparser(parser: str) -> Count:
    def count(_content: bytes, file: Path) -> int:
        return len(getattr(import_module("bankstatementparser"), parser)(str(file)).parse())

    return count


def _mt940(content: bytes, _file: Path) -> int:
    return len(import_module("mt940").parse(StringIO(content.decode())))


def _pycoda(content: bytes, _file: Path) -> int:
    statements = import_module("coda.parser").Parser().parse(content)
    return sum(len(each.movements) for each in statements)


def _csb43(content: bytes, _file: Path) -> int:
    batch = import_module("csb43.aeb43").read_batch(BytesIO(content))
    return sum(len(each.transactions) for each in batch.accounts)


LIBRARIES: dict[str, tuple[str, tuple[str, ...], Count]] = {
    "csv": ("pandas", ("pandas",), _pandas),
    "xlsx": ("python-calamine", ("python_calamine",), _calamine),
    "ofx 1": ("ofxparse", ("ofxparse",), _ofxparse),
    "ofx 2": ("ofxparse", ("ofxparse",), _ofxparse),
    "qif": ("quiffen", ("quiffen",), _quiffen),
    "camt.052": (
        "bankstatementparser", ("bankstatementparser",), _bankstatementparser("Camt052Parser")
    ),
    "camt.053": (
        "bankstatementparser", ("bankstatementparser",), _bankstatementparser("CamtParser")
    ),
    "camt.054": (
        "bankstatementparser", ("bankstatementparser",), _bankstatementparser("Camt054Parser")
    ),
    "mt940": ("mt-940", ("mt940",), _mt940),
    "mt942": ("mt-940", ("mt940",), _mt940),
    "coda": ("pycoda", ("coda.parser",), _pycoda),
    "norma43": ("csb43", ("csb43.aeb43",), _csb43),
}  # fmt: skip

if __name__ == "__main__":
    main(*sys.argv[1:])
