"""A large fleet is measured beside a small one, and what is not kept is said."""

import json

import pytest

from fintrack import db
from fintrack.config import settings
from fintrack.errors import SetupError
from fintrack.operations import bench_costs, bench_crowd, bench_crowd_load
from fintrack.operations.bench_costs import Cost, Growth
from fintrack.operations.bench_crowd_report import CrowdReport, as_markdown
from fintrack.operations.bench_pairs import Pair
from fintrack.operations.bench_questions import QUESTIONS
from fintrack.operations.bench_scale import Dump, Flip, TableSize


@pytest.mark.slow
def test_a_large_fleet_is_measured_beside_a_small_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_costs, "ROUNDS", 1)
    monkeypatch.setattr(bench_crowd, "GIANT", 10)
    monkeypatch.setattr(bench_crowd_load, "TURNS", 1)
    monkeypatch.setattr(bench_crowd_load, "SECONDS", 0.5)
    monkeypatch.setattr(bench_crowd_load, "FOUNDINGS", 3)
    settings.cache_clear()
    bench_crowd.main(as_json=True, few=1, tenants=2, rows=100)
    db.disconnect()
    report = json.loads(capsys.readouterr().out)
    asked = [question.name for question in QUESTIONS]
    for growths in (report["growths"], report["fresh_growths"]):
        assert [each["question"] for each in growths] == asked
        sides = [each[side] for each in growths for side in ("few", "many")]
        assert all(min(side["pages"], side["cpu"], side["wall"]) > 0 for side in sides)
    assert len(report["pairs"]) == 3
    assert all(each["ours"] > 0 < each["theirs"] for each in report["pairs"])
    assert report["dump"]["exit_code"] == 0
    assert report["dump"]["size"] > 100_000
    rows = {each["table"]: each["rows"] for each in report["sizes"]}
    assert rows["app.transaction"] == 2 * 100
    assert report["giant"] == 1000


def test_a_fleet_that_does_not_fit_on_the_disk_is_not_begun() -> None:
    settings.cache_clear()
    with pytest.raises(SetupError, match=r"GB are free. Make room, or ask for fewer --tenants"):
        bench_crowd.main(tenants=10**9)


def test_every_bound_of_the_report_says_whether_it_is_kept() -> None:
    slow = Growth("Home", Cost(20, 1.0, 5.0), Cost(26, 1.2, 5.0))
    steady = Growth("Home", Cost(20, 1.0, 5.0), Cost(25, 1.1, 9.0))
    report = CrowdReport(
        tenants=50, rows=100, filled=3.0, growths=[slow], fresh_growths=[steady],
        pairs=[
            Pair("dashboards", "few", 120.0, 100.0, most=1.11),
            Pair("founding", "few", 12.0, 10.0, most=1.2),
        ],
        dump=Dump(1, 2_000_000_000, 60.0),
        sizes=[TableSize("app.transaction", 5000, 9_000_000, 6_000_000, "")],
        vacuumed=2.0, giant=1000, flips=[Flip("Search", "after ANALYZE", "index", "heap")],
    )  # fmt: skip
    written = as_markdown(report)
    assert (
        "| Home | 20 | 26 | 1.30 | NO | 1.00 | 1.20 | 1.20 | NO | 5.00 | 5.00 | 1.00 |" in written
    )
    assert "| Home | 20 | 25 | 1.25 | yes | 1.00 | 1.10 | 1.10 | yes | 5.00" in written
    assert "| dashboards | few | waited | 120.00 | 100.00 | 1.20 | at most 1.11 | NO |" in written
    assert "| founding | few | waited | 12.00 | 10.00 | 1.20 | at most 1.2 | yes |" in written
    assert "FAILED with 1: 2.00 GB in 60 s" in written
    assert "| app.transaction | 5,000 | 9.0 | 6.0 | 300,000 |" in written
    assert "That is 3,000 bytes a transaction" in written
    assert "| Search | after ANALYZE | index | heap |" in written
