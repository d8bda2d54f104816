"""Where the time of an ensemble goes."""

from pathlib import Path

from cohesion import load_scenario, rules
from cohesion.rules import trust, war
from experiments.benchmark.where import where


def test_time_is_told_for_every_file_of_rules_and_the_rules_stay_as_they_are():
    before = war.next_phase, trust.carry
    spent, calls = where(load_scenario("status-quo").with_changes(months=6), 2, 1)
    files = {path.stem for path in Path(rules.__path__[0]).glob("*.py")} - {"__init__"}
    assert set(spent) == set(calls) == files | {"record"}
    assert calls["month"] == calls["record"] == calls["politics"] == 1
    assert all((spent[file] > 0) == (calls[file] > 0) for file in spent)
    assert (war.next_phase, trust.carry) == before
