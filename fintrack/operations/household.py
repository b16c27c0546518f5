"""The story of the sample tenant: three years of a household that never was.

Everything follows from a fixed seed and the day it is told: the same day, the same story.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from fintrack.analytics.periods import months_before

MONTHS = 36
SEED = "the household that never was"
CHECKING, SAVINGS, CASH = "Everyday account", "Savings", "Wallet"
CARD, LOAN = "Credit card", "Car loan"
NO_CATEGORY_DAYS = 6
SPLIT_FROM = 40_00
MAY, AUGUST, DECEMBER = 5, 8, 12


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """An account of the story, with what it held on the first day, in cents."""

    name: str
    kind: str
    side: str
    opening: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A transaction of the story, in cents; both legs of a transfer share its number."""

    on: date
    account: str
    payee: str
    amount: int
    category: str = ""
    transfer: int | None = None
    lines: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Habit:
    """Something bought about `times` a month for `low` to `high` cents; more in some months."""

    category: str
    payees: tuple[str, ...]
    account: str
    times: int
    low: int
    high: int
    season: dict[int, int] = field(default_factory=dict)


ACCOUNTS = (
    SampleAccount(CHECKING, "CHECKING", "ASSET", 3_840_15),
    SampleAccount(SAVINGS, "SAVINGS", "ASSET", 9_500_00),
    SampleAccount(CASH, "CASH", "ASSET", 120_00),
    SampleAccount(CARD, "CREDIT_CARD", "LIABILITY", 0),
    SampleAccount(LOAN, "LOAN", "LIABILITY", -13_200_00),
)
# Day of the month, payee, category, cents.
BILLS = (
    (1, "Harbour Homes", "Rent and mortgage", -1_240_00),
    (3, "Fibre One", "Internet and phone", -39_90),
    (4, "Bellphone", "Internet and phone", -24_00),
    (6, "Streamly", "Subscriptions", -13_99),
    (8, "Tunebox", "Subscriptions", -10_99),
    (10, "Oak Gym", "Sport", -34_50),
    (12, "Shield Insurance", "Insurance", -61_20),
    (15, "City Kindergarten", "School and day care", -185_00),
    (20, "Autobank", "Car", -38_40),
    (2, "Northlight Studio", "Salary", 3_120_00),
    (15, "Lakeside Clinic", "Salary", 1_465_00),
)
SUMMER = {7: 3, AUGUST: 4, DECEMBER: 2}
HABITS = (
    Habit("Groceries", ("Green Basket", "Corner Market", "Fresh Yard"), CARD, 11, 18_00, 69_00),
    Habit("Groceries", ("Farmers' Market", "Mill Bakery"), CASH, 8, 3_20, 16_00),
    Habit("Groceries", ("Green Basket", "Fresh Yard"), CHECKING, 3, 22_00, 64_00),
    Habit(
        "Eating out", ("Luigi's", "Noodle Bar", "The Anchor"), CARD, 7, 12_00, 48_00, {DECEMBER: 11}
    ),
    Habit("Eating out", ("Blue Door Coffee", "Kiosk"), CASH, 10, 2_60, 6_80),
    Habit("Public transport", ("City Transit",), CHECKING, 6, 2_40, 9_80),
    Habit("Fuel", ("Shoreline Fuel", "Ring Road Station"), CARD, 3, 41_00, 66_00),
    Habit("Car", ("Kwik Garage", "Park & Go"), CARD, 1, 8_00, 95_00),
    Habit("Doctor and pharmacy", ("Bridge Pharmacy", "Dr Amari"), CARD, 2, 6_00, 42_00, {2: 4}),
    Habit("Clothing", ("Thread & Co", "Kids' Closet"), CARD, 2, 17_00, 88_00, {3: 4, 9: 4}),
    Habit("Household goods", ("Homely", "Tool Shed"), CHECKING, 2, 9_00, 76_00),
    Habit("Culture and hobbies", ("Paper Moon Books", "Odeon"), CARD, 3, 8_00, 36_00),
    Habit("Activities", ("Swim Club", "Music School"), CHECKING, 2, 15_00, 45_00),
    Habit("Pocket money", ("Mia",), CASH, 4, 2_00, 5_00),
    Habit("Travel", ("Skyline Air", "Hotel Mirador", "Railways"), CARD, 0, 60_00, 290_00, SUMMER),
    Habit(
        "Gifts and donations",
        ("Toy Corner", "Open Hands"),
        CHECKING,
        1,
        10_00,
        55_00,
        {DECEMBER: 7},
    ),
)
WINTER = {11: 70_00, DECEMBER: 96_00, 1: 108_00, 2: 94_00, 3: 62_00}


