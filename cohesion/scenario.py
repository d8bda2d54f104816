"""Scenarios: reading them from TOML, checking them once, and their levers as arrays by month.

One rule holds for levers by member, dated steps and events alike: what is not named stays as it was. At each month
the change counts that began last; of those that began in the same month, the later in the file.
"""

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PureWindowsPath
from typing import Any

import numpy as np

from cohesion import extend
from cohesion.checks import (
    ConfigError,
    EventFile,
    LeverValue,
    ScenarioFile,
    Step,
    checked,
    clean,
    groups_on,
    json_schema,
    lever_value,
    nearest,
    parameter_value,
    us_stands_apart,
)
from cohesion.levers import BY_NAME, LEVERS
from cohesion.toml import content_of, parse, written
from cohesion.types import Array

__all__ = [
    "ConfigError",
    "Event",
    "LeverValue",
    "Scenario",
    "Step",
    "config_folder",
    "json_schema",
    "load_scenario",
    "parse_lever",
    "parse_parameter",
    "scenario_from_text",
    "scenario_names",
]

#: Scenarios that may extend one another in a chain.
MAX_DEPTH = 8
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip


@dataclass(frozen=True)
class Event:
    """A dated change of levers.

    Attributes
    ----------
    date, until
        First day of the month from which it holds, and of the month from which on what was before returns
        (None: it stays).
    levers
        By name: a number, or a table by member.
    text, source
        What happened, and where it can be read.
    """

    date: datetime.date
    until: datetime.date | None
    levers: dict[str, LeverValue]
    text: str
    source: str = ""


@dataclass(frozen=True)
class _Change:
    """One lever set for some months by the file's levers (event 0) or by an event, counted from 1."""

    lever: str
    first: datetime.date
    until: datetime.date | None
    value: float | dict[str, float]
    event: int


