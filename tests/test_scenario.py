import contextlib
import datetime
import json
import pickle
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohesion.checks import FIRST_START, LAST_START, show
from cohesion.facts import ISO3
from cohesion.levers import BY_NAME, LEVERS
from cohesion.parameters import PARAMETERS
from cohesion.scenario import (
    ConfigError,
    Scenario,
    Step,
    json_schema,
    load_scenario,
    parse_lever,
    parse_parameter,
    scenario_from_text,
    scenario_names,
)

HEAD = 'title = "T"\nstory = "S"\nstart = 2025-01-01\nmonths = 24\n'
EVENT = HEAD + '[[events]]\ndate = 2025-03-01\ntext = "x"\n'


def member(code: str) -> int:
    return ISO3.index(code)


def read(text: str, head: str = HEAD) -> Scenario:
    return scenario_from_text(head + text, "mine.toml")


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as error:
        scenario_from_text(text, "mine.toml")
    message = str(error.value)
    assert "\n" not in message
    assert "pydantic" not in message
    return message


# --- paths ------------------------------------------------------------------------------------------------------------


def test_every_lever_has_a_path_and_is_neutral_unless_set():
    scenario = read("")
    paths = scenario.paths()
    assert set(paths) == set(BY_NAME)
    for name, path in paths.items():
        assert path.shape == (24, 32 if BY_NAME[name].by_member else 1)
        assert path.dtype == np.float64
        assert np.all(path == BY_NAME[name].neutral)
    assert scenario.warnings() == ()


@pytest.mark.parametrize("lever", [lever for lever in LEVERS if lever.by_member], ids=lambda lever: lever.name)
def test_a_constant_holds_for_all_members_but_the_united_states(lever):
    path = read(f"[levers]\n{lever.name} = {lever.high}").paths()[lever.name]
    assert np.all(path[:, member("USA")] == lever.neutral)
    assert np.all(np.delete(path, member("USA"), axis=1) == lever.high)


def test_the_more_specific_name_wins_whatever_the_order():
    path = read("[levers]\nus_tariff = { DNK = 0.3, EU = 0.2, ALL = 0.1 }").paths()["us_tariff"]
    assert path[0, member("DNK")] == 0.3
    assert path[0, member("DEU")] == 0.2
    assert path[0, member("NOR")] == 0.1
    assert path[0, member("USA")] == 0


def test_of_two_groups_the_later_wins():
    path = read('[levers]\nus_tariff = { EU = 0.2, Visegrad = 0.1, "Nordic-Baltic Eight" = 0.3 }').paths()["us_tariff"]
    assert path[0, [member(code) for code in ("POL", "ISL", "ITA")]].tolist() == [0.1, 0.3, 0.2]


def test_a_dated_path_is_neutral_before_its_first_step():
    path = read("[levers]\npledge = [{ from = 2025-03-01, value = 3.5 }, { from = 2026-01-01, value = 5 }]").paths()
    assert path["pledge"][:, 0].tolist() == [2.0] * 2 + [3.5] * 10 + [5.0] * 12


def test_a_step_leaves_members_alone_that_it_does_not_name():
    text = "[levers]\nus_tariff = [{ from = 2025-02-01, value = 0.1 }, { from = 2025-04-01, value = { CAN = 0.25 } }]"
    path = read(text).paths()["us_tariff"]
    assert path[:5, member("CAN")].tolist() == [0, 0.1, 0.1, 0.25, 0.25]
    assert path[:5, member("DNK")].tolist() == [0, 0.1, 0.1, 0.1, 0.1]


def test_a_step_before_the_start_holds_from_the_start():
    assert read("[levers]\nus_aid = [{ from = 2024-01-01, value = -1 }]").paths()["us_aid"][0, 0] == -1


def test_an_event_holds_until_it_ends_and_then_what_was_before_returns():
    text = "until = 2025-06-01\nlevers = { us_tariff = { CAN = 0.25 } }\n[levers]\nus_tariff = 0.1"
    path = read(text, EVENT).paths()["us_tariff"]
    assert path[:7, member("CAN")].tolist() == [0.1, 0.1, 0.25, 0.25, 0.25, 0.1, 0.1]
    assert np.all(path[:, member("DNK")] == 0.1)


