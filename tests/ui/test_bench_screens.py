"""The benchmark of screens runs what it says, on a server of its own."""

import json

import pytest

from fintrack import db
from fintrack.config import settings
from fintrack.ui import bench_paint, bench_screens
from fintrack.ui.bench_screens import Load, Report, Waits


@pytest.mark.slow
def test_a_few_people_look_at_both_pages_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = {"ROWS": 20, "GIANT_ROWS": 40, "IMPORTED": 30, "THINK": 0.5}
    for name, value in few.items():
        monkeypatch.setattr(bench_screens, name, value)
    monkeypatch.setattr(bench_paint, "ROUNDS", 1)
    settings.cache_clear()
    bench_screens.main(as_json=True, seconds=3, sessions=2)
    db.disconnect()
    report = json.loads(capsys.readouterr().out)
    for side in ("collected", "delivered"):
        waits = report[side]["waits"]
        assert sum(waits[page]["runs"] for page in ("Home", "Analytics")) > 0
        assert waits["opening of a tab"]["runs"] == 2
        assert [each["failed"] for each in waits.values()] == [0] * 4
    acts = ["nothing beside", "an import of 30 rows", "an export of 70 rows"]
    assert list(report["delivered"]["acts"]) == acts
    assert report["paint"] is None or report["paint"]["fresh"]["figure"] > 0


def test_what_was_waited_is_said_in_tables() -> None:
    waits = {kind: Waits(1000, 40.4, 80.6, 1) for kind in bench_screens.KINDS}
    collected = Load(waits, 0.9, 0.1, 0.7, 90.0, {}, {})
    beside = {"an import of 9 rows": Waits(10, 50.0, 90.0, 0)}
    delivered = Load(waits, 0.5, 0.1, 0.6, 91.0, beside, {"an import of 9 rows": 2.04})
    written = bench_screens.as_markdown(Report(100, 5.0, 60.0, collected, delivered, None))
    assert "| Home | as delivered | 1,000 | 40 | 81 | 1 |" in written
    assert "| as delivered | 0.50 | 0.10 | 0.60 | 91 |" in written
    assert "| an import of 9 rows | 2.0 | 10 | 50 | 90 | 0 |" in written
    assert "Chromium" not in written
