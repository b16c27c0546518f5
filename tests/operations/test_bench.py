"""The benchmark measures what it says, on a server of its own."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from fintrack import db
from fintrack.config import settings
from fintrack.context import TenantContext
from fintrack.operations import bench, bench_api, bench_giant, bench_load
from fintrack.operations.bench_load import Load
from fintrack.operations.bench_measures import MEASURES
from fintrack.operations.bench_questions import QUESTIONS
from fintrack.ui.bench import RERUNS


@pytest.mark.slow
def test_a_small_run_measures_every_question_and_finds_no_foreign_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quick = [replace(each, turns=2) for each in MEASURES]
    monkeypatch.setattr(bench, "MEASURES", quick)
    monkeypatch.setattr(bench, "ROUNDS", 1)
    settings.cache_clear()
    bench.main([replace(each, turns=2) for each in RERUNS], as_json=True, seconds=2, sizes=(3, 4))
    db.disconnect()
    report = json.loads(capsys.readouterr().out)
    assert len(report["questions"]) == len(QUESTIONS)
    assert all(figures["p95"] > 0 and figures["ratio"] > 0 for figures in report["questions"])
    assert [ratio["what"].split()[0] for ratio in report["ratios"]] == [
        "entering", "CSV", "import", "refusing", "a", "rerun", "switch",
    ]  # fmt: skip
    assert all(ratio["ours"] > 0 and ratio["theirs"] > 0 for ratio in report["ratios"])
    load = report["load"]
    assert (load["foreign_rows"], load["missing_rows"], load["errors"]) == (0, 0, 0)
    assert load["writes"] > 0


@pytest.mark.slow
def test_a_storm_and_an_export_are_measured_over_http(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_api, "TURNS", 3)
    monkeypatch.setattr(bench_api, "ROUNDS", 1)
    settings.cache_clear()
    bench_api.main(as_json=True, rows=300)
    db.disconnect()
    figures = json.loads(capsys.readouterr().out)
    assert figures["exported_rows"] == 300
    assert figures["quiet"] > 0 < figures["loud"]
    assert figures["storm_per_second"] > 0


@pytest.mark.slow
def test_a_giant_is_measured_beside_the_plain_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_giant, "CPU_ROUNDS", 2)
    monkeypatch.setattr(bench_giant, "DEEP_PAGE", 3)
    settings.cache_clear()
    bench_giant.main(as_json=True, rows=300)
    db.disconnect()
    report = json.loads(capsys.readouterr().out)
    assert len(report["pairs"]) == len(bench_giant.QUESTIONS) + 5
    assert all(pair["ours"] > 0 < pair["theirs"] for pair in report["pairs"])
    assert report["cpu"].keys() == (bench_giant.QUESTIONS | bench_giant.LISTS).keys()


def test_a_bound_that_is_not_kept_is_said() -> None:
    pairs = [
        bench_giant.Pair("page 9", "page 1", 15.0, 10.0, most=1.2),
        bench_giant.Pair("search", "ilike", 1.0, 700.0, least=500),
    ]
    written = bench_giant.as_markdown(bench_giant.GiantReport(9, pairs, {"balances": 6.0}))
    assert "| page 9 | page 1 | 15.00 | 10.00 | 1.50 | at most 1.2 | NO |" in written
    assert "| search | ilike | 1.00 | 700.00 | 1 : 700.0 | at least 1 : 500 | yes |" in written
    assert "| balances | 6.00 | NO |" in written


def test_what_a_storm_does_is_said_in_the_table() -> None:
    written = bench_api.as_markdown(bench_api.ApiFigures(10.0, 16.0, 20.0, 1_000_000, 9.0, 8.1))
    assert "| 16.0 ms | 10.0 ms | 1.60 | at most 1.5 | NO |" in written
    assert "| 8.1 MB | 9 s | | at most 8 MB | NO |" in written


def test_the_report_is_a_table_for_the_documents() -> None:
    figures = bench.QuestionFigures("Home", (1.0, 1.1), 2.0, 1.1)
    load = Load(2, 1.0, 8, 2, 0, 0, 0, 10.0, 5.0, 4.0)
    report = bench.Report([figures], [bench.Ratio("a", "b", 3.0, 2.0)], load)
    written = bench.as_markdown(report, (10, 1000))
    assert "| Home | 1.00 | 1.10 | 2.00 | yes | 1.10 | yes |" in written
    assert "| a | b | 3.00 | 2.00 | 1.50 |" in written
    assert "0 foreign rows" in written
    assert "5 of as many sessions in one tenant alone (ratio 2.00), 4 of one session" in written


def test_what_is_too_slow_or_grows_is_said_in_the_table() -> None:
    figures = bench.QuestionFigures("Home", (1.0, 1.16), 100.0, 1.16)
    report = bench.Report([figures], [], Load(2, 1.0, 8, 2, 0, 0, 0, 10.0, 5.0, 4.0))
    assert "| 100.00 | NO | 1.16 | NO |" in bench.as_markdown(report, (10, 1000))


def test_a_row_of_another_tenant_is_known_when_it_is_seen(ana: TenantContext) -> None:
    seen = pd.DataFrame({"payee": [f"Payee 1 {ana.slug}", f"Payee 1 {ana.slug}x", "Payee 1"]})
    assert bench_load._foreign(seen, ana) == 2