def test_a_change_that_began_later_outlives_an_earlier_one_that_ends():
    later = '[[events]]\ndate = 2025-04-01\ntext = "y"\nlevers = { us_aid = -0.5 }'
    path = read(f"until = 2025-06-01\nlevers = {{ us_aid = -1 }}\n{later}", EVENT).paths()["us_aid"]
    assert path[:7, 0].tolist() == [0, 0, -1, -0.5, -0.5, -0.5, -0.5]


def test_an_event_beats_a_step_of_the_same_month():
    text = "levers = { us_aid = -1 }\n[levers]\nus_aid = [{ from = 2025-03-01, value = 1 }]"
    assert read(text, EVENT).paths()["us_aid"][2, 0] == -1


def test_a_group_is_what_it_was_at_the_time():
    head = HEAD.replace("2025-01-01", "2019-12-01")
    first, second = (
        f"{{ from = {date}-01, value = {{ EU = {rate} }} }}" for date, rate in (("2019-12", 0.1), ("2020-03", 0.2))
    )
    text = f"[levers]\nus_tariff = [{first}, {second}]"
    path = read(text, head).paths()["us_tariff"]
    assert path[[0, 3], member("GBR")].tolist() == [0.1, 0.1]
    assert path[[0, 3], member("FRA")].tolist() == [0.1, 0.2]


def test_paths_are_fresh_arrays():
    scenario = read("")
    scenario.paths()["us_tariff"][:] = 9
    assert np.all(scenario.paths()["us_tariff"] == 0)


def test_months_are_calendar_months_from_the_start():
    scenario = read("", HEAD.replace("2025-01-01", "2025-11-01"))
    assert [scenario.month_label(m) for m in (0, 1, 2, 14)] == [
        "November 2025",
        "December 2025",
        "January 2026",
        "January 2027",
    ]
    assert scenario.month_of(datetime.date(2026, 2, 1)) == 3
    assert scenario.month_of(datetime.date(2025, 9, 1)) == -2


# --- warnings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("date = 2030-01-01", "comes after the last month, December 2026"),
        ("date = 2024-06-01", "lies before the start"),
        ("date = 2024-06-01\nuntil = 2024-09-01", "over before the start"),
        ("date = 2025-03-01\nlevers = {}", "sets no lever"),
        ("date = 2025-03-01\nlevers = { us_aid = 0 }", "sets only what is so already"),
    ],
)
def test_events_without_effect_are_pointed_out(event, said):
    levers = "" if "levers" in event else "levers = { us_aid = -1 }"
    (warning, *_) = read(f'[[events]]\n{event}\ntext = "x"\n{levers}').warnings()
    assert said in warning
    assert warning.startswith("event 1 (")


def test_a_scenario_that_changes_nothing_is_pointed_out():
    assert "status quo" in read("[levers]\nus_tariff = 0").warnings()[0]
    assert read("[parameters]\nlearning = 0").warnings() == ()


def test_a_step_after_the_horizon_is_pointed_out():
    assert (
        "us_aid"
        in read("[levers]\nus_aid = [{ from = 2025-02-01, value = 1 }, { from = 2031-01-01, value = 0 }]").warnings()[0]
    )


# --- changes ----------------------------------------------------------------------------------------------------------


def test_a_lever_given_replaces_its_whole_path():
    scenario = read("levers = { us_aid = -1, us_courting = 1 }\n[levers]\nus_aid = 0.5\nsanctions = 0.1", EVENT)
    changed = scenario.with_changes(levers={"us_aid": 0.25})
    assert np.all(changed.paths()["us_aid"] == 0.25)
    assert changed.paths()["us_courting"][2, 0] == 1
    assert changed.paths()["sanctions"][0, 0] == 0.1
    assert scenario.paths()["us_aid"][2, 0] == -1