def story(today: date) -> tuple[Entry, ...]:
    """Return what happened from the first of the month 35 months ago to `today`, by day."""
    chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
    first = opened_on(today)
    entries: list[Entry] = []
    for number in range(MONTHS):
        entries += tuple(_month(chance, months_before(first, -number), number, entries))
    told = [entry for entry in entries if entry.on <= today]
    return tuple(sorted((_shortened(each, today) for each in told), key=lambda entry: entry.on))


def opened_on(today: date) -> date:
    """Return the first day of the story."""
    return months_before(today.replace(day=1), MONTHS - 1)


def _month(chance: random.Random, month: date, number: int, before: list[Entry]) -> Iterator[Entry]:
    raised = 100 + 3 * (number // 12)
    for day, payee, category, amount in BILLS:
        yield Entry(month.replace(day=day), CHECKING, payee, amount * raised // 100, category)
    for habit in HABITS:
        yield from _habit(chance, habit, month, raised)
    yield from _seldom(chance, month, raised)
    yield from _transfers(chance, month, number, before)


def _habit(chance: random.Random, habit: Habit, month: date, raised: int) -> Iterator[Entry]:
    for _ in range(habit.season.get(month.month, habit.times)):
        cents = -chance.randint(habit.low, habit.high) * raised // 100
        day = month.replace(day=chance.randint(1, 28))
        lines: tuple[tuple[str, int], ...] = ()
        if habit.category == "Groceries" and cents < -SPLIT_FROM and chance.random() < 1 / 3:
            other = -chance.randint(5_00, 18_00)
            lines = (("Groceries", cents - other), ("Household goods", other))
        category = "" if lines else habit.category
        payee = chance.choice(habit.payees)
        yield Entry(day, habit.account, payee, cents, category, lines=lines)


def _seldom(chance: random.Random, month: date, raised: int) -> Iterator[Entry]:
    """What comes by the season: energy, quarterly interest, a bonus, taxes, something sent back."""
    energy = -(48_00 + WINTER.get(month.month, 0) + chance.randint(0, 14_00)) * raised // 100
    yield Entry(month.replace(day=18), CHECKING, "Municipal Energy", energy, "Energy and water")
    if month.month % 3 == 0:
        end, bank = month.replace(day=28), "Harbour Bank"
        yield Entry(end, SAVINGS, bank, 38_00 * raised // 100, "Interest and dividends")
        yield Entry(end, CHECKING, bank, -6_50, "Bank fees")
    if month.month == DECEMBER:
        yield Entry(month.replace(day=20), CHECKING, "Northlight Studio", 1_850_00, "Salary")
    if month.month == MAY:
        yield Entry(month.replace(day=22), CHECKING, "Tax Office", 412_60, "Refunds")
    if chance.random() < 1 / 2:
        back = chance.randint(14_00, 55_00)
        yield Entry(month.replace(day=24), CARD, "Thread & Co", back, "Clothing")


def _transfers(
    chance: random.Random, month: date, number: int, before: list[Entry]
) -> Iterator[Entry]:
    owed = -sum(entry.amount for entry in before if entry.account == CARD)
    moves = [
        (2, CHECKING, CASH, 90_00),
        (5, CHECKING, CARD, owed),
        (16, CHECKING, CASH, 60_00),
        (20, CHECKING, LOAN, 265_00),
        (28, CHECKING, SAVINGS, chance.randint(55, 85) * 10_00),
    ]
    if month.month == AUGUST:
        moves.append((3, SAVINGS, CHECKING, 900_00))
    for place, (day, source, target, cents) in enumerate(moves):
        if cents > 0:
            on, transfer = month.replace(day=day), number * 10 + place
            yield Entry(on, source, f"To {target}", -cents, transfer=transfer)
            yield Entry(on, target, f"From {source}", cents, transfer=transfer)


def _shortened(entry: Entry, today: date) -> Entry:
    """Leave the newest card payments without a category, so that something waits to be done."""
    is_new = (today - entry.on).days < NO_CATEGORY_DAYS
    if is_new and entry.account == CARD and entry.category:
        return Entry(entry.on, entry.account, entry.payee, entry.amount)
    return entry
