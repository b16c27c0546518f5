"""How a search is best read: from the few rows it has, along its tokens, or by walking the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    FromClause,
    ScalarSelect,
    TableValuedAlias,
    Text,
    and_,
    func,
    literal,
    null,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.selectable import LateralFromClause

from fintrack.derived_schema import SearchToken
from fintrack.ledger.search import search_terms

MOST_TOKENS = 7
# So few are looked up one by one, whatever else is asked; a screen then still reads under 200 rows.
FEW_ROWS = 80
# How far back the n-th newest hit lies tells how rare a word is, without counting.
SAMPLE = 16
LAST_LETTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """Where to look: among `ids`, else along the `tokens` of one term, else everywhere."""

    term: str = ""
    tokens: tuple[str, ...] = ()
    ids: tuple[UUID, ...] | None = None

    @property
    def is_walk(self) -> bool:
        """Return whether the search has no better path than the list itself."""
        return not self.term


def search_plan(db: Session, words: str) -> SearchPlan:
    """Return where to look for transactions that hold all the words; the rest is checked there."""
    terms = search_terms(words)
    if not terms:
        return SearchPlan()
    tokens = _first_tokens(db, terms)
    plans = [plan for term in terms if not (plan := _plan(db, term, tuple(tokens[term]))).is_walk]
    narrow = [plan for plan in plans if plan.ids is not None or not plan.tokens]
    if narrow:
        return narrow[0]
    return min(plans, key=lambda plan: max(tokens[plan.term].values()), default=SearchPlan())


def beginning(token: InstrumentedAttribute[str], term: str) -> ColumnElement[bool]:
    """Return the condition that a token begins with `term`, by comparisons an index can use."""
    return and_(token >= term, token < term + LAST_LETTER)


def _plan(db: Session, term: str, tokens: tuple[str, ...]) -> SearchPlan:
    if len(tokens) <= MOST_TOKENS:
        return SearchPlan(term, tokens)
    rows = select(SearchToken.transaction_id).where(beginning(SearchToken.token, term))
    ids = db.scalars(rows.limit(FEW_ROWS + 1)).all()
    return SearchPlan(term, ids=tuple(set(ids))) if len(ids) <= FEW_ROWS else SearchPlan()


def _first_tokens(db: Session, terms: Sequence[str]) -> dict[str, dict[str, date]]:
    """Return the tokens that begin with each term, at most one more than a page can follow.

    Each is found by one step into the index, however many rows the one before it has. With it
    comes the day of its n-th newest hit, the first of all days where it has fewer or is alone.
    """
    asked = _unnested(term=terms)
    first = _next_token(asked, SearchToken.token >= asked.c.term)
    start = select(asked.c.term, first.c.token, literal(1).label("number")).join(first, true())
    found = start.cte("found", recursive=True)
    step = _next_token(found, SearchToken.token > found.c.token)
    following = select(found.c.term, step.c.token, found.c.number + 1).join(step, true())
    found = found.union_all(following.where(found.c.number <= MOST_TOKENS))
    tokens: dict[str, dict[str, date]] = {term: {} for term in terms}
    sampled = _sampled_day(found) if len(terms) > 1 else null()
    for term, token, day in db.execute(select(found.c.term, found.c.token, sampled)):
        tokens[term][token] = day or date.min
    return tokens


def _next_token(place: FromClause, after: ColumnElement[bool]) -> LateralFromClause:
    within = SearchToken.token < place.c.term + LAST_LETTER
    following = select(SearchToken.token).where(after, within).order_by(SearchToken.token)
    return following.limit(1).correlate(place).lateral()


def _sampled_day(found: CTE) -> ScalarSelect[date]:
    newest = (SearchToken.booked_on.desc(), SearchToken.transaction_id.desc())
    hits = select(SearchToken.booked_on).where(SearchToken.token == found.c.token)
    return hits.order_by(*newest).offset(SAMPLE - 1).limit(1).correlate(found).scalar_subquery()


def _unnested(**columns: Sequence[str]) -> TableValuedAlias:
    """Return the texts as rows of a table, a column each."""
    texts = [literal(list(column), ARRAY(Text)) for column in columns.values()]
    return func.unnest(*texts).table_valued(*columns, name="asked").render_derived()