def test_an_event_left_without_levers_goes():
    assert read("levers = { us_aid = -1 }", EVENT).with_changes(levers={"us_aid": 0.25}).events == ()


def test_changes_may_take_every_form():
    steps = (Step(datetime.date(2025, 2, 1), 0.5),)
    scenario = read("").with_changes(
        levers={
            "us_claim": {"DNK": 1},
            "us_aid": steps,
            "sanctions": [{"from": datetime.date(2025, 1, 1), "value": -1}],
        },
        parameters={"learning": 0},
        months=12,
        start=datetime.date(2026, 1, 1),
    )
    assert scenario.months == 12
    assert scenario.month_label(0) == "January 2026"
    assert scenario.parameters == {"learning": 0.0}
    assert scenario.paths()["us_claim"].shape == (12, 32)
    assert read("").with_changes(months=np.int64(6), levers={"us_aid": np.float32(0.5)}).months == 6
    assert read("").with_changes() == read("")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"levers": {"us_tarif": 1}}, 'did you mean "us_tariff"?'),
        ({"levers": {"us_tariff": 2}}, "mine, levers.us_tariff: found 2; allowed: a number from 0 to 0.6"),
        ({"levers": {"us_tariff": float("nan")}}, "nan"),
        ({"parameters": {"lerning": 1}}, 'did you mean "learning"?'),
        ({"parameters": {"learning": True}}, "found true"),
        ({"months": 0}, "1 to 600"),
        ({"months": 10**9}, "1 to 600"),
        ({"months": 12.0}, "1 to 600"),
        ({"start": datetime.datetime(2025, 1, 1)}, "first day of a month"),
        ({"start": datetime.date(2031, 1, 1)}, "2030-12-01"),
    ],
)
def test_changes_are_checked(change, said):
    with pytest.raises(ConfigError) as error:
        read("").with_changes(**change)
    assert said in str(error.value)


# --- extends ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    def write(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    write(
        "base.toml",
        EVENT + "levers = { us_aid = -1 }\n[levers]\nus_tariff = 0.1\nsanctions = 0.5\n[parameters]\nlearning = 0\n",
    )
    return write


CHILD = 'extends = "base.toml"\ntitle = "C"\nstory = "S"\n'


def test_a_child_shares_all_that_it_does_not_set(folder):
    child = load_scenario(
        folder("child.toml", CHILD + "[levers]\nus_tariff = { CAN = 0.2 }\n[parameters]\nwitness = 0.1\n")
    )
    assert (child.name, child.title, child.months, child.start) == ("child", "C", 24, datetime.date(2025, 1, 1))
    paths = child.paths()
    assert paths["us_tariff"][0, [member("CAN"), member("DNK")]].tolist() == [0.2, 0]
    assert paths["sanctions"][0, 0] == 0.5
    assert paths["us_aid"][2, 0] == -1
    assert child.parameters == {"learning": 0, "witness": 0.1}


def test_events_of_a_child_come_after_those_it_inherits(folder):
    child = load_scenario(
        folder("child.toml", CHILD + '[[events]]\ndate = 2025-03-01\ntext = "y"\nlevers = { us_aid = 1 }\n')
    )
    assert [event.text for event in child.events] == ["x", "y"]
    assert child.paths()["us_aid"][2, 0] == 1


def test_a_shipped_scenario_may_be_extended_by_name(folder):
    child = load_scenario(folder("child.toml", CHILD.replace("base.toml", "burden-demand") + "months = 12\n"))
    assert child.paths()["pledge"][11, 0] == 3.5
    assert load_scenario("burden-demand").levers == child.levers
    assert scenario_from_text(CHILD.replace("base.toml", "burden-demand"), "up.toml").levers == child.levers


def test_where_what_it_extends_is_wrong_the_file_that_was_asked_for_comes_first(folder):
    folder("base.toml", "no TOML")
    with pytest.raises(ConfigError, match=r"child\.toml, extends: .*base\.toml: not valid TOML"):
        load_scenario(folder("child.toml", CHILD))