@dataclass(frozen=True)
class Scenario:
    """What happens: the levers, month by month, and parameters that are fixed for every run.

    Attributes
    ----------
    name, title, story
        Texts; ``name`` is that of the file without its ending.
    start, months
        First month (its first day), and how many months there are.
    levers
        By name: a number, a table by member, or a tuple of `Step`; a lever not named is neutral.
    events
        Dated changes on top, inherited ones first.
    parameters
        Values by name.
    sources
        Where the scenario is history: what it rests on. Then every event has a source too.
    """

    name: str
    title: str
    story: str
    start: datetime.date
    months: int
    levers: dict[str, LeverValue] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    parameters: dict[str, float] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    def paths(self) -> dict[str, Array]:
        """Value of every lever, ``[month, 32]`` where it differs by member, else ``[month, 1]``."""
        return self._resolve()[0]

    def warnings(self) -> tuple[str, ...]:
        """What is allowed but probably not meant, one line each."""
        paths, effective = self._resolve()
        last = self.month_label(self.months - 1)
        found: list[str] = []
        for count, event in enumerate(self.events, 1):
            where = f"event {count} ({_label(event.date)})"
            if self.month_of(event.date) >= self.months:
                found.append(f"{where} comes after the last month, {last}: it has no effect")
            elif event.until is not None and event.until <= self.start:
                found.append(f"{where} is over before the start, {self.month_label(0)}: it has no effect")
            elif event.date < self.start:
                found.append(f"{where} lies before the start: its values hold from {self.month_label(0)}")
            elif not event.levers:
                found.append(f"{where} sets no lever: it has no effect")
            elif count not in effective:
                found.append(f"{where} sets only what is so already: it has no effect")
        for name, value in self.levers.items():
            for step in value if isinstance(value, tuple) else ():
                if self.month_of(step.start) >= self.months:
                    found.append(f"the step of {name} in {_label(step.start)} comes after the last month, {last}")
        neutral = all(np.all(path == BY_NAME[name].neutral) for name, path in paths.items())
        if neutral and (self.levers or self.events) and not self.parameters:
            found.append("every lever is neutral in every month: this is the status quo")
        return tuple(found)

    def with_changes(
        self,
        *,
        levers: Mapping[str, Any] | None = None,
        parameters: Mapping[str, float] | None = None,
        months: int | None = None,
        start: datetime.date | None = None,
    ) -> "Scenario":
        """Another scenario that differs in what is given, checked like a file.

        Parameters
        ----------
        levers
            By name, in any form a file may use; each replaces the lever's whole path, events included.
        parameters
            Added to those fixed already, or in their place.
        months, start
            New horizon and first month; dates of steps and events stay.
        """
        new = dict(levers or {})
        kept = [replace(e, levers={k: v for k, v in e.levers.items() if k not in new}) for e in self.events]
        events = [after for after, before in zip(kept, self.events, strict=True) if after.levers or not before.levers]
        raw = replace(self, events=tuple(events))._raw()
        raw["levers"] = raw["levers"] | new
        raw["parameters"] = raw["parameters"] | dict(parameters or {})
        if months is not None:
            raw["months"] = int(months) if isinstance(months, np.integer) else months
        if start is not None:
            raw["start"] = start
        return _scenario(raw, self.name, self.name, None, ())

    def to_dict(self) -> dict[str, Any]:
        """Everything, resolved, in the terms of a file and ready for JSON (dates as text), with the name."""
        plain: dict[str, Any] = json.loads(json.dumps(self._raw(), default=str))
        return {"name": self.name} | plain

    def to_toml(self) -> str:
        """A file that gives the same scenario without ``extends``."""
        raw = self._raw()
        head = {key: raw.pop(key) for key in ("title", "story", "start", "months", "sources") if key in raw}
        lines = [f"{key} = {written(value)}" for key, value in head.items()]
        for section in ("levers", "parameters"):
            if raw[section]:
                lines += ["", f"[{section}]", *(f"{key} = {written(value)}" for key, value in raw[section].items())]
        for event in raw["events"]:
            lines += ["", "[[events]]", *(f"{key} = {written(value)}" for key, value in event.items())]
        return "\n".join(lines) + "\n"

    def month_label(self, m: int) -> str:
        """Calendar month of month ``m``, as in ``March 2026``."""
        years, month = divmod(self.start.month - 1 + m, 12)
        return f"{_MONTHS[month]} {self.start.year + years}"

    def month_of(self, day: datetime.date) -> int:
        """Month in which a day lies, counted from the start: negative before it."""
        return 12 * (day.year - self.start.year) + day.month - self.start.month

    def _changes(self) -> list[_Change]:
        """Every change of a lever in the order in which it takes effect."""
        changes = []
        for name, value in self.levers.items():
            for step in value if isinstance(value, tuple) else (Step(self.start, value),):
                changes.append(_Change(name, step.start, None, step.value, 0))
        for count, event in enumerate(self.events, 1):
            for name, value in event.levers.items():
                assert not isinstance(value, tuple)  # checked on entry: no steps within an event
                changes.append(_Change(name, event.date, event.until, value, count))
        # A constant holds from before everything else, whatever the dates.
        constant = {name for name, value in self.levers.items() if not isinstance(value, tuple)}
        return sorted(changes, key=lambda c: (not (c.event == 0 and c.lever in constant), c.first))

    def _resolve(self) -> tuple[dict[str, Array], set[int]]:
        """Paths of all levers, and the events that change one."""
        from cohesion.facts import ISO3

        us = ISO3.index("USA")
        paths = {
            lever.name: np.full((self.months, len(ISO3) if lever.by_member else 1), float(lever.neutral))
            for lever in LEVERS
        }
        effective: set[int] = set()
        for change in self._changes():
            lever, path = BY_NAME[change.lever], paths[change.lever]
            first = max(0, self.month_of(change.first))
            until = self.months if change.until is None else max(0, self.month_of(change.until))
            before = path[first:until].copy()
            for members, value in by_member(change.value, max(change.first, self.start)):
                path[first:until, members] = value
            if us_stands_apart(lever):
                path[:, us] = lever.neutral
            if not np.array_equal(before, path[first:until]):
                effective.add(change.event)
        return paths, effective

    def _raw(self) -> dict[str, Any]:
        """The content of a file that would give this scenario, resolved."""
        events: list[dict[str, Any]] = []
        for event in self.events:
            until = {} if event.until is None else {"until": event.until}
            source = {"source": event.source} if event.source else {}
            events.append({"date": event.date} | until | {"text": event.text} | source | {"levers": dict(event.levers)})
        return {
            "title": self.title,
            "story": self.story,
            "start": self.start,
            "months": self.months,
            **({"sources": list(self.sources)} if self.sources else {}),
            "levers": {name: _plain(value) for name, value in self.levers.items()},
            "events": events,
            "parameters": dict(self.parameters),
        }


