"""Answers that are kept until anything in their tenant changes.

Every change leaves an event in its own transaction, so the number of a tenant's last event is the
version of its data. It is asked anew each time, inside the tenant and as the member: who may not
enter gets nothing, and what anybody committed is in everybody's next answer. An answer belongs to
one member with one role; it is kept as bytes, so nobody changes what another one gets.
"""

import pickle
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from cachetools import LRUCache
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from fintrack.context import TenantContext
from fintrack.db import tenant_transaction

P = ParamSpec("P")
T = TypeVar("T")
STATEMENTS = 64

Versions = dict[Hashable, Any]

_look: ContextVar[Versions | None] = ContextVar("look", default=None)
_lock = Lock()
_kept: LRUCache[Hashable, bytes] = LRUCache(0, getsizeof=len)


def keep_at_most(size: int) -> None:
    """Forget everything, and keep answers of `size` bytes from now on; 0 keeps none."""
    global _kept  # noqa: PLW0603 - the one cache of this process
    with _lock:
        _kept = LRUCache(size, getsizeof=len)


@contextmanager
def one_look() -> Iterator[None]:
    """Ask inside for the version once, not for each answer: a page is drawn as of one moment.

    Whatever else is asked of the database, or written, begins another moment, so that a page sees
    its own changes.
    """
    token = _look.set({})
    try:
        yield
    finally:
        _look.reset(token)


@event.listens_for(Session, "after_begin")
def _end_moment(*_: object) -> None:
    if (look := _look.get()) is not None:
        look.clear()


def kept(
    ask: Callable[Concatenate[TenantContext, P], T],
) -> Callable[Concatenate[TenantContext, P], T]:
    """Keep what `ask` answers; its arguments are hashable and say everything but the data."""

    @wraps(ask)
    def asked(context: TenantContext, /, *args: P.args, **kwargs: P.kwargs) -> T:
        version = _version(context) if _kept.maxsize else None
        if version is None:
            return ask(context, *args, **kwargs)
        question = (ask.__module__, ask.__name__, args, tuple(sorted(kwargs.items())))
        key = (*_asking(context), version, question)
        with _lock:
            found = _kept.get(key)
        if found is not None:
            answer: T = pickle.loads(found)  # noqa: S301 - our own bytes of this process
            return answer
        answer = ask(context, *args, **kwargs)
        _keep(key, pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
        return answer

    return asked


def built_once(build: Callable[P, T]) -> Callable[P, T]:
    """Keep what `build` makes of its arguments: a statement, which holds no rows and never changes.

    SQLAlchemy takes longer to put a statement together than PostgreSQL to answer it.
    """
    return cast("Callable[P, T]", lru_cache(STATEMENTS)(build))


def _asking(context: TenantContext) -> tuple[Hashable, ...]:
    """Return everything of the member that an answer may depend on."""
    who = (context.tenant_id, context.session.user_id, context.seen_as)
    return (*who, context.role, context.flags)


def _version(context: TenantContext) -> Any:  # noqa: ANN401 - a number, None before the first event
    look, asking = _look.get(), (context.session.id, *_asking(context))
    if look is not None and asking in look:
        return look[asking]
    with tenant_transaction(context) as db:
        version = db.scalar(select(func.sec.data_version()))
    if look is not None:
        look[asking] = version
    return version


def _keep(key: Hashable, answer: bytes) -> None:
    with _lock:
        if len(answer) <= _kept.maxsize:
            _kept[key] = answer
