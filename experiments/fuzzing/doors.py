"""The doors by which input enters, and what must hold at each: refused in one line that names it, or sound."""

import json
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from cohesion import ConfigError, load_scenario, simulate
from cohesion.lesson_file import load_lesson
from cohesion.results import ResultsError, write_results
from cohesion.scenario import Scenario, config_folder, scenario_from_text
from cohesion.studies.batch import run_batch
from cohesion.studies.experiment import count_points, load_experiment
from cohesion.studies.folder import BatchFolder
from cohesion.studies.plan import Plan
from cohesion.studies.reading import open_results
from cohesion.studies.workers import Here
from cohesion_viz.dashboard.files import brought
from cohesion_viz.folders import listed, opened
from cohesion_viz.view import View
from experiments.fuzzing import mutations

#: What is said of a file that is not even text in TOML or JSON.
SYNTAX = ("not valid TOML", "not UTF-8", "is not UTF-8", "a binary file", "empty;", "larger than", "cannot be read (")
LONGEST = 2_000
#: Valid links, which are mutated.
QUERIES = (
    "scenario=trade-war&us_tariff=EU:0.25&seed=7&runs=256&month=30&member=DNK&variable=spending",
    "page=compare&scenario=splitting-the-alliance&baseline=burden-demand&p.anchor=0.02&without=1,2",
    "page=run&scenario=energy-moratorium&run=12&us_claim=DNK:1,CAN:0.5",
    "page=lessons&lesson=03-trade-war&step=2&guess=1",
    "page=results&folder=smoke&present=1&chart=outcomes",
    "scenario=status-quo&event=2026-01~2026-06|us_tariff=0.1|A%20tariff|A%20source&pillar=2025-01~0;2027-01~0.8",
)


class Unsound(AssertionError):
    """Something was accepted that does not hold, or refused without saying what is wrong."""


@dataclass(frozen=True)
class Door:
    """A way in: what comes in, drawn by a strategy, and what becomes of it."""

    name: str
    share: float
    strategy: object
    enter: object  # (input, folder) -> "accepted", "refused" or "not read", and what was said

    def __call__(self, given, folder):
        """What became of an input, and what was said."""
        return self.enter(given, folder)


def refusal(error, *named):
    """Check what is said; whether it is about the text or about the content, and what it is."""
    said = str(error)
    if not said or "\n" in said or len(said) > LONGEST or not said.isprintable() or "Traceback" in said:
        raise Unsound(f"a refusal is one line of at most {LONGEST} characters, not {said[:300]!r}")
    if not any(name in said for name in named):
        raise Unsound(f"a refusal names what it is about, one of {named}: {said[:300]!r}")
    return ("not read" if any(words in said for words in SYNTAX) else "refused"), said


def _written(data, folder, name):
    path = Path(folder) / name
    path.write_bytes(data)
    return path


def scenario(data, folder):
    """A scenario file: what is accepted resolves, is written and read to the same, and runs a month."""
    path = _written(data, folder, "fuzzed.toml")
    try:
        found = load_scenario(path)
    except ConfigError as error:
        return refusal(error, "fuzzed.toml")
    found.warnings()
    if scenario_from_text(found.to_toml(), "fuzzed.toml") != found:
        raise Unsound("an accepted scenario is not the same when written and read")
    _runs(found)
    return "accepted", ""


def _runs(found: Scenario):
    data = simulate(found.with_changes(months=1), 1, uncertainty="none", variables=("cohesion_index",))
    if not bool((data["cohesion_index"] >= 0).all()):
        raise Unsound("an accepted scenario gives no number")


def experiment(data, folder):
    """An experiment file: what is accepted has a number of points within bounds."""
    path = _written(data, folder, "fuzzed.toml")
    try:
        found = load_experiment(path)
    except ConfigError as error:
        return refusal(error, "fuzzed.toml", "/dev/", "/etc/")
    if not 1 <= count_points(found) <= 10_000_000:
        raise Unsound("an accepted experiment has no sound number of points")
    return "accepted", ""