def test_loops_are_found(folder):
    folder("a.toml", CHILD.replace("base", "b"))
    with pytest.raises(ConfigError, match="loop: b -> a -> b"):
        load_scenario(folder("b.toml", CHILD.replace("base", "a")))
    with pytest.raises(ConfigError, match="loop: me -> me"):
        load_scenario(folder("me.toml", CHILD.replace("base", "me")))


def test_chains_have_an_end(folder):
    folder("s0.toml", HEAD)
    for step in range(1, 9):
        folder(f"s{step}.toml", CHILD.replace("base", f"s{step - 1}"))
    with pytest.raises(ConfigError, match="more than 8"):
        load_scenario(folder("s9.toml", CHILD.replace("base", "s8")))
    assert load_scenario(folder("s7.toml", CHILD.replace("base", "s6"))).months == 24


def test_an_error_in_a_parent_names_the_parent(folder):
    folder("base.toml", HEAD + "[levers]\nus_tariff = 5\n")
    with pytest.raises(ConfigError, match=r"base\.toml, levers\.us_tariff: found 5"):
        load_scenario(folder("child.toml", CHILD))


@pytest.mark.parametrize("extends", ["base.toml", "/etc/passwd", "../secret.toml", "burden-demnd", "C:\\\\x.toml"])
def test_an_uploaded_text_reads_no_files(extends):
    message = refused(CHILD.replace("base.toml", extends))
    assert "the name of a shipped scenario" in message


def test_an_absolute_path_cannot_be_extended(folder, tmp_path):
    with pytest.raises(ConfigError, match="relative path"):
        load_scenario(folder("child.toml", CHILD.replace("base.toml", (tmp_path / "base.toml").as_posix())))


def test_history_asks_for_the_source_of_every_event(folder):
    assert "events[1].source: missing" in refused(EVENT.replace("months = 24", 'months = 24\nsources = ["A"]'))
    with pytest.raises(ConfigError, match=r"child\.toml, sources: .* events of the scenario it extends have none"):
        load_scenario(folder("child.toml", CHILD + 'sources = ["A"]\n'))


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\x89PNG\x00\x00\xff", "binary"),
        (b"title = \x00", "binary"),
        ('title = "é"'.encode("latin-1"), "line 1 is not UTF-8"),
        (b"# x\n" * 100_000, "larger than 256 KiB"),
        (b"title = \n", "at line 1"),
        (b'title = "a"\ntitle = "b"\n', "at line 2"),
        (b"months = " + b"9" * 5000, "thousands of digits"),
        (b"a = " + b"[" * 5000, "deep"),
        (b"a = " + b"[" * 20 + b"]" * 20, "deep"),
        (b"a." * 20_000 + b"a = 1", "deep"),
        (b"x = {" + b'"a" . ' * 20_000 + b"a = 1}", "deep"),
    ],
)
def test_files_that_are_no_scenario(tmp_path, content, said):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    start = time.perf_counter()
    with pytest.raises(ConfigError) as error:
        load_scenario(path)
    assert said in str(error.value)
    assert "mine.toml" in str(error.value)
    assert "\n" not in str(error.value)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("burden-demnd", 'did you mean "burden-demand"?'),
        ("Status_Quo", 'did you mean "status-quo"?'),
        ("no/such/trade-war.toml", 'did you mean "trade-war"?'),
        ("", "no scenario"),
        ("\0", "no scenario"),
        ("x" * 5000, "no scenario"),
        ("a\nb", "no scenario"),
        ("/dev/null", "not a regular file"),
        (3, "by its name"),
        (None, "by its name"),
    ],
)
def test_names_that_are_no_scenario(name, said):
    with pytest.raises(ConfigError) as error:
        load_scenario(name)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 1000


def test_a_folder_is_no_scenario(tmp_path):
    with pytest.raises(ConfigError, match="a folder"):
        load_scenario(tmp_path)


