"""How other packages' suites are judged: against a list with reasons, in both directions."""

from __future__ import annotations

from pathlib import Path

from aliased import Result, read_report, unexpected


def test_a_report_is_read(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="t" name="good"/>'
        '<testcase classname="t" name="bad"><failure message="m">why</failure></testcase>'
        '<testcase classname="t" name="broken"><error message="m"/></testcase>'
        '<testcase classname="t" name="left"><skipped/></testcase>'
        "</testsuite></testsuites>"
    )
    result = read_report(report)
    assert result.passed == {"t::good"} and result.skipped == {"t::left"}
    assert result.failed == {"t::bad": "why", "t::broken": "m"}


def test_the_list_is_kept_true() -> None:
    result = Result({"a", "b"}, {"c"}, {"d": "why", "e": "why"})
    assert unexpected(result, {"d": "reason", "e": "reason"}) == []
    said = unexpected(result, {"d": "reason", "b": "reason", "x": "reason"})
    assert said == [
        "e fails:\nwhy",
        "b is listed and passes",
        "x is listed and there is no such test",
    ]