def config_folder() -> Path:
    """Folder of the shipped configuration: in the package where it is installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"


def scenario_folder() -> Path:
    """Folder of the scenarios that go by their names: the shipped ones, or another alliance's, beside its facts."""
    from cohesion.facts.codes import ELSEWHERE, FOLDER

    own = FOLDER / "scenarios"
    return own if ELSEWHERE and own.is_dir() else config_folder() / "scenarios"


def scenario_names() -> tuple[str, ...]:
    """Names of the scenarios that need no path."""
    return tuple(sorted(path.stem for path in scenario_folder().glob("*.toml")))


def load_scenario(name_or_path: str | Path | Scenario) -> Scenario:
    """Read and check a scenario.

    Parameters
    ----------
    name_or_path
        The name of a shipped scenario, the path of a TOML file, or a scenario, which is returned as it is.

    Raises
    ------
    ConfigError
        If there is no such scenario or something in it is wrong.
    """
    if isinstance(name_or_path, Scenario):
        return name_or_path
    if not isinstance(name_or_path, str | Path):
        raise ConfigError(f"a scenario is given by its name or the path of a TOML file, not by {name_or_path!r:.80}")
    return _load(_find(str(name_or_path), Path()), ())


def scenario_from_text(text: str, file: str) -> Scenario:
    """Check the text of a scenario file; ``file`` names it in messages. It may extend shipped scenarios only."""
    return _scenario(parse(text, file), PureWindowsPath(file).stem or "scenario", file, None, ())


def parse_lever(text: str) -> tuple[str, Any]:
    """Name and value from ``us_tariff=0.25``, ``us_claim=DNK:1,CAN:0.5`` or ``us_tariff=EU:0.2``."""
    name, value = _split(text, "--lever", "name=value, as in us_tariff=0.25 or us_claim=DNK:1,CAN:0.5")
    if ":" not in value:
        return name, lever_value(name, _number(value), "--lever", name)
    members: dict[str, object] = {}
    for part in value.split(","):
        member, _, amount = (piece.strip() for piece in part.partition(":"))
        if member in members:
            raise ConfigError.at("--lever", f"{name}.{member}", member, "each member once")
        members[member] = _number(amount)
    return name, lever_value(name, members, "--lever", name)


def parse_parameter(text: str) -> tuple[str, float]:
    """Name and value from ``ceasefire_rate=0``."""
    name, value = _split(text, "--param", "name=value, as in learning=0.03")
    return name, parameter_value(name, _number(value), "--param", name)