def test_a_scenario_is_returned_as_it_is_and_is_not_iterable():
    scenario = read("")
    assert load_scenario(scenario) is scenario
    assert not hasattr(scenario, "__iter__")
    assert not any(hasattr(scenario, name) for name in ("run", "time", "scenario"))


def test_a_byte_order_mark_does_no_harm():
    assert scenario_from_text("\ufeff" + HEAD, "mine.toml").title == "T"
    assert "UTF-8" in refused("\udcff")


# --- contents ---------------------------------------------------------------------------------------------------------

LEVER = HEAD + "[levers]\n"
# ruff: noqa: E501
BAD = [
    ("story = 'S'\nstart = 2025-01-01\nmonths = 1", "title: missing"),
    ("title = 'T'\nstart = 2025-01-01\nmonths = 1", "story: missing"),
    ("title = 'T'\nstory = 'S'\nmonths = 1", "start: missing"),
    ("title = 'T'\nstory = 'S'\nstart = 2025-01-01", "months: missing"),
    ("titel = 'T'\nstory = 'S'\nstart = 2025-01-01\nmonths = 1", 'mine.toml, titel: found \'titel\'; allowed: the keys extends'),
    ("titel = 'T'\nstory = 'S'\nstart = 2025-01-01\nmonths = 1", 'did you mean "title"?'),
    (HEAD + "us_tariff = 0.1", 'did you mean "us_tariff"?'),
    (HEAD.replace('"T"', "3"), "title: found 3; allowed: a title"),
    (HEAD.replace('"T"', '" "'), "title: found ' '"),
    (HEAD.replace('"T"', '"a\\nb"'), "title on one line"),
    (HEAD.replace('"S"', "['S']"), "story: found a list"),
    (HEAD.replace("24", "0"), "months: found 0; allowed: a whole number of months from 1 to 600"),
    (HEAD.replace("24", "-5"), "months: found -5"),
    (HEAD.replace("24", "1_000_000_000"), "months: found 1000000000"),
    (HEAD.replace("24", "12.0"), "months: found 12.0"),
    (HEAD.replace("24", "true"), "months: found true"),
    (HEAD.replace("24", "'24'"), "months: found '24'"),
    (HEAD.replace("24", "0x" + "f" * 6000), "months: found a number of thousands of digits"),
    (HEAD.replace("2025-01-01", "2025-01-15"), "start: found 2025-01-15; allowed: the first day of a month"),
    (HEAD.replace("2025-01-01", "2025-01-15"), "did you mean 2025-01-01?"),
    (HEAD.replace("2025-01-01", "2025-01-01T00:00:00"), "start: found 2025-01-01 00:00:00"),
    (HEAD.replace("2025-01-01", "'2025-01-01'"), "start: found '2025-01-01'"),
    (HEAD.replace("2025-01-01", "2013-12-01"), "2014-01-01 to 2030-12-01"),
    (HEAD.replace("2025-01-01", "2031-01-01"), "2014-01-01 to 2030-12-01"),
    (HEAD.replace("2025-01-01", "2025-13-01"), "at line 3"),
    (HEAD + "sources = 'x'", "sources: found 'x'; allowed: a list"),
    (HEAD + "sources = [1]", "sources[1]: found 1"),
    (HEAD + "levers = 3", "levers: found 3; allowed: a table"),
    (HEAD + "levers = []", "levers: found a list; allowed: a table"),
    (HEAD + "events = 3", "events: found 3; allowed: a list of events"),
    (HEAD + "events = [3]", "events[1]: found 3; allowed: a table"),
    (LEVER + "us_tarif = 0.1", 'levers.us_tarif: found \'us_tarif\'; allowed: the names of levers; did you mean "us_tariff"?'),
    (LEVER + "us_tariff = 0.7", "levers.us_tariff: found 0.7; allowed: a number from 0 to 0.6 (rate)"),
    (LEVER + "us_tariff = -0.1", "found -0.1"),
    (LEVER + "us_tariff = nan", "found nan"),
    (LEVER + "us_tariff = -inf", "found -inf"),
    (LEVER + "us_tariff = true", "found true"),
    (LEVER + "us_tariff = '0.1'", "found '0.1'"),
    (LEVER + "us_tariff = 2025-01-01", "found 2025-01-01"),
    (LEVER + "us_tariff = 1" + "0" * 400, "us_tariff: found 1000"),
    (LEVER + "us_tariff = {}", "at least one member"),
    (LEVER + "us_tariff = []", "a list of steps"),
    (LEVER + "us_tariff = [0.1]", "us_tariff[1]: found 0.1; allowed: a step"),
    (LEVER + "us_tariff = { DNK = 0.7 }", "levers.us_tariff.DNK: found 0.7"),
    (LEVER + "us_tariff = { DKN = 0.1 }", 'did you mean "DNK"?'),
    (LEVER + "us_tariff = { Denmark = 0.1 }", 'did you mean "DNK"?'),
    (LEVER + "us_tariff = { denmrk = 0.1 }", 'did you mean "DNK"?'),
    (LEVER + "us_tariff = { UK = 0.1 }", 'did you mean "GBR"?'),
    (LEVER + "us_tariff = { dnk = 0.1 }", 'did you mean "DNK"?'),
    (LEVER + "us_tariff = { RUS = 0.1 }", "ISO 3166"),
    (LEVER + "us_tariff = { Benelx = 0.1 }", 'did you mean "Benelux"?'),
    (LEVER + "us_tariff = { Benelx = 0.1 }", "a group (EU, Nordic-Baltic Eight"),
    (LEVER + "us_tariff = { USA = 0.1 }", "members other than the United States"),
    (LEVER + "pledge = { USA = 3 }", "members other than the United States"),
    (LEVER + "us_aid = { DNK = 0.1 }", "one for the alliance"),
    (LEVER + "us_tariff = { DNK = { x = 1 } }", "levers.us_tariff.DNK: found a table"),
    (LEVER + "us_aid = [{ from = 2025-02-01, value = 0 }, { from = 2025-02-01, value = 1 }]", "each once: after 2025-02-01"),
    (LEVER + "us_aid = [{ from = 2025-02-01, value = 0 }, { from = 2025-01-01, value = 1 }]", "us_aid[2].from: found 2025-01-01"),
    (LEVER + "us_aid = [{ from = 2025-02-03, value = 0 }]", "did you mean 2025-02-01?"),
    (LEVER + "us_aid = [{ from = 1025-02-03, value = 0 }]", "2014-01-01 to 2080-11-01"),
    (LEVER + "us_aid = [{ from = 2025-02-01 }]", "us_aid[1].value: missing"),
    (LEVER + "us_aid = [{ value = 1 }]", "us_aid[1].from: missing"),
    (LEVER + "us_aid = [{ frm = 2025-02-01, value = 1 }]", 'did you mean "from"?'),
    (LEVER + "us_aid = [{ from = 2025-02-01, value = 3 }]", "us_aid[1].value: found 3"),
    (LEVER + "us_claim = [{ from = 2025-02-01, value = { DNK = 3 } }]", "us_claim[1].value.DNK: found 3"),
    (EVENT.replace("date =", "dat ="), 'events[1].dat: found \'dat\'; allowed: the keys date, until, text, source, levers; did you mean "date"?'),
    (EVENT.replace('text = "x"', ""), "events[1].text: missing"),
    (EVENT.replace("2025-03-01", "2025-03-02"), "events[1].date: found 2025-03-02"),
    (EVENT + "until = 2025-03-01", "events[1].until: found 2025-03-01; allowed: a month after the event's date"),
    (EVENT + "until = false", "events[1].until: found false"),
    (EVENT + "levers = { us_aid = 3 }", "events[1].levers.us_aid: found 3"),
    (EVENT + "levers = { us_ade = 1 }", 'did you mean "us_aid"?'),
    (EVENT + "levers = { us_aid = [{ from = 2025-02-01, value = 1 }] }", "a number or a table by member"),
    (HEAD + "[parameters]\nlerning = 0", 'parameters.lerning: found \'lerning\'; allowed: the names of parameters; did you mean "learning"?'),
    (HEAD + "[parameters]\nlearning = 5", "parameters.learning: found 5; allowed: a number from 0 to"),
    (HEAD + "[parameters]\nceasefire_rate = 0.01", "or 0 (switched off)"),
    (HEAD + "[parameters]\nlearning = { DNK = 1 }", "parameters.learning: found a table"),
    (HEAD + '"a\\nb" = 1', "a\\nb"),
    (CHILD.replace("base.toml", "burden-demnd"), 'did you mean "burden-demand"?'),
    (CHILD.replace('"base.toml"', "3"), "extends: found 3"),
    (CHILD.replace("base.toml", ""), "extends: found ''"),
    ('extends = "status-quo"\ntitle = "T"', "story: missing"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), BAD, ids=[f"{i}-{said[:30]}" for i, (_, said) in enumerate(BAD)])
