"""The state of a session: what is looked at, as one value that a link carries; undo and redo.

A `View` knows no screen. Its query is short and can be read: only what differs from the defaults is in it, levers under
their own names (``us_tariff=0.25``, ``us_claim=DNK:1,CAN:0.8``, ``pledge=2026-01~3;2028-01~3.5``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote

from cohesion.checks import MAX_MONTHS, ConfigError, LeverValue, clean, lever_value, parameter_value
from cohesion.facts import ELSEWHERE, ISO3
from cohesion.game import decode, encode
from cohesion.lesson_file import lesson_names
from cohesion.levers import BY_NAME as LEVERS
from cohesion.parameters import BY_NAME as PARAMETERS
from cohesion.scenario import Event, Scenario, load_scenario, scenario_from_text, scenario_names
from cohesion.studies.history import ORIGINS
from cohesion_viz.limits import EVENTS, LINK, RUN_MONTHS, STEPS, STEPS_TEXT
from cohesion_viz.links import (
    event_of,
    event_text,
    file_name,
    folder_name,
    lever_raw,
    lever_text,
    number_text,
    numbers_of,
    one_of,
    packed,
    unpacked,
    whole,
)

#: Pages by key, in the order of the navigation.
PAGES = {
    "explorer": "Explorer",
    "compare": "Compare",
    "lessons": "Lessons",
    "game": "Game",
    "run": "Single run",
    "history": "History",
    "results": "Results",
    "about": "About",
}
#: Numbers of runs that are offered.
RUNS = (64, 128, 256, 512, 1024, 2048)
MAX_SEED, MAX_RUN, MAX_STEP = 2**31 - 1, 9999, 9
#: Variables by member that the map offers.
MAP_VARIABLES = ("trust_in_us", "european_trust", "goodwill", "threat", "spending", "credibility", "posture")
#: Charts of which a lesson and the present mode show one.
CHARTS = {
    "map": "Map",
    "outcomes": "Outcomes",
    "cohesion": "Cohesion index",
    "member": "Member",
    "unity": "Decisions put into effect",
    "pressure": "Russian pressure",
    "war": "Phases of the war",
    "causes": "Why",
}
DEFAULT_SCENARIO, DEFAULT_BASELINE = "splitting-the-alliance", "status-quo"
if ELSEWHERE and DEFAULT_SCENARIO not in scenario_names():
    DEFAULT_SCENARIO = scenario_names()[0]
ADDED_HERE = "added in the dashboard"


@dataclass(frozen=True)
class View:
    """Everything that a session shows.

    Attributes
    ----------
    page
        Key of `PAGES`.
    scenario, text
        Name of a shipped scenario; or, where ``text`` is not empty, name of the file with that content in TOML.
    levers, parameters
        Changes by name.
    dropped, added
        Numbers of the scenario's events that are left out, from 1, and events put in.
    seed, runs
        Of the ensemble.
    month, member, variable
        Month that is looked at (None: the last), ISO3 code of the member that is marked (empty: none), and variable of
        the map.
    baseline
        Name of the scenario to compare with; empty for none.
    second
        Name of the scenario that is compared with the baseline in the place of this one; empty: this one.
    run
        Number of the single run.
    origin
        Year that history is forecast from.
    folder
        Result folder that is open, from the folder of results; empty: none. A name only: what it leads to is checked
        where it is opened.
    lesson, step, guess
        Name of the lesson that is open (empty: none), its step from 0, and the prediction that was made, from 1 (0:
        none yet).
    game
        Code of the game that is played, as far as it is played; empty: none. See `cohesion.game.code`.
    chart, present
        Key of `CHARTS`, and 1 where nothing but the verdict and that chart is shown.
    """

    page: str = "explorer"
    scenario: str = DEFAULT_SCENARIO
    text: str = ""
    levers: Mapping[str, LeverValue] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)
    dropped: tuple[int, ...] = ()
    added: tuple[Event, ...] = ()
    seed: int = 0
    runs: int = 512
    month: int | None = None
    member: str = ""
    variable: str = "trust_in_us"
    baseline: str = DEFAULT_BASELINE
    second: str = ""
    run: int = 0
    origin: int = 2021
    folder: str = ""
    lesson: str = ""
    step: int = 0
    guess: int = 0
    game: str = ""
    chart: str = "cohesion"
    present: int = 0

    # --- what is simulated ---

    def base(self) -> Scenario:
        """The scenario before changes.

        Raises
        ------
        ConfigError
            Where the text is not a scenario.
        """
        return _base(self.scenario, self.text)

    def resolved(self) -> Scenario:
        """The scenario with all changes, checked like a file.

        Raises
        ------
        ConfigError
            Where something in it is wrong.
        """
        base = self.base()
        kept = tuple(event for count, event in enumerate(base.events, 1) if count not in self.dropped)
        found = replace(base, events=kept)
        if self.levers or self.parameters:
            found = found.with_changes(levers=dict(self.levers), parameters=dict(self.parameters))
        if self.added:
            new = tuple(replace(e, source=e.source or ADDED_HERE) if base.sources else e for e in self.added)
            found = replace(found, events=(*found.events, *new)).with_changes()
        if len(found.events) > EVENTS:
            raise ConfigError(f"{len(found.events)} events, where {EVENTS} are the most that is shown here")
        most = most_runs(found.months)
        if self.runs > most:
            raise ConfigError(f"{self.runs:,} runs of {found.months} months, where {most:,} are the most of so many")
        return found

    def toml(self) -> str:
        """A file that the command line runs to the same numbers."""
        return self.resolved().to_toml()

    @property
    def changed(self) -> bool:
        """Whether anything differs from the scenario."""
        return bool(self.levers or self.parameters or self.dropped or self.added)

    def shown_month(self, months: int) -> int:
        """The month that is looked at, within a horizon."""
        return months if self.month is None else min(self.month, months)

    # --- changes ---

    def with_lever(self, name: str, value: LeverValue) -> "View":
        """Set a lever; a value that the scenario has anyway is no change."""
        base = self.base()
        constant = not any(name in event.levers for event in base.events)
        plain = base.levers.get(name, LEVERS[name].neutral)
        levers = {key: held for key, held in self.levers.items() if key != name}
        if not (constant and plain == value):
            levers[name] = value
        return replace(self, levers=levers)

    def with_parameter(self, name: str, value: float | None) -> "View":
        """Fix a parameter; None lets it vary again."""
        parameters = {key: held for key, held in self.parameters.items() if key != name}
        if value is not None:
            parameters[name] = value
        return replace(self, parameters=parameters)

    def with_scenario(self, name: str, text: str = "") -> "View":
        """Take another scenario, without changes."""
        return replace(self.reset(), scenario=name, text=text, month=None)

    def reset(self) -> "View":
        """Drop all changes."""
        return replace(self, levers={}, parameters={}, dropped=(), added=())

    # --- links ---

    def to_query(self) -> str:
        """What follows the question mark in a link: empty where nothing differs from the defaults."""
        pairs: list[tuple[str, str]] = []
        for name in ("page", "scenario", "baseline", "seed", "runs", "month", "member", "variable",
                     "second", "run", "origin", "folder", "lesson", "step", "guess", "game", "chart",
                     "present"):  # fmt: skip
            value = getattr(self, name)
            if value != getattr(_DEFAULT, name):
                pairs.append((name, str(value)))
        if self.text:
            pairs.append(("toml", packed(self.text)))
        pairs += [(name, lever_text(value)) for name, value in self.levers.items()]
        pairs += [(f"p.{name}", number_text(value)) for name, value in self.parameters.items()]
        if self.dropped:
            pairs.append(("without", ",".join(map(str, self.dropped))))
        pairs += [("event", event_text(event)) for event in self.added]
        return "&".join(f"{quote(key, safe='.')}={quote(value, safe=_SAFE)}" for key, value in pairs)

    @classmethod
    def from_query(cls, query: str) -> tuple["View", tuple[str, ...]]:
        """The view of a link, and what in the link could not be read, one sentence each."""
        found: dict[str, Any] = {"levers": {}, "parameters": {}, "added": ()}
        messages: list[str] = []
        if len(query) > LINK:
            return cls(), ("The link is longer than a view can make it.",)
        try:
            pairs = parse_qsl(query.lstrip("?"), keep_blank_values=True, max_num_fields=500)
        except ValueError:
            return cls(), ("The link has more parts than a view has.",)
        for key, value in pairs:
            try:
                _read(found, key, value)
            except (ValueError, OverflowError) as error:
                messages.append(f"The link's {clean(key[:40])} was left out: {clean(str(error)[:200])}.")
        return cls(**found)._sound(messages)

    def _sound(self, messages: list[str]) -> tuple["View", tuple[str, ...]]:
        """The view without what contradicts itself."""
        view = self
        if not view.text and view.scenario not in scenario_names():
            messages.append(f"There is no scenario {view.scenario[:60]!r}; here is {_DEFAULT.scenario}.")
            view = replace(view.reset(), scenario=_DEFAULT.scenario)
        try:
            count, months = len(view.base().events), view.base().months
            view = replace(view, dropped=tuple(k for k in view.dropped if k <= count))
            if view.month is not None and view.month > months:
                view = replace(view, month=None)
            if view.runs > most_runs(months):
                messages.append(f"{view.runs:,} runs of {months} months are too many; here are {most_runs(months):,}.")
                view = replace(view, runs=most_runs(months))
            view.resolved()
        except ConfigError as error:
            messages.append(f"The link's changes were left out: {error}.")
            view = view.reset()
            if view.text:
                try:
                    view.resolved()
                except ConfigError:
                    view = replace(view, text="", scenario=_DEFAULT.scenario)
        return view, tuple(messages)


_DEFAULT = View()


@lru_cache(maxsize=64)
def _base(name: str, text: str) -> Scenario:
    """A scenario as it stands in its file; kept, since each move asks for it several times.

    Only shipped ones are read by name: a name from a browser leads to no other file.
    """
    if text:
        return scenario_from_text(text, f"{name}.toml")
    if name not in scenario_names():
        raise ConfigError(f"there is no scenario {clean(name)!r}")
    return load_scenario(name)


def most_runs(months: int) -> int:
    """The most runs of so many months that a session may ask for."""
    return min(RUNS[-1], RUN_MONTHS // months)


_SAFE = "-_.~:,;*"


def _read(found: dict[str, Any], key: str, value: str) -> None:
    """Read one part of a link into the fields of a view."""
    if key in _READERS:
        found["text" if key == "toml" else "dropped" if key == "without" else key] = _READERS[key](value)
    elif key in LEVERS:
        found["levers"][key] = lever_value(key, lever_raw(value), "link", key)
    elif key.startswith("p.") and key[2:] in PARAMETERS:
        found["parameters"][key[2:]] = parameter_value(key[2:], float(value), "link", key[2:])
    elif key == "event":
        found["added"] = (*found["added"], event_of(value))
    else:
        raise ValueError("nothing here has that name")


_READERS: dict[str, Callable[[str], Any]] = {
    "page": one_of(lambda: PAGES),
    "scenario": file_name,
    "toml": unpacked,
    "baseline": lambda value: value and one_of(scenario_names)(value),
    "seed": whole(0, MAX_SEED),
    "runs": whole(1, RUNS[-1]),
    "month": whole(0, MAX_MONTHS),
    "member": lambda value: value and one_of(lambda: ISO3)(value),
    "variable": one_of(lambda: MAP_VARIABLES),
    "second": lambda value: value and one_of(scenario_names)(value),
    "run": whole(0, MAX_RUN),
    "origin": lambda value: int(one_of(lambda: [str(year) for year in ORIGINS])(value)),
    "folder": folder_name,
    "without": numbers_of,
    "lesson": lambda value: value and one_of(lesson_names)(value),
    "step": whole(0, MAX_STEP),
    "guess": whole(0, 5),
    "game": lambda value: value and encode(decode(value)),
    "chart": one_of(lambda: CHARTS),
    "present": whole(0, 1),
}


class History:
    """Views to go back to and forward to.

    Parameters
    ----------
    view
        The first.
    limit, text
        Steps that are kept, and characters that they may hold.
    """

    #: What undo leaves as it is: where one stands, not what is simulated.
    STANDING = (
        "page",
        "month",
        "member",
        "variable",
        "second",
        "run",
        "origin",
        "folder",
        "guess",
        "game",
        "chart",
        "present",
    )

    def __init__(self, view: View, limit: int = STEPS, text: int = STEPS_TEXT) -> None:
        self.present = view
        self._past: list[View] = []
        self._future: list[View] = []
        self._limit, self._text = limit, text
        self._key = ""

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step forward."""
        return bool(self._future)

    def put(self, view: View, key: str = "") -> View:
        """Take a new view: a step where what is simulated changed.

        Parameters
        ----------
        view
            The new one.
        key
            What was moved; moves of the same thing in a row are one step.
        """
        if self._standing(view, self.present) != view:
            if not key or key != self._key or not self._past:
                self._past = self._kept([*self._past, self.present])
            self._future = []
            self._key = key
        self.present = view
        return view

    def undo(self) -> View:
        """One step back, where there is one."""
        if self._past:
            self._future.append(self.present)
            self.present = self._standing(self.present, self._past.pop())
        self._key = ""
        return self.present

    def redo(self) -> View:
        """One step forward, where there is one."""
        if self._future:
            self._past.append(self.present)
            self.present = self._standing(self.present, self._future.pop())
        self._key = ""
        return self.present

    def _kept(self, views: list[View]) -> list[View]:
        """The newest of some views, as many as may be kept."""
        kept, left = 0, self._text
        for view in reversed(views[-self._limit :]):
            left -= len(view.text) + len(replace(view, text="").to_query())
            if left < 0:
                break
            kept += 1
        return views[len(views) - kept :]

    def _standing(self, here: View, what: View) -> View:
        """What is simulated in one view, seen from where another stands."""
        return replace(what, **{name: getattr(here, name) for name in self.STANDING})