def lesson(data, folder):
    """A lesson file: what is accepted has scenarios that resolve."""
    path = _written(data, folder, "fuzzed.toml")
    try:
        found = load_lesson(path)
    except ConfigError as error:
        return refusal(error, "fuzzed.toml")
    for move in found.moves:
        for one in move.pair():
            one.paths()
    return "accepted", ""


def upload(data, _folder):
    """A file brought into the dashboard: the view's scenario is what the command line would run."""
    text = data.decode("utf-8", "replace")  # as a browser hands it over
    try:
        view = brought(View(), "fuzzed.toml", text)
    except ConfigError as error:
        return refusal(error, "fuzzed.toml")
    if scenario_from_text(view.toml(), "fuzzed.toml") != view.resolved():
        raise Unsound("an accepted upload is not the same when taken away")
    return "accepted", ""


def link(query, _folder):
    """A link: gives a view that resolves, and whose own link gives the same view."""
    view, messages = View.from_query(query)
    view.resolved()
    again, told = View.from_query(view.to_query())
    if again != view or told:
        raise Unsound(f"a view's own link gives another view: {told}")
    for message in messages:
        refusal(message, "link", "scenario")
    return ("refused", messages[0]) if messages else ("accepted", "")


@cache
def whole_folders():
    """Bytes of valid result folders, of an ensemble and of a batch, by name and relative path."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        found = load_scenario("trade-war").with_changes(months=6)
        write_results(place / "ensemble", found, simulate(found, 4))
        plan = Plan.of(replace(load_experiment("smoke"), runs=2, scenarios=(found,)))
        run_batch(plan, BatchFolder(place / "batch"), lambda: Here(plan))
        return {
            name: {
                file.relative_to(place / name).as_posix(): file.read_bytes()
                for file in sorted((place / name).rglob("*"))
                if file.is_file()
            }
            for name in ("batch", "ensemble")
        }


def results(given, folder):
    """A damaged result folder: refused, or all its runs are there."""
    name, damage = given
    place = Path(folder) / name
    for file, data in whole_folders()[name].items():
        new, path = damage.get(file, data), place / file
        if new is None:
            path.unlink(missing_ok=True)
        elif not path.exists() or path.read_bytes() != new:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(new)
    runs = {"batch": 12, "ensemble": 4}[name]
    try:
        listed(Path(folder))
        found = opened(Path(folder), name)
        if name == "batch":
            _ = open_results(place).bands
    except (ResultsError, ConfigError) as error:
        return refusal(error, name, "manifest", "scenario")
    if not 0 < len(found.table) <= runs:
        raise Unsound(f"a folder was accepted with {len(found.table)} of {runs} runs")
    return "accepted", ""


def _texts(kind):
    return tuple(path.read_text(encoding="utf-8") for path in sorted((config_folder() / kind).glob("*.toml")))


def doors():
    """Every door, with its share of the inputs."""
    scenarios = _texts("scenarios")
    return (
        Door("scenario", 0.25, mutations.files(scenarios), scenario),
        Door("experiment", 0.2, mutations.files(_texts("experiments")), experiment),
        Door("lesson", 0.15, mutations.files(_texts("lessons")), lesson),
        Door("upload", 0.15, mutations.files(scenarios), upload),
        Door("link", 0.2, mutations.links(QUERIES), link),
        Door("results folder", 0.05, mutations.damage(whole_folders()), results),
    )


def to_json(given):
    """An input as text that can be kept in a corpus."""
    if isinstance(given, tuple):
        folder, files = given
        return json.dumps({folder: {name: _kept(data) for name, data in files.items()}}, ensure_ascii=False)
    return json.dumps(_kept(given), ensure_ascii=False)


def _kept(data):
    if isinstance(data, bytes):
        try:
            return {"file": data.decode()}
        except UnicodeDecodeError:
            return {"bytes": data.hex()}
    return data


def from_json(text):
    """The input of a corpus file."""
    given = json.loads(text)
    if isinstance(given, dict) and not set(given) & {"file", "bytes"}:
        folder, files = next(iter(given.items()))
        return folder, {name: _given(data) for name, data in files.items()}
    return _given(given)


def _given(kept):
    if isinstance(kept, dict):
        return kept["file"].encode() if "file" in kept else bytes.fromhex(kept["bytes"])
    return kept