def test_what_is_wrong_is_said_in_one_line(text, said):
    message = refused(text)
    assert said in message
    assert message.startswith("mine.toml, ") or "not valid TOML" in message
    assert len(message) < 600


def test_an_error_survives_the_way_between_processes():
    error = ConfigError.at("f", "k", 1, "2")
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "f, k: found 1; allowed: 2"
    assert isinstance(error, ValueError)


def test_what_was_found_is_shown_briefly():
    assert len(show("x" * 1000)) < 90
    assert len(show(10**200)) < 90


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="[]{}=.\"'\n abc1-", max_size=200))
def test_no_text_brings_anything_but_a_scenario_or_a_config_error(text):
    for content in (text, HEAD + text):
        with contextlib.suppress(ConfigError):
            scenario_from_text(content, "mine.toml").paths()


# --- round trip -------------------------------------------------------------------------------------------------------

_dates = st.dates(datetime.date(2024, 1, 1), datetime.date(2028, 12, 1)).map(lambda day: day.replace(day=1))
_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1, max_size=30).filter(
    lambda text: text.strip() == text != ""
)


def values(lever):
    numbers = st.floats(lever.low, lever.high)
    if not lever.by_member:
        return numbers
    keys = st.sampled_from([code for code in (*ISO3, "ALL", "EU", "Bucharest Nine") if code != "USA"])
    return numbers | st.dictionaries(keys, numbers, min_size=1, max_size=4)


