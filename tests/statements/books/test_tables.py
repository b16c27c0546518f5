"""Books that come as tables: YNAB, Firefly III, Mint, Monarch."""

from datetime import date
from decimal import Decimal

import pytest

from fintrack.ledger.accounts import AccountKind, Side
from fintrack.ledger.filters import Status
from fintrack.statements.books.book import Book, Hints
from fintrack.statements.mapping import DateOrder
from fintrack.statements.statement import StatementError
from tests.statements.books.reading import balances, flows, read, said, table, zipped

REGISTER = (
    "Account,Flag,Date,Payee,Category Group/Category,Category Group,Category,Memo,Outflow,Inflow,"
    "Cleared"
)
READY = {"Category Group": "Inflow", "Category": "Ready to Assign"}
SPLIT = {"Account": "Giro", "Date": "02/02/2026", "Flag": "Red", "Cleared": "Uncleared"}


def register(*rows: dict[str, str]) -> str:
    usual = {"Outflow": "€0.00", "Inflow": "€0.00", "Cleared": "Cleared"}
    return "\ufeff" + table(REGISTER, *(usual | row for row in rows))


def in_register(account: str, day: str, payee: str, **more: str) -> dict[str, str]:
    return {"Account": account, "Date": day, "Payee": payee, **more}


def test_a_budget_of_ynab_has_its_splits_transfers_and_opening_balances() -> None:
    rows = register(
        in_register("Giro", "31/01/2026", "Starting Balance", Inflow="€100.00") | READY,
        in_register("Giro", "01/02/2026", "Employer", Inflow="€1,000.00", Memo="pay") | READY,
        SPLIT
        | {"Payee": "Market", "Memo": "(Split 1/3) rolls", "Outflow": "€3.00"}
        | {"Category Group": "Food", "Category": "Bread"},
        SPLIT
        | {"Payee": "Market", "Memo": "(Split 2/3) red", "Outflow": "€9.00"}
        | {"Category Group": "Food", "Category": "Wine"},
        SPLIT | {"Payee": "Transfer : Purse", "Memo": "(Split 3/3) back", "Outflow": "€20.00"},
        in_register("Purse", "02/02/2026", "Transfer : Giro", Inflow="€20.00"),
        in_register("Giro", "03/02/2026", "Transfer : Nowhere", Outflow="€5.00"),
    )
    book = read(zipped({"Our money - Register.csv": rows, "targets.csv": "Name\nBread\n"}))
    assert book.title == "Our money"
    assert said(book) == [
        ("Giro", "2026-02-01", "1000.00", "Employer", "Ready to Assign 1000.00"),
        ("Giro", "2026-02-02", "-12.00", "Market", "Food:Bread -3.00 + Food:Wine -9.00"),
        ("Giro", "2026-02-02", "-20.00", "Purse", "transfer"),
        ("Purse", "2026-02-02", "20.00", "Giro", "transfer"),
        ("Giro", "2026-02-03", "-5.00", "Transfer : Nowhere", ""),
    ]
    giro = book.accounts[0]
    assert (giro.opening, giro.opened_on) == (Decimal("100.00"), date(2026, 1, 31))
    assert [line.memo for line in book.transactions[1].lines] == ["rolls", "red"]
    assert (book.transactions[1].status, book.transactions[1].tags) == (Status.PENDING, ("Red",))
    assert book.notes == (
        "Rows of targets were left out (1): FinTrack does not take them from YNAB.",
    )


PLAN = "Month,Category Group/Category,Category Group,Category,Assigned,Activity,Available"


def planned(month: str, group: str, category: str, amount: str) -> dict[str, str]:
    return {"Month": month, "Category Group": group, "Category": category, "Assigned": amount}


def plan_of(*rows: dict[str, str], header: str = PLAN) -> Book:
    spent = in_register("Giro", "31/01/2026", "Shop", Outflow="€1,234.50", Memo="")
    paid = in_register("Giro", "30/01/2026", "Employer", Inflow="€9.00") | {"Category": "Pay"}
    tables = {"A - Register.csv": register(spent, paid), "A - Plan.csv": table(header, *rows)}
    return read(zipped(tables))


