"""How a search is best read: from the few rows it has, along its tokens, or by walking the list."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from fintrack.derived_schema import SearchToken
from fintrack.ledger.search import search_terms

MOST_TOKENS = 7
# So few are looked up one by one, whatever else is asked; a screen then still reads under 200 rows.
FEW_ROWS = 150
# How far back the n-th newest hit lies tells how rare a word is, without counting.
SAMPLE = 16
LAST_LETTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """Where to look: among `ids`, else along the `tokens` of one term, else everywhere."""

    term: str | None = None
    tokens: tuple[str, ...] = ()
    ids: tuple[UUID, ...] | None = None

    @property
    def is_walk(self) -> bool:
        """Return whether the search has no better path than the list itself."""
        return self.term is None


def search_plan(db: Session, words: str) -> SearchPlan:
    """Return where to look for transactions that hold all the words; the rest is checked there."""
    plans = [plan for term in search_terms(words) if not (plan := _plan(db, term)).is_walk]
    narrow = [plan for plan in plans if plan.ids is not None or not plan.tokens]
    if narrow:
        return narrow[0]
    if len(plans) > 1:
        return min(plans, key=lambda plan: _sampled_day(db, plan.tokens))
    return plans[0] if plans else SearchPlan()


def beginning(token: InstrumentedAttribute[str], term: str) -> ColumnElement[bool]:
    """Return the condition that a token begins with `term`, by comparisons an index can use."""
    return and_(token >= term, token < term + LAST_LETTER)


def _plan(db: Session, term: str) -> SearchPlan:
    tokens = _first_tokens(db, term)
    if len(tokens) <= MOST_TOKENS:
        return SearchPlan(term, tokens)
    rows = select(SearchToken.transaction_id).where(beginning(SearchToken.token, term))
    ids = db.scalars(rows.limit(FEW_ROWS + 1)).all()
    return SearchPlan(term, ids=tuple(set(ids))) if len(ids) <= FEW_ROWS else SearchPlan()


def _first_tokens(db: Session, term: str) -> tuple[str, ...]:
    """Return the tokens that begin with `term`, at most one more than a page can follow.

    Each is found by one step into the index, however many rows the one before it has.
    """
    first = select(SearchToken.token, literal(1).label("number"))
    start = first.where(beginning(SearchToken.token, term)).order_by(SearchToken.token).limit(1)
    found = select(start.subquery()).cte("found", recursive=True)
    later = aliased(SearchToken)
    step = (
        select(later.token)
        .where(later.token > found.c.token, later.token < term + LAST_LETTER)
        .order_by(later.token)
        .limit(1)
        .correlate(found)
        .lateral("step")
    )
    following = select(step.c.token, found.c.number + 1).join(step, true())
    found = found.union_all(following.where(found.c.number <= MOST_TOKENS))
    return tuple(db.scalars(select(found.c.token)))


def _sampled_day(db: Session, tokens: tuple[str, ...]) -> date:
    """Return the day of the n-th newest hit; the beginning of time when there are fewer."""
    newest = [
        select(SearchToken.booked_on)
        .where(SearchToken.token == token)
        .order_by(SearchToken.booked_on.desc(), SearchToken.transaction_id.desc())
        .limit(SAMPLE)
        for token in tokens
    ]
    days = union_all(*(select(each.subquery()) for each in newest)).subquery("days")
    nth = select(days.c.booked_on).order_by(days.c.booked_on.desc()).offset(SAMPLE - 1).limit(1)
    return db.scalars(nth).one_or_none() or date.min