def levers_of(paths: bool):
    def one(lever):
        steps = st.lists(st.tuples(_dates, values(lever)), min_size=1, max_size=3, unique_by=lambda step: step[0])
        path = steps.map(
            lambda found: [{"from": day, "value": v} for day, v in sorted(found, key=lambda step: step[0])]
        )
        return st.tuples(st.just(lever.name), values(lever) | path if paths else values(lever))

    return st.lists(st.sampled_from(LEVERS).flatmap(one), max_size=5).map(dict)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_text_of_a_scenario_gives_the_same_scenario(data):
    scenario = read("").with_changes(
        levers=data.draw(levers_of(paths=True)),
        parameters=data.draw(
            st.lists(st.sampled_from(PARAMETERS).flatmap(lambda p: st.tuples(st.just(p.name), st.floats(p.low, p.high))), max_size=3).map(dict)
        ),
        months=data.draw(st.integers(1, 60)),
        start=data.draw(st.dates(FIRST_START, LAST_START)).replace(day=1),
    )  # fmt: skip
    raw = scenario._raw() | {"title": data.draw(_texts), "story": "\n".join(data.draw(st.lists(_texts, min_size=1)))}
    raw["events"] = [
        {"date": data.draw(_dates), "text": data.draw(_texts), "source": data.draw(_texts), "levers": data.draw(levers_of(False))}
        for _ in range(data.draw(st.integers(0, 3)))
    ]  # fmt: skip
    from cohesion.scenario import _scenario

    scenario = _scenario(raw, "mine", "mine", None, ())
    again = scenario_from_text(scenario.to_toml(), "mine.toml")
    assert again == scenario
    before, after = scenario.paths(), again.paths()
    assert all(np.array_equal(before[name], after[name]) for name in BY_NAME)
    json.dumps(scenario.to_dict(), allow_nan=False)