def test_the_newest_month_of_a_plan_of_ynab_comes_as_budgets() -> None:
    book = plan_of(
        planned("Dec 2025", "Food", "Bread", "€10.00"),
        planned("Dec 2025", "Food", "Wine", "€0.00"),
        planned("Jan 2026", "Food", "Bread", "€12.50"),
        planned("Jan 2026", "Food", "Wine", "-€2.00"),
        planned("Jan 2026", "", "Pay", "€5.00"),
        planned("Jan 2026", "Credit Card Payments", "Visa", "€7.00"),
        planned("Jan 2026", "Home", "Rent", "€1,000.00"),
        planned("Feb 2026", "Food", "Bread", "€0.00"),
    )
    assert [(each.category.path, f"{each.amount:f} {each.currency}") for each in book.budgets] == [
        (("Food", "Bread"), "12.50 EUR"), (("Home", "Rent"), "1000.00 EUR"),
    ]  # fmt: skip
    assert book.notes == (
        "2 budgets came: what January 2026 has, for every month.",
        "1 budgeted amount of another month was left out: FinTrack's are the same every month.",
        "3 budgeted amounts were left out: they are below zero or for no category of expenses.",
    )


def test_a_plan_of_an_older_ynab_is_a_plan_too() -> None:
    header = PLAN.replace("Assigned", "Budgeted")
    row = planned("Jan 2026", "Food", "Bread", "") | {"Budgeted": "€3.00"}
    del row["Assigned"]
    assert [each.amount for each in plan_of(row, header=header).budgets] == [Decimal(3)]


def test_a_plan_that_cannot_be_read_is_told_and_the_register_comes() -> None:
    book = plan_of(planned("some month", "Food", "Bread", "€3.00"))
    assert (len(book.transactions), book.budgets) == (2, ())
    assert book.notes == ("The plan was left out: 'some month' in the file is no month.",)


@pytest.mark.parametrize("written", ["(Split {}/2) {}", "Split ({}/2) {}", "split ({}/2){}"])
def test_the_parts_of_a_split_are_one_however_ynab_writes_them(written: str) -> None:
    parts = [
        SPLIT | {"Memo": written.format(1, "rolls"), "Category": "Bread", "Outflow": "€3.00"},
        SPLIT | {"Memo": written.format(2, ""), "Category": "Wine", "Outflow": "€9.00"},
    ]
    book = read(register(in_register("Giro", "31/01/2026", "Shop", Outflow="€1.00"), *parts))
    assert said(book)[1:] == [("Giro", "2026-02-02", "-12.00", "", "Bread -3.00 + Wine -9.00")]
    assert [line.memo for line in book.transactions[1].lines] == ["rolls", ""]


def test_days_that_can_be_read_in_two_ways_are_asked_for() -> None:
    rows = register(in_register("Giro", "01/02/2026", "A", Outflow="$1.00", Inflow="$0.00"))
    with pytest.raises(StatementError, match="Choose which comes first, day or month"):
        read(rows)
    book = read(rows, Hints("USD", DateOrder.MDY))
    assert said(book) == [("Giro", "2026-01-02", "-1.00", "A", "")]


FIREFLY = (
    "group_id,journal_id,group_title,type,amount,foreign_amount,currency_code,"
    "foreign_currency_code,description,date,source_name,source_type,destination_name,"
    "destination_type,reconciled,category,tags,notes"
)
TYPES = {"Giro": "Asset account", "Dollars": "Asset account", "Car": "Loan"}


def journal(day: int, amount: str, source: str, destination: str, **more: str) -> dict[str, str]:
    """Return a row of Firefly; whoever is not one of ours is an expense or revenue account."""
    usual = {
        "group_id": str(day),
        "journal_id": f"{day}{more.get('description', '')}",
        "type": "Withdrawal",
        "amount": amount,
        "currency_code": "EUR",
        "date": f"2026-01-{day:02}T00:00:00+01:00",
        "source_name": source,
        "source_type": TYPES.get(source, "Revenue account"),
        "destination_name": destination,
        "destination_type": TYPES.get(destination, "Expense account"),
    }
    return usual | more


@pytest.mark.parametrize("kind", ["Liability credit account", ""])
def test_what_a_debt_of_firefly_begins_with_is_its_opening_balance(kind: str) -> None:
    beginning = {"type": "Liability credit", "destination_type": kind}
    rows = table(FIREFLY, journal(1, "-500.00", "Car", "Credit of Car", **beginning))

    book = read(rows)

    assert balances(book) == {"Car": "-500.00"}
    assert book.transactions == []


def test_journals_of_firefly_between_accounts_of_others_are_told() -> None:
    book = read(
        table(
            FIREFLY, journal(1, "-2.00", "Giro", "Baker"), journal(2, "-3.00", "Employer", "Market")
        )
    )

    assert balances(book) == {"Giro": "-2.00"}
    (note,) = book.notes
    assert note == (
        "Journals between accounts that are not yours were left out (1): "
        "FinTrack does not take them from Firefly III."
    )


