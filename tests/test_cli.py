"""The command line as a user meets it: what it prints, what it refuses, what it leaves behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cohesion import attribution, checks, cli_run, outcome, summary
from cohesion.cli_options import MAX_MONTHS, OUTCOMES_OR_INDEX, Asked
from cohesion.facts import ISO3
from cohesion.outcome import OUTCOMES
from cohesion.printing import CAVEAT
from cohesion.results import read_results
from cohesion.uncertainty import DEFAULT

ROOT = Path(__file__).resolve().parents[1]
SMALL = ["--runs", "6", "--months", "12"]

#: Exit code, stdout and stderr.
Answer = tuple[int, str, str]
Call = Callable[..., Answer]


def process(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "cohesion", *words], capture_output=True, text=True, encoding="utf-8", env=environment(),
        cwd=cwd, check=False,
    )  # fmt: skip


def environment() -> dict[str, str]:
    paths = [str(ROOT), str(ROOT / "viz"), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONIOENCODING": "utf-8"}


def said(answer: Answer) -> Any:
    code, out, err = answer
    assert code == 0, err
    return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


# --- help and tables ------------------------------------------------------------------------------


COMMANDS = (
    "scenarios", "levers", "parameters", "validate", "schema", "run", "explain", "ensemble", "compare", "batch", "seek",
    "reproduce", "analyse", "facts", "propositions", "calibrate", "backtest", "report",
)  # fmt: skip


def test_help_lists_every_command_and_teaches_by_example() -> None:
    done = process("--help")
    assert done.returncode == 0
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)
    assert "cohesion ensemble splitting-the-alliance --baseline status-quo" in done.stdout
    assert "..." not in done.stdout.split("Commands:")[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_in_the_help_of_a_command_name_it(call: Call, command: str) -> None:
    code, out, _ = call(command, "--help")
    assert code == 0
    assert f"\n    cohesion {command}" in out.split("Examples:")[1]


def test_help_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'pandas', 'xarray', 'mesa', 'matplotlib', 'rich'}"
    for words in (["--help"], ["levers"]):
        code = (
            f"import sys; sys.argv = ['cohesion', *{words}]\nfrom cohesion.cli import main\n"
            f"try: main()\nexcept SystemExit: print({heavy} & set(sys.modules), file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), cwd=ROOT, check=True
        )
        assert done.stderr.strip() == "set()"


def test_version_is_one_line(call: Call) -> None:
    code, out, _ = call("--version")
    assert code == 0
    assert out.startswith("cohesion")
    assert out.count("\n") == 1


def test_piped_tables_have_one_line_a_row_and_no_colour() -> None:
    done = process("parameters", "--mechanism", "trust")
    lines = done.stdout.rstrip().splitlines()
    assert "\x1b" not in done.stdout
    assert max(map(len, lines)) > 200  # sources are not folded
    assert all(not line.startswith(" ") for line in lines)
    data = said((0, process("parameters", "--mechanism", "trust", "--json").stdout, ""))
    assert len(lines) == 1 + len(data["parameters"])
    fitted = {p["name"]: p["posterior"] for p in data["parameters"]}
    assert fitted["prior_honour"] is None
    assert 0 < fitted["asymmetry"]["p05"] < fitted["asymmetry"]["p50"] < fitted["asymmetry"]["p95"]
    low, middle, high = (f"{float(f'{value:.3g}'):g}" for value in fitted["asymmetry"].values())
    assert any(line.startswith("asymmetry") and f"  {middle} [{low}, {high}]  " in line for line in lines)


def test_levers_are_filtered_by_holder(call: Call) -> None:
    found = said(call("levers", "--holder", "russia", "--json"))["levers"]
    assert {lever["holder"] for lever in found} == {"Russia"}
    assert {lever["name"] for lever in found} >= {"russia_pressure"}


def test_scenarios_are_listed_and_shown(call: Call) -> None:
    names = [scenario["name"] for scenario in said(call("scenarios", "--json"))["scenarios"]]
    assert "status-quo" in names
    code, out, _ = call("scenarios", "splitting-the-alliance")
    assert code == 0
    assert "us_claim" in out
    assert "DNK 1, CAN 0.8" in out


def test_schema_is_json_schema(call: Call) -> None:
    assert said(call("schema"))["properties"]["levers"]


# --- one run --------------------------------------------------------------------------------------


def test_a_run_tells_its_story_and_its_index_by_year(call: Call) -> None:
    code, out, _ = call("run", "greenland-claim", "--months", "30")
    assert code == 0
    assert re.search(r"^January 2025 +Claim on Greenland\.", out, re.MULTILINE)
    assert [line[:12] for line in out.splitlines() if line.startswith(("January", "July 2027"))][-3:] == [
        "January 2026",
        "January 2027",
        "July 2027   ",
    ]
    assert out.rstrip().endswith(CAVEAT)


def test_a_run_as_json_is_that_run_of_the_ensemble(call: Call) -> None:
    from cohesion import simulate
    from cohesion.ensemble import digest, outcome_table

    one = said(call("run", "status-quo", "--run", "3", "--months", "12", "--json"))
    assert one["run"] == 3
    assert one["outcome"] in OUTCOMES
    assert set(one["cohesion_index"]) == {"first", "last"}
    assert one["story"][0]["month"] == "January 2025"
    scenario = Asked.of(0, "prior", None, None, None, 12).scenario("status-quo")
    assert one["digest"] == digest(outcome_table(simulate(scenario, 1, first_run=3)))


def test_explain_sums_to_the_change(call: Call) -> None:
    for more in ([], ["--traced"], ["--toward", "FRA"]):
        found = said(call("explain", "greenland-claim", "--member", "DNK", "--months", "24", "--json", *more))
        assert abs(sum(found["drivers"].values()) - (found["last"] - found["first"])) < 1e-9


def test_explain_an_outcome_divides_the_difference_among_drivers(call: Call) -> None:
    words = ("explain", "trade-war", "--outcome", "cohesion_index", "--months", "24", "--runs", "8")
    found = said(call(*words, "--json"))
    assert found["drivers"][0]["driver"] == "trade war"
    assert sum(row["change"] for row in found["drivers"]) == pytest.approx(found["change"])
    code, out, _ = call(*words)
    assert code == 0
    assert "they add up" in out.casefold()


def test_explain_fixes_a_parameter_in_both_scenarios(call: Call) -> None:
    words = ("--param", "threshold_trust=0.9", "--months", "60", "--runs", "8", "--json")
    found = said(call("explain", "trade-war", "--outcome", "holds", *words))
    assert "assumptions" not in [row["driver"] for row in found["drivers"]]
    both = said(call("compare", "status-quo", "trade-war", *words))
    assert found["change"] == pytest.approx(both["difference"]["outcome_shares"]["holds"][0])
    assert found["change"] < 0


def test_explain_names_the_largest_causes(call: Call) -> None:
    code, out, _ = call("explain", "splitting-the-alliance", "--member", "DNK", "--months", "24", "--traced")
    assert code == 0
    assert "Trust of Denmark in the United States" in out
    assert "three biggest causes are territorial claims" in out
    assert "█" in out or "#" in out


# --- ensembles ------------------------------------------------------------------------------------


def test_an_ensemble_as_json_has_the_promised_keys(call: Call) -> None:
    found = said(call("ensemble", "trade-war", "--baseline", "status-quo", *SMALL, "--json"))
    assert [found[key] for key in ("scenario", "seed", "runs", "months", "uncertainty")] == [
        "trade-war", 0, 6, 12, DEFAULT,
    ]  # fmt: skip
    assert list(found["outcome_shares"]) == list(OUTCOMES)
    assert abs(sum(found["outcome_shares"].values()) - 1) < 1e-12
    for name, (low, high) in found["outcome_intervals"].items():
        assert low <= found["outcome_shares"][name] <= high
    for end in ("first", "last"):
        quantiles = found["cohesion_index"][end]
        assert list(quantiles) == ["p05", "p50", "p95"]
        assert quantiles["p05"] <= quantiles["p50"] <= quantiles["p95"]
    assert set(found["members"]) == set(ISO3)
    for code, values in found["members"].items():
        assert set(values) == {"trust_in_us", "spending_pct_gdp", "threat", "credibility", "goodwill"}
        assert all(len(ends) == 2 for ends in values.values())
        assert (values["trust_in_us"] == [None, None]) == (code == "USA")
    for moves in found["threshold_sensitivity"].values():
        assert all(abs(sum(shares.values()) - 1) < 1e-12 for shares in moves.values())
    assert found["baseline"]["scenario"] == "status-quo"
    assert set(found["difference"]["median"]) == {"difference", "interval"}


def test_two_processes_print_the_same_bytes() -> None:
    words = ("ensemble", "splitting-the-alliance", *SMALL, "--json")
    first, second = process(*words), process(*words)
    assert first.returncode == 0
    assert first.stdout == second.stdout
    assert first.stderr == ""
    assert len(json.loads(first.stdout)["digest"]) == 64


def test_blocks_do_not_change_an_ensemble(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = said(call("ensemble", "trade-war", *SMALL, "--json"))
    monkeypatch.setattr(summary, "BLOCK", 4)
    assert said(call("ensemble", "trade-war", *SMALL, "--json")) == whole
    assert call("ensemble", "trade-war", *SMALL, "--out", "here")[0] == 0
    found = read_results("here")
    assert found.summary == whole
    assert len(found.outcomes) == found.manifest["runs"] == 6
    assert found.manifest["runs_of_bands"] == found.bands.attrs["runs"] == 4


def test_the_seed_and_every_change_reach_the_simulation(call: Call) -> None:
    changes = (
        [], ["--seed", "1"], ["--uncertainty", "none"], ["--lever", "us_tariff=0.3"], ["--param", "anchor=0.05"],
        ["--without", "trust"],
    )  # fmt: skip
    digests = {said(call("ensemble", "trade-war", *SMALL, *more, "--json"))["digest"] for more in changes}
    assert len(digests) == len(changes)


def test_levers_leave_the_baseline_alone_and_parameters_do_not(call: Call) -> None:
    plain = said(call("ensemble", "status-quo", *SMALL, "--json"))["digest"]
    base = ["ensemble", "status-quo", "--baseline", "status-quo", *SMALL, "--json"]
    assert said(call(*base, "--lever", "us_tariff=0.3"))["baseline"]["digest"] == plain
    assert said(call(*base, "--param", "anchor=0.05"))["baseline"]["digest"] != plain


def test_an_ensemble_says_its_verdict_first(call: Call) -> None:
    code, out, err = call("ensemble", "splitting-the-alliance", "--baseline", "status-quo", "--runs", "32")
    assert code == 0
    first = out.splitlines()[0]
    assert first.startswith("splitting-the-alliance: the alliance holds in ")
    assert "of 32 runs (95 % interval " in first
    assert "Against status-quo: the median final cohesion index is lower by 0." in first
    assert out.rstrip().endswith(CAVEAT)
    assert err == ""


def test_a_threshold_that_decides_is_named(call: Call) -> None:
    _, out, _ = call("ensemble", "trade-war", "--runs", "64")
    data = said(call("ensemble", "trade-war", "--runs", "64", "--json"))
    largest = max(
        abs(share - data["outcome_shares"][name])
        for moves in data["threshold_sensitivity"].values()
        for shares in moves.values()
        for name, share in shares.items()
    )
    assert ("Caution: with threshold_" in out) == (largest > 0.1)


def test_compare_is_the_ensemble_with_a_baseline(call: Call) -> None:
    both = said(call("compare", "status-quo", "trade-war", *SMALL, "--json"))
    one = said(call("ensemble", "trade-war", "--baseline", "status-quo", *SMALL, "--json"))
    assert both["scenarios"] == ["status-quo", "trade-war"]
    assert both["difference"] == one["difference"]
    code, out, _ = call("compare", "status-quo", "trade-war", *SMALL)
    assert code == 0
    assert out.startswith("trade-war against status-quo: ")


def test_scenarios_of_other_length_are_aligned_with_a_warning(call: Call, tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text('extends = "status-quo"\ntitle = "Short"\nstory = "Short."\nmonths = 9\n')
    code, out, err = call("compare", "status-quo", "short.toml", "--runs", "4", "--json")
    assert code == 0
    assert json.loads(out)["months"] == 9
    assert "warning: status-quo is run for the 9 months of short" in err


def test_out_writes_a_result_and_says_where(call: Call, tmp_path: Path) -> None:
    words = ("ensemble", "trade-war", *SMALL, "--out", "results/one")
    code, out, _ = call(*words)
    assert code == 0
    assert out.rstrip().endswith("Written to results/one")
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["one"]
    assert call(*words)[0] == 0  # a complete result is replaced
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["one"]


# --- what is refused ------------------------------------------------------------------------------

BAD: list[tuple[list[str], str]] = [
    (["ensemble", "splitting-the-allianc"], '"splitting-the-alliance"'),
    (["ensemble", "nowhere.toml"], "status-quo"),
    (["run", ""], "status-quo"),
    (["ensemble", "status-quo", "--baseline", "status-qu"], '"status-quo"'),
    (["ensemble", "status-quo", "--seed", "-1"], "from 0 to 9,223,372,036,854,775,807"),
    (["ensemble", "status-quo", "--seed", "1.5"], "a whole number"),
    (["ensemble", "status-quo", "--seed", "one"], "--seed"),
    (["ensemble", "status-quo", "--seed", str(2**63)], "--seed"),
    (["ensemble", "status-quo", "--runs", "0"], "from 1 to 1,000,000"),
    (["ensemble", "status-quo", "--runs", "-5"], "--runs"),
    (["ensemble", "status-quo", "--runs", "1000001"], "from 1 to 1,000,000"),
    (["run", "status-quo", "--months", "0"], "from 1 to 600"),
    (["run", "status-quo", "--months", "601"], "from 1 to 600"),
    (["run", "status-quo", "--run", "-1"], "--run"),
    (["run", "status-quo", "--uncertainty", "priors"], '"prior"'),
    (["ensemble", "status-quo", "--uncertainty", "posteriors"], 'none, prior, posterior; did you mean "posterior"'),
    (["run", "status-quo", "--lever", "us_tarif=0.1"], '"us_tariff"'),
    (["run", "status-quo", "--lever", "us_tariff=9"], "from 0 to 0.6"),
    (["run", "status-quo", "--lever", "us_tariff=nan"], "from 0 to 0.6"),
    (["run", "status-quo", "--lever", "us_tariff"], "name=value"),
    (["run", "status-quo", "--lever", "us_claim=DNC:1"], '"DNK"'),
    (["run", "status-quo", "--lever", "us_tariff=0.1", "--lever", "us_tariff=0.2"], "each name once"),
    (["run", "status-quo", "--param", "lerning=0.1"], '"learning"'),
    (["run", "status-quo", "--param", "learning=9"], "from 0 to 0.08"),
    (["run", "status-quo", "--without", "lerning"], '"learning"'),
    (["explain", "status-quo", "--member", "Denmark"], "DNK (Denmark)"),
    (["explain", "status-quo", "--member", "dnk"], "DNK (Denmark)"),
    (["explain", "status-quo", "--member", "DNK", "--toward", "RUS"], "--toward"),
    (["explain", "status-quo", "--member", "USA"], "two different members"),
    (["explain", "status-quo"], "--member"),
    (["explain", "status-quo", "--member", "DNK", "--outcome", "holds"], "one of --member"),
    (["explain", "status-quo", "--outcome", "hold"], '"holds"'),
    (["analyse", "nowhere", "--outcome", "hold"], "--outcome: found 'hold'"),
    (["compare", "status-quo"], "B"),
    (["levers", "--holder", "rusia"], '"russia"'),
    (["parameters", "--mechanism", "trad"], '"trade"'),
    (["ensembel", "status-quo"], "'ensemble'"),
    (["ensemble", "status-quo", "--run", "3"], "--runs"),
    (["run", "status-quo", "surplus"], "surplus"),
    (["--verson"], "--version"),
    (["ensemble", "status-quo", "--out", "."], "working folder"),
    (["ensemble", "status-quo", "--out", "x" * 400], "cannot be written"),
    (["analyse", "x" * 400], "ame too long"),
    (["reproduce", "x" * 400], "ame too long"),
    (["report", "status-quo", "--out", f"{'x' * 400}.html"], "ame too long"),
    (["dashboard", "--results", "nowhere"], "--results: "),
    (["seek", "status-quo", "--keep", "holds>0.5", "--levers", "us_tariff", "--out", "x" * 400], "ame too long"),
]


@pytest.mark.parametrize(("words", "expected"), BAD, ids=[" ".join(words)[:60] for words, _ in BAD])
def test_a_mistake_gets_one_clear_line(call: Call, tmp_path: Path, words: list[str], expected: str) -> None:
    code, out, err = call(*words)
    assert code == 2
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert expected in err
    assert list(tmp_path.iterdir()) == []


def test_what_the_options_repeat_so_that_help_answers_at_once_is_what_is_meant_elsewhere() -> None:
    assert (*outcome.OUTCOMES, "cohesion_index") == OUTCOMES_OR_INDEX
    assert MAX_MONTHS == checks.MAX_MONTHS
    assert cli_run.RUNS_OF_COALITION == attribution.RUNS


BAD_FILES = {
    "a misspelt key": ('titel = "x"\nstory = "x"\nstart = 2025-01-01\nmonths = 12', '"title"'),
    "a wrong type": ('title = "x"\nstory = "x"\nstart = 2025-01-01\nmonths = "12"', "months"),
    "a wrong date": ('title = "x"\nstory = "x"\nstart = 2025-01-15\nmonths = 12', "2025-01-01"),
    "a lever out of range": (
        'title = "x"\nstory = "x"\nstart = 2025-01-01\nmonths = 12\n[levers]\nus_tariff = 7', "0 to 0.6",
    ),
    "no TOML": ("title = ", "not valid TOML"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_FILES)
@pytest.mark.parametrize("command", ["validate", "run"])
def test_a_wrong_file_gets_one_clear_line(call: Call, tmp_path: Path, kind: str, command: str) -> None:
    text, expected = BAD_FILES[kind]
    (tmp_path / "mine.toml").write_text(text)
    code, out, err = call(command, "mine.toml")
    assert (code, out) == (2, "")
    assert err.startswith("error: mine.toml")
    assert err.count("\n") == 1
    assert expected in err


@pytest.mark.parametrize(
    ("command", "kind"), [("batch", "an experiment"), ("lessons", "a lesson"), ("run", "a scenario")]
)
def test_a_file_is_called_what_it_was_to_be(call: Call, tmp_path: Path, command: str, kind: str) -> None:
    (tmp_path / "mine.toml").write_bytes('title = "Für"'.encode("latin-1"))
    code, _, err = call(command, "mine.toml")
    assert (code, err) == (2, f"error: mine.toml: line 1 is not UTF-8; {kind} is a text in TOML, saved as UTF-8\n")
    (tmp_path / "mine.toml").write_text("")
    expected = f"error: mine.toml: empty; {kind} is a text in TOML with at least a title\n"
    assert call(command, "mine.toml")[2] == expected


def test_validate_goes_on_after_an_error(call: Call, tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text('extends = "status-quo"\ntitle = "Good"\nstory = "Good."\n')
    (tmp_path / "bad.toml").write_text('titel = "x"')
    code, out, err = call("validate", "bad.toml", "good.toml")
    assert code == 2
    assert out.startswith("good.toml: OK")
    assert err.startswith("error: bad.toml")
    assert call("validate", "good.toml")[0] == 0


def test_warnings_go_to_stderr(call: Call, tmp_path: Path) -> None:
    late = '[[events]]\ndate = 2050-01-01\ntext = "late"\nlevers = { us_tariff = 0.1 }\n'
    (tmp_path / "late.toml").write_text(f'extends = "status-quo"\ntitle = "Late"\nstory = "Late."\n{late}')
    code, out, err = call("run", "late.toml", "--months", "6", "--json")
    assert code == 0
    assert json.loads(out)["scenario"] == "late"
    assert err.startswith("warning: late: event 1")


def test_a_folder_that_is_not_a_result_is_left_alone(call: Call, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    code, out, err = call("ensemble", "status-quo", "--runs", "1000000", "--out", "mine")  # refused before the work
    assert (code, out) == (2, "")
    assert "mine: not empty" in err
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    code, _, err = call("ensemble", "status-quo", "--runs", "1000000", "--out", "mine/thesis.txt/deeper")
    assert code == 2
    assert "is a file" in err


def test_mistakes_in_a_process_leave_no_traceback(tmp_path: Path) -> None:
    for words in (["ensemble", "status-quo", "--runs", "0", "--out", "x"], ["run", "no-such"], ["rnu"]):
        done = process(*words, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_is_quiet_and_leaves_nothing(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "cohesion", "ensemble", "status-quo", "--runs", "200000", "--out", "x"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environment()
    ) as started:
        time.sleep(2.5)
        started.send_signal(signal.SIGINT)
        try:
            out, err = started.communicate(timeout=20)
        finally:
            started.kill()
    assert (started.returncode, out, err) == (130, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_closed_pipe_is_quiet() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "cohesion", "parameters", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment(),
    ) as started:  # fmt: skip
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.readline()
        started.stdout.close()
        assert started.stderr.read() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("words", [["scenarios"], ["ensemble", "status-quo", "--runs", "2", "--months", "2", "--json"]])
def test_a_full_disk_gets_one_clear_line(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "cohesion", *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment(), check=False)
    assert (done.returncode, done.stderr) == (2, "error: the output cannot be written: no space left on device\n")


# --- the game ---------------------------------------------------------------------------------------------------------


def finished_game() -> str:
    from cohesion.game import YEARS, Game, encode

    game = Game(3, "burden-demand")
    for _ in range(YEARS):
        game = game.then({"europe_aid": 0.6})
    return encode(game)


def test_game_score_prints_a_row_a_code_and_says_what_could_not_be_read(call: Call, tmp_path: Path) -> None:
    code = finished_game()
    (tmp_path / "codes.txt").write_text(f"Ada, {code}\nEve, {code[:-1]}\n", encoding="utf-8")
    status, out, _ = call("game", "score", "--file", "codes.txt")
    assert status == 0
    assert re.search(r"^Ada +burden-demand +3 +\d+\.\d", out, re.MULTILINE)
    assert "2. Eve: code: the check at its end does not fit" in out
    assert CAVEAT in out
    rows = said(call("game", "score", code, "--json"))["results"]
    assert rows[0]["code"] == code
    assert rows[0]["europe_aid_2034"] == 0.6
    status, out, _ = call("game", "score", code, "--csv")
    assert out.startswith("name,code,seed,us_path,score,")
    assert len(out.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "named"),
    [((), "no codes"), (("hold1.7",), "cut off"), (("--file", "none.txt"), "cannot be read"),
     (("--file", "."), "cannot be read")],
)  # fmt: skip
def test_game_score_without_a_game_to_play_ends_in_one_line(call: Call, words: tuple[str, ...], named: str) -> None:
    status, out, err = call("game", "score", *words)
    assert (status, out) == (2, "")
    assert named in err
    assert err.count("\n") == 1