@settings(max_examples=100, deadline=None)
@given(levers_of(paths=True))
def test_paths_stay_within_the_range_of_the_lever(levers):
    for name, path in read("").with_changes(levers=levers).paths().items():
        assert np.all((path >= BY_NAME[name].low) & (path <= BY_NAME[name].high))


def test_a_resolved_scenario_stands_alone():
    scenario = load_scenario("splitting-the-alliance")
    assert "extends" not in scenario.to_toml()
    assert scenario.to_dict()["name"] == "splitting-the-alliance"
    assert scenario.to_dict()["start"] == "2025-01-01"
    assert pickle.loads(pickle.dumps(scenario)) == scenario


# --- command line and editors -----------------------------------------------------------------------------------------


def test_levers_on_the_command_line():
    assert parse_lever("us_tariff=0.25") == ("us_tariff", 0.25)
    assert parse_lever(" us_claim = DNK:1, CAN:0.5 ") == ("us_claim", {"DNK": 1.0, "CAN": 0.5})
    assert parse_lever("us_tariff=EU:0.2,Bucharest Nine:0.1") == ("us_tariff", {"EU": 0.2, "Bucharest Nine": 0.1})
    assert (
        read("").with_changes(levers=dict([parse_lever("us_tariff=EU:0.2")])).paths()["us_tariff"][0, member("DEU")]
        == 0.2
    )
    assert parse_parameter("learning=0.03") == ("learning", 0.03)
    assert parse_parameter("ceasefire_rate=0") == ("ceasefire_rate", 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("us_tariff", "name=value"),
        ("=1", "name=value"),
        ("us_tariff=", "name=value"),
        ("us_tarif=1", 'did you mean "us_tariff"?'),
        ("us_tariff=x", "found 'x'"),
        ("us_tariff=nan", "found nan"),
        ("us_tariff=9", "a number from 0 to 0.6"),
        ("us_tariff=0,25", "found '0,25'"),
        ("us_claim=DNK:", "us_claim.DNK: found ''"),
        ("us_claim=DNK:1,DNK:0", "each member once"),
        ("us_claim=Denmark:1", 'did you mean "DNK"?'),
        ("us_claim=DNK:1,", "ISO 3166"),
        ("us_aid=DNK:1", "one for the alliance"),
    ],
)
def test_mistakes_in_levers_on_the_command_line(text, said):
    with pytest.raises(ConfigError) as error:
        parse_lever(text)
    assert said in str(error.value)
    assert str(error.value).startswith("--lever, ")


@pytest.mark.parametrize("text", ["learning", "lerning=1", "learning=x", "learning=9", "learning=inf"])
def test_mistakes_in_parameters_on_the_command_line(text):
    with pytest.raises(ConfigError, match="--param, "):
        parse_parameter(text)


def test_the_schema_for_editors_follows_the_tables():
    schema = json_schema()
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema["required"] == ["title", "story"]
    for part in (schema, schema["definitions"]["EventFile"]):
        levers = part["properties"]["levers"]
        assert set(levers["properties"]) == set(BY_NAME)
        assert levers["additionalProperties"] is False
    for lever in LEVERS:
        entry = schema["properties"]["levers"]["properties"][lever.name]
        assert lever.meaning in entry["description"]
        assert entry["anyOf"][0] == {"type": "number", "minimum": lever.low, "maximum": lever.high}
        assert any(kind.get("type") == "object" for kind in entry["anyOf"]) == lever.by_member
    assert set(schema["properties"]["parameters"]["properties"]) == {parameter.name for parameter in PARAMETERS}
    assert {"DNK", "EU", "ALL"} < set(schema["definitions"]["members"]["enum"])
    assert "USA" not in schema["definitions"]["members_but_us"]["enum"]
    assert not any("default" in field for field in schema["properties"].values())
    json.dumps(schema, allow_nan=False)
    assert scenario_names()