def test_money_in_firefly_goes_the_way_its_accounts_say() -> None:
    opening = {"source_type": "", "destination_type": "Initial balance account"}
    weekly = {"group_title": "Weekly"}
    rows = table(
        FIREFLY,
        journal(1, "-50.00", "", "Giro", type="Opening balance", **opening),
        journal(2, "-9.50", "Giro", "Baker", category="Food", tags="a,b", reconciled="1"),
        journal(3, "-3.00", "Giro", "Market", description="Milk", category="Food", **weekly),
        journal(3, "-2.00", "Giro", "Market", description="Soap", category="Home", **weekly),
        journal(4, "1000.00", "Employer", "Giro", type="Deposit", category="Salary"),
        journal(
            5, "-100.00", "Giro", "Dollars", foreign_amount="120.00", foreign_currency_code="USD"
        ),
        journal(6, "-200.00", "Giro", "Car"),
        journal(7, "1.00", "Found", "Giro", source_type="Reconciliation account"),
    )
    accounts = (
        "user_id,account_id,created_at,updated_at,type,name,virtual_balance,iban,number,active,"
        "order,include_net_worth,role,cc_type,cc_payment_date,in_currency,currency_code\n"
        "1,1,,,Asset account,Giro,0,ES9121000418450200051332,,1,,,defaultAsset,,,,EUR\n"
        "1,2,,,Asset account,Dollars,0,,,0,,,savingAsset,,,,USD\n"
        "1,3,,,Asset account,Empty,0,,,1,,,defaultAsset,,,,EUR\n"
        "1,4,,,Expense account,Shop,0,,,1,,,,,,,\n"
    )
    tables = {"transactions.csv": rows, "accounts.csv": accounts, "budgets.csv": "name\nFood\n"}
    book = read(zipped(tables), Hints())
    assert balances(book) == {"Giro": "736.50", "Dollars": "120.00", "Car": "200.00", "Empty": "0"}
    assert said(book) == [
        ("Giro", "2026-01-02", "-9.50", "Baker", "Food -9.50"),
        ("Giro", "2026-01-03", "-5.00", "Market", "Food -3.00 + Home -2.00"),
        ("Giro", "2026-01-04", "1000.00", "Employer", "Salary 1000.00"),
        ("Giro", "2026-01-05", "-100.00", "Dollars", "transfer"),
        ("Dollars", "2026-01-05", "120.00", "Giro", "transfer"),
        ("Giro", "2026-01-06", "-200.00", "Car", "transfer"),
        ("Car", "2026-01-06", "200.00", "Giro", "transfer"),
        ("Giro", "2026-01-07", "1.00", "Found", ""),
    ]
    giro, dollars, car, _ = book.accounts
    assert (giro.opening, giro.number) == (Decimal("50.00"), "ES9121000418450200051332")
    assert (dollars.kind, dollars.is_closed) == (AccountKind.SAVINGS, True)
    assert (car.kind, car.side) == (AccountKind.LOAN, Side.LIABILITY)
    assert book.transactions[0].tags == ("a", "b")
    assert book.notes == (
        "Rows of budgets were left out (1): FinTrack does not take them from Firefly III.",
    )


GNUCASH = (
    "Date,Transaction ID,Number,Description,Notes,Commodity/Currency,Void Reason,Action,Memo,"
    "Full Account Name,Account Name,Amount With Sym,Amount Num.,{}Reconcile,Reconcile Date,"
    "Rate/Price\n"
)
NEW, OLD = GNUCASH.format("Value With Sym,Value Num.,"), GNUCASH.format("")


@pytest.mark.parametrize(
    "text",
    [
        NEW + "31/01/2026,a1,7,Baker,,CURRENCY::EUR,,,,Assets:Giro,Giro,"
        "-€9.50,-9.50,-€9.50,-9.50,y,,1.00\n"
        "31/01/2026,a1,7,Baker,,CURRENCY::EUR,,,rolls,Expenses:Food,Food,"
        "€9.50,9.50,€9.50,9.50,n,,1.00\n"
        "30/01/2026,b2,,Broker,,CURRENCY::EUR,,,,Assets:Giro,Giro,"
        '"-€1,100.00","-1,100.00","-€1,100.00","-1,100.00",n,,1.00\n'
        "30/01/2026,b2,,Broker,,CURRENCY::EUR,,Buy,,Assets:Shares,Shares,"
        "10 ACME,10,€900.00,900.00,n,,90.00\n"
        "30/01/2026,b2,,Broker,,CURRENCY::EUR,,,,Assets:Dollars,Dollars,"
        "250.00 USD,250.00,€200.00,200.00,n,,0.80\n",
        OLD + "31/01/2026,a1,7,Baker,,CURRENCY::EUR,,,,Assets:Giro,Giro,-€9.50,-9.50,y,,1.00\n"
        ",,,,,,,,rolls,Expenses:Food,Food,€9.50,9.50,n,,1.00\n"
        "30/01/2026,b2,,Broker,,CURRENCY::EUR,,,,Assets:Giro,Giro,"
        '"-€1,100.00","-1,100.00",n,,1.00\n'
        ",,,,,,,Buy,,Assets:Shares,Shares,10 ACME,10,n,,90.00\n"
        ",,,,,,,,,Assets:Dollars,Dollars,250.00 USD,250.00,n,,4/5\n",
    ],
    ids=["new", "old"],
)
def test_splits_that_gnucash_exports_are_a_book(text: str) -> None:
    book = read(text, Hints())
    assert balances(book) == {"Giro": "-1109.50", "Shares:ACME": "900.00", "Dollars": "250.00"}
    assert ("Giro", "2026-01-31", "-9.50", "Baker", "Food -9.50") in said(book)
    assert book.transactions[-1].status is Status.RECONCILED
    assert (book.transactions[-1].note, book.notes) == ("Number 7", [])