def _split(text: str, option: str, allowed: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (equals and name.strip() and value.strip()):
        raise ConfigError.at(option, name.strip() or "name", text, allowed)
    return name.strip(), value.strip()


def _number(text: str) -> object:
    """The number that a text spells, or the text, which the check will refuse."""
    try:
        return float(text)
    except ValueError:
        return text


def _find(name: str, folder: Path) -> Path:
    """The file of a shipped scenario's name, or of a path relative to a folder."""
    shipped = scenario_names()
    if name in shipped:
        return scenario_folder() / f"{name}.toml"
    path = folder / name
    try:
        if path.is_file():
            return path
        folder_like, exists = path.is_dir(), bool(name.strip()) and path.exists()
    except (OSError, ValueError):  # too long, or with a null character
        folder_like = exists = False
    if exists:
        kind = "a folder" if folder_like else "not a regular file"
        raise ConfigError(f"{clean(str(path))}: {kind}; a scenario is a TOML file")
    close = nearest(Path(name).stem, shipped)
    hint = f"; did you mean {close}?" if close else ""
    raise ConfigError(f"no scenario or file {clean(name)!r}; scenarios: {', '.join(shipped)}{hint}")


def _load(path: Path, chain: tuple[Path, ...]) -> Scenario:
    """Read a file; ``chain`` holds the files that extend it."""
    try:
        data = content_of(path)
    except OSError as error:
        raise ConfigError(f"{clean(str(path))}: cannot be read ({error.strerror})") from None
    return _scenario(parse(data, str(path)), path.stem, str(path), path.parent, (*chain, path.resolve()))


def _scenario(raw: dict[str, Any], name: str, file: str, folder: Path | None, chain: tuple[Path, ...]) -> Scenario:
    """Check a file's content and join it to what it extends."""
    found = checked(raw, file, ScenarioFile, {"events": EventFile})
    given = found.model_fields_set
    base = _base(found.extends, file, folder, chain) if found.extends else None
    for key in ("start", "months"):
        if base is None and key not in given:
            allowed = type(found).model_fields[key].description
            raise ConfigError(f"{clean(file)}, {key}: missing; it must be {allowed}")
    levers = {key: lever_value(key, value, file, f"levers.{key}") for key, value in found.levers.items()}
    parameters = {key: parameter_value(key, v, file, f"parameters.{key}") for key, v in found.parameters.items()}
    sources = tuple(found.sources) if base is None or "sources" in given else base.sources
    events: list[Event] = []
    for count, event in enumerate(found.events, 1):
        here = f"events[{count}]"
        until = event.until if "until" in event.model_fields_set else None
        if until is not None and until <= event.date:
            raise ConfigError.at(file, f"{here}.until", until, f"a month after the event's date, {event.date}")
        if sources and not event.source:
            raise ConfigError(f"{clean(file)}, {here}.source: missing; with sources, every event names its own")
        values = {k: lever_value(k, v, file, f"{here}.levers.{k}", dated=False) for k, v in event.levers.items()}
        events.append(Event(event.date, until, values, event.text, event.source))
    inherited = base.events if base else ()
    if sources and not all(event.source for event in inherited):
        raise ConfigError.at(file, "sources", found.sources, "none, since events of the scenario it extends have none")
    return Scenario(
        name=name,
        title=found.title,
        story=found.story,
        start=found.start if base is None or "start" in given else base.start,
        months=found.months if base is None or "months" in given else base.months,
        levers=levers if base is None else base.levers | levers,
        events=(*inherited, *events),
        parameters=parameters if base is None else base.parameters | parameters,
        sources=sources,
    )


def _base(extends: str, file: str, folder: Path | None, chain: tuple[Path, ...]) -> Scenario:
    """The scenario that a file extends; without a folder, a shipped one."""
    rooted = PureWindowsPath(extends).root or Path(extends).is_absolute()
    if rooted or (folder is None and extends not in scenario_names()):
        allowed = "the name of a shipped scenario" + ("" if folder is None else ", or a relative path")
        raise ConfigError.at(file, "extends", extends, allowed, nearest(extends, scenario_names()))
    try:
        path = _find(extends, folder or Path())
    except ConfigError as error:
        raise ConfigError(f"{clean(file)}, extends: {error}") from None
    if path.resolve() in chain:
        loop = " -> ".join(step.stem for step in (*chain, path))
        raise ConfigError(f"{clean(file)}, extends: scenarios extend each other in a loop: {clean(loop)}")
    if len(chain) >= MAX_DEPTH:
        raise ConfigError(f"{clean(file)}, extends: more than {MAX_DEPTH} scenarios extend one another")
    try:
        return _load(path, chain)
    except ConfigError as error:
        if len(chain) > 1:
            raise
        raise ConfigError(f"{clean(file)}, extends: {error}") from None  # the file that was asked for comes first


def by_member(value: float | dict[str, float], day: datetime.date) -> Iterator[tuple[Any, float]]:
    """Index on the member axis and value, the more specific later: ALL, groups on that day, codes."""
    from cohesion.facts import ISO3

    if not isinstance(value, dict):
        yield slice(None), value
        return
    if "ALL" in value:
        yield slice(None), value["ALL"]
    yield from ((groups_on(day)[key], value[key]) for key in value if key != "ALL" and key not in ISO3)
    yield from ((ISO3.index(key), value[key]) for key in value if key in ISO3)


def _label(day: datetime.date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.year}"


def _plain(value: LeverValue) -> Any:
    """A lever's value in the terms of a file."""
    return [{"from": s.start, "value": s.value} for s in value] if isinstance(value, tuple) else value


extend.load()  # here every process comes by that reads scenarios or simulates
