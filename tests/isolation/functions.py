"""Every function of the domain that takes a context, found in the code, and the ids that it takes."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, get_args, get_type_hints
from uuid import UUID

from fintrack.context import USUAL_FLAGS, Flag, Role, TenantContext
from tests.isolation.ledgers import Ledger

PLACES = ("access", "ledger", "statements", "analytics", "operations", "limits")
Function = Callable[..., Any]
Ask = Callable[[TenantContext, Ledger], object]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for an id in a call: of which kind of row, and the call."""

    kind: str
    ask: Callable[[TenantContext, Ledger, UUID], object]


@dataclass(frozen=True, slots=True)
class Case:
    """How a function is called: the lowest role that may, its call, and one for every id in it.

    Without a call of its own, the first id's is made for a fresh row of the member's own tenant.
    `is_refused` says that even the owner is, for another reason than the role. `flag` is what the
    call needs beside the role.
    """

    lowest: Role
    ids: Mapping[str, Slot] = field(default_factory=dict)
    call: Ask | None = None
    is_refused: bool = False
    flag: Flag | None = None

    def refuses(self, role: Role) -> bool:
        """Return whether a usual member of the role is refused for the role or the flag."""
        lacks_flag = self.flag is not None and self.flag not in USUAL_FLAGS[role]
        return role.rank < self.lowest.rank or lacks_flag

    def ask(self, context: TenantContext, own: Ledger) -> object:
        """Call the function as this member, about the member's own tenant."""
        if self.call is not None:
            return self.call(context, own)
        slot = next(iter(self.ids.values()))
        return slot.ask(context, own, own.new(slot.kind))


def domain_functions() -> list[Function]:
    """Return the public functions of the domain that take a `TenantContext`."""
    return [
        function
        for place in PLACES
        for module in _modules(place)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        if TenantContext in _parameters(function).values()
    ]


def name_of(function: Function) -> str:
    """Return module and name as they are read in a failure."""
    return f"{function.__module__.removeprefix('fintrack.')}.{function.__name__}"


def id_slots(function: Function) -> set[str]:
    """Return where a call takes ids: parameters, and fields of the records that it takes."""
    return {
        slot
        for name, hint in _parameters(function).items()
        if hint is not TenantContext
        for slot in _slots(name, hint)
    }


def _modules(place: str) -> Iterator[Any]:
    home = importlib.import_module(f"fintrack.{place}")
    yield home
    for module in pkgutil.walk_packages(getattr(home, "__path__", ()), f"{home.__name__}."):
        yield importlib.import_module(module.name)


def _parameters(function: Function) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(function).items() if name != "return"}


def _slots(name: str, hint: Any) -> Iterator[str]:  # noqa: ANN401 - any annotation
    if hint is UUID:
        yield name
    elif is_dataclass(hint) and isinstance(hint, type):
        inner = get_type_hints(hint)
        for each in fields(hint):
            yield from _slots(f"{name}.{each.name}", inner[each.name])
    else:
        for part in get_args(hint):
            yield from _slots(name, part)