def test_mint_says_by_a_word_which_way_money_goes() -> None:
    book = read(
        "Date,Description,Original Description,Amount,Transaction Type,Category,Account Name,"
        "Labels,Notes\n"
        '1/31/2026,Shop,SHOP 12,"1,200.50",debit,Home,Checking,,big\n'
        "1/30/2026,Employer,,2000.00,credit,Paycheck,Checking,,\n"
        "1/29/2026,To savings,,50.00,debit,Transfer,Checking,,\n"
        "1/29/2026,From checking,,50.00,credit,Transfer,Savings,,\n",
        Hints("USD"),
    )
    assert balances(book) == {"Checking": "749.50", "Savings": "50.00"}
    assert [meaning for *_, meaning in said(book)] == [
        "Home -1200.50", "Paycheck 2000.00", "transfer", "transfer",
    ]  # fmt: skip
    assert flows(book)["INCOME:Paycheck"] == "2000.00"
    assert book.accounts[1].kind is AccountKind.SAVINGS


def test_monarch_signs_its_amounts() -> None:
    book = read(
        "Date,Merchant,Category,Account,Original Statement,Notes,Amount,Tags,Owner\n"
        '2026-01-31,Shop,Home,Joint,SHOP 12,,-12.00,"a, b",Ana\n'
        "2026-01-31,Tax office,Taxes,Joint,REFUND,,30.00,,\n",
        Hints("USD"),
    )
    assert balances(book) == {"Joint": "18.00"}
    assert book.transactions[0].tags == ("a", "b")
    assert book.notes == (
        "Monarch exports no opening balances; accounts start at zero.",
        "Monarch names no currency; USD was taken.",
    )


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (register(in_register("A", "99/99/2026", "")), "is no day"),
        (register(in_register("A", "2026-01-31", "", Outflow="one")), "is no amount"),
        (table(FIREFLY, journal(1, "x", "Giro", "B")), "is no number"),
        (table(FIREFLY, journal(1, "1", "Giro", "B", currency_code="XXX")), "is no currency"),
        (table(FIREFLY, journal(1, "1", "Giro", "B", date="soon")), "is no day"),
        (OLD + "31/01/2026,a,,,,CURRENCY::EUR,,,,Assets:A,A,1,1,n,,1/0\n", "is no price"),
    ],
)
def test_a_cell_that_is_not_what_its_column_says_is_refused(rows: str, sentence: str) -> None:
    with pytest.raises(StatementError, match=sentence):
        read(rows)


@pytest.mark.parametrize(
    ("amount", "commodity", "worth"),
    [
        ("1.234,50", "EUR", "1234.50"),
        ("1,234.50", "USD", "1234.50"),
        ("2.000", "EUR", "2000"),
        ("2.000", "GBP", "2000"),
        ("2.000", "USD", "2.000"),
    ],
)
def test_the_postings_of_hledger_have_the_marks_of_their_commodities(
    amount: str, commodity: str, worth: str
) -> None:
    """It writes each one as the journal does; what does not tell is as the others are."""
    header = "txnidx,date,account,amount,commodity"
    told = [("1", "12,69", "EUR"), ("2", "7,50", "EUR"), ("3", "8,25", "EUR"), ("4", "1.5", "USD")]
    rows = [
        {"txnidx": each, "date": "2026-01-31", "commodity": sign, "account": name, "amount": way}
        for each, figure, sign in [*told, ("5", amount, commodity)]
        for name, way in ((f"assets:{each}", figure), ("income:gift", f"-{figure}"))
    ]

    found = balances(read(table(header, *rows)))

    assert Decimal(found["5"]) == Decimal(worth)
    assert Decimal(found["1"]) == Decimal("12.69")
