"""The benchmark measures what it says, on a server of its own."""

import json
from dataclasses import replace

import pytest

from fintrack import db
from fintrack.config import settings
from fintrack.operations import bench, bench_api, bench_giant, bench_measures
from fintrack.operations.bench_giant_questions import LISTS
from fintrack.operations.bench_giant_questions import QUESTIONS as QUESTIONS_OF_A_GIANT
from fintrack.operations.bench_pairs import COMPUTED, Pair
from fintrack.operations.bench_questions import QUESTIONS
from fintrack.ui.bench import RERUNS


@pytest.mark.slow
def test_a_small_run_measures_every_question_and_finds_no_foreign_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quick = [replace(each, turns=1) for each in bench_measures.MEASURES]
    monkeypatch.setattr(bench, "MEASURES", quick)
    monkeypatch.setattr(bench, "ROUNDS", 1)
    monkeypatch.setattr(bench, "ROWS", 100)
    monkeypatch.setattr(bench_measures, "IMPORTED_ROWS", 100)
    settings.cache_clear()
    bench.main([replace(each, turns=1) for each in RERUNS], as_json=True, seconds=1, sizes=(1, 3))
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
    monkeypatch.setattr(bench_giant, "WRITES", 40)
    monkeypatch.setattr(bench_giant, "FRAME_ROWS", 300)
    monkeypatch.setattr(bench_giant, "TURNS", 1)
    monkeypatch.setattr(bench_giant, "FEW_TURNS", 1)
    settings.cache_clear()
    bench_giant.main(as_json=True, rows=300)
    db.disconnect()
    report = json.loads(capsys.readouterr().out)
    assert len(report["pairs"]) == 2 * len(QUESTIONS_OF_A_GIANT) + 11
    assert all(pair["ours"] > 0 < pair["theirs"] for pair in report["pairs"])
    assert report["cpu"].keys() == (QUESTIONS_OF_A_GIANT | LISTS).keys()
    assert (report["writes"], report["wrong"]) == (40, [])


def test_a_bound_that_is_not_kept_is_said() -> None:
    pairs = [
        Pair("page 9", "page 1", 15.0, 10.0, most=1.2),
        Pair("search", "ilike", 1.0, 700.0, least=500, measured=COMPUTED),
        Pair("entering", "staying outside", 0.75, 0.25, above=0.3),
    ]
    report = bench_giant.GiantReport(9, pairs, {"balances": 6.0}, 40, ["tenant-1"])
    written = bench_giant.as_markdown(report)
    assert "| page 9 | page 1 | waited | 15.00 | 10.00 | 1.50 | at most 1.2 | NO |" in written
    search = "| search | ilike | backend CPU | 1.00 | 700.00 | 1 : 700.0 | at least 1 : 500 | yes |"
    assert search in written
    assert "| waited | 0.75 | 0.25 | +0.50 | at most +0.3 | NO |" in written
    assert "| balances | 6.00 | NO |" in written
    assert "every total is exact:\nNO." in written
