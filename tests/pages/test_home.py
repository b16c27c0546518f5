"""Home: the doors of an empty tenant, and the figures of a filled one."""

from datetime import date, timedelta

from streamlit.testing.v1 import AppTest

from fintrack.analytics.periods import today_of
from fintrack.context import TenantContext
from fintrack.ledger.accounts import archive_account
from fintrack.operations.demo import create_sample
from tests.analytics.by_hand import Move, Purse, write
from tests.pages.opening import open_page, read_table

HOME = ""  # the default page has the bare address


def purse(context: TenantContext, name: str = "Current", **values: object) -> Purse:
    opened = today_of(context) - timedelta(400)
    return Purse(name, opened_on=opened, **values)  # type: ignore[arg-type]


def words(page: AppTest) -> str:
    texts = [each.value for each in [*page.markdown, *page.caption]]
    return "\n".join([*texts, *(each.label for each in page.button)])


def subheaders(page: AppTest) -> list[str]:
    return [each.value for each in page.subheader]


def test_an_empty_tenant_has_three_doors(ana: TenantContext) -> None:
    page = open_page(ana, HOME)
    assert subheaders(page) == ["Drop a bank file", "Type your balances", "Look around"]


def test_a_viewer_of_an_empty_tenant_may_only_look_around(ben: TenantContext) -> None:
    assert subheaders(open_page(ben, HOME)) == ["Look around"]


def test_figures_are_written_in_the_tenants_way(ana: TenantContext) -> None:
    mine, today = purse(ana, opening=123_456), today_of(ana)
    write(ana, [mine], [Move(today, mine, -2_050, "Fun", "Kiosk")])
    page = open_page(ana, HOME)
    assert [each.value for each in page.metric] == ["€1,214.06", "€0.00", "€20.50", "−€20.50"]
    assert r"−€20\.50" in words(page)


def test_what_a_member_typed_is_shown_letter_for_letter(ana: TenantContext) -> None:
    mine = purse(ana, "**Bold** [x](https://example.org)")
    write(ana, [mine], [Move(today_of(ana), mine, -1, None, "`code` $x$")])
    shown = words(open_page(ana, HOME))
    assert r"\*\*Bold\*\*" in shown
    assert r"\`code\` \$x\$" in shown
    assert "https://" not in shown


def test_transactions_without_a_category_ask_for_attention(ana: TenantContext) -> None:
    mine = purse(ana)
    write(ana, [mine], [Move(today_of(ana), mine, -1)])
    assert "**Needs attention**" in words(open_page(ana, HOME))


def test_nothing_asks_for_attention_when_all_is_sorted(ana: TenantContext) -> None:
    mine = purse(ana)
    write(ana, [mine], [Move(today_of(ana), mine, -1, "Fun")])
    assert "attention" not in words(open_page(ana, HOME))


def test_a_private_account_is_not_on_somebody_elses_home(
    ana: TenantContext, dora: TenantContext
) -> None:
    write(ana, [purse(ana, "Shared"), purse(ana, "Hidden", visibility="PRIVATE")], [])
    shown = words(open_page(dora, HOME))
    assert "Shared" in shown
    assert "Hidden" not in shown


def test_with_a_second_currency_there_is_a_choice(ana: TenantContext) -> None:
    dollars = purse(ana, "Dollars", currency="USD", opening=700)
    write(ana, [purse(ana), dollars], [])
    page = open_page(ana, HOME)
    page.button_group(key="currency").set_value("USD").run()
    assert page.metric[0].value == "US$7.00"


def test_both_charts_are_files_as_well(ana: TenantContext, ben: TenantContext) -> None:
    mine = purse(ana)
    write(ana, [mine], [Move(today_of(ana), mine, -42, "Fun")])
    keys = [each.key for each in open_page(ana, HOME).button if each.label == "CSV"]
    assert keys == ["csv net-worth", "csv spending"]
    assert "CSV" not in [each.label for each in open_page(ben, HOME).button]


def test_an_account_without_transactions_is_shown_calmly(ana: TenantContext) -> None:
    write(ana, [purse(ana, opening=100)], [])
    shown = words(open_page(ana, HOME))
    assert "Nothing has been booked yet" in shown
    assert "Nothing was spent this month so far" in shown


def test_both_charts_are_tables_whose_names_lead_to_their_transactions(ana: TenantContext) -> None:
    mine = purse(ana, opening=100)
    write(ana, [mine], [Move(today_of(ana), mine, -42, "Fun")])
    page = open_page(ana, HOME)
    worth, spent = read_table(page, "Until"), read_table(page, "Category")
    assert worth["Net worth"].iloc[0] == "€0.58"
    assert "/transactions?" in worth["Transactions"].iloc[0]
    assert spent[["Category", "This period"]].to_numpy().tolist() == [["Fun*", "€0.42"]]
    assert "category=" in spent["Transactions"].iloc[0]


def test_what_archived_accounts_hold_is_shown_and_leads_to_them(ana: TenantContext) -> None:
    """So that what is listed sums up to the net worth above."""
    old, older = purse(ana, "Old", opening=5_000), purse(ana, "Older", opening=250)
    write(ana, [purse(ana, opening=100), old, older, purse(ana, "Empty", currency="USD")], [])
    for each in (old, older):
        archive_account(ana, each.id)
    page = open_page(ana, HOME)
    assert page.metric[0].value == "€53.50"
    assert r"€52\.50" in words(page)
    assert [each.key for each in page.button if "Archived" in each.label] == ["archived EUR"]
    expander = open_page(ana, "accounts", archived="shown").expander
    assert [each.proto.expanded for each in expander] == [True]


def test_the_sample_fills_home(ana: TenantContext) -> None:
    sample = create_sample(ana.session, date(2026, 11, 24))
    page = open_page(sample, HOME)
    assert not page.exception
    assert "Net worth" in subheaders(page)
    assert len(page.metric) == 4
