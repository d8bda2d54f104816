"""Dated events: a table in which they are added, moved, changed and deleted."""

import datetime
from dataclasses import replace
from typing import Any

import solara

from cohesion.checks import ConfigError, LeverValue, lever_value
from cohesion.levers import LEVERS
from cohesion.scenario import Event
from cohesion_viz.dashboard.components import Handler, packed
from cohesion_viz.dashboard.controls import member_choices, member_title, title
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.numbers import month_after
from cohesion_viz.view import View


@solara.component_vue("vue/events.vue")
def _Events(
    packed: str,
    choices: str,
    first: str,
    month: str,
    taken: int,
    answered: int,
    event_save: Handler | None = None,
    event_remove: Handler | None = None,
    event_look: Handler | None = None,
) -> None: ...


@solara.component
def EventTable(session: Session) -> None:
    """The events of the view's scenario, to be edited."""
    view, scenario = session.view.value, session.scenario
    levers = solara.use_memo(lambda: packed(_levers()), [])
    taken, take = solara.use_state(0)
    answered, answer = solara.use_state(0)
    month = month_after(scenario.start, view.shown_month(scenario.months - 1)).strftime("%Y-%m")

    def save(event: dict[str, Any]) -> None:
        new = saved(session.view.value, str(event["key"]), event["event"])
        session.change(new)
        if session.view.value == new:
            take(int(event["sent"]))

    def put(event: dict[str, Any]) -> None:
        guarded(session, lambda: save(event))
        answer(int(event["sent"]))

    def remove(event: dict[str, Any]) -> None:
        session.change(removed(session.view.value, str(event["key"])))

    def look(event: dict[str, Any]) -> None:
        session.show_month(scenario.month_of(_day(str(event["date"]))))

    _Events(
        packed=packed(rows(view)),
        choices=levers,
        first=scenario.start.strftime("%Y-%m"),
        month=month,
        taken=taken,
        answered=answered,
        event_save=put,
        event_remove=lambda event: guarded(session, lambda: remove(event)),
        event_look=lambda event: guarded(session, lambda: look(event)),
    )


def rows(view: View) -> list[dict[str, Any]]:
    """The events of a view, in order of time; keys ``b3`` for the scenario's third, ``a1`` for the first added."""
    base = [(f"b{k}", e) for k, e in enumerate(view.base().events, 1) if k not in view.dropped]
    added = [(f"a{k}", e) for k, e in enumerate(view.added, 1)]
    return [_row(key, event) for key, event in sorted(base + added, key=lambda item: item[1].date)]


def saved(view: View, key: str, raw: dict[str, Any]) -> View:
    """The view with an event put in (empty key) or in the place of another.

    Raises
    ------
    ConfigError
        Where the event is not valid.
    """
    event = read(raw)
    if key.startswith("a"):
        at = int(key[1:]) - 1
        return replace(view, added=(*view.added[:at], event, *view.added[at + 1 :]))
    view = removed(view, key) if key else view
    return replace(view, added=(*view.added, event))


def removed(view: View, key: str) -> View:
    """The view without an event."""
    at = int(key[1:])
    if key.startswith("a"):
        return replace(view, added=(*view.added[: at - 1], *view.added[at:]))
    return replace(view, dropped=tuple(sorted({*view.dropped, at})))


def read(raw: dict[str, Any]) -> Event:
    """An event from the form.

    Raises
    ------
    ConfigError
        Where it is not valid.
    """
    date = _day(str(raw["date"]))
    until = _day(str(raw["until"])) if raw.get("until") else None
    if until is not None and until <= date:
        raise ConfigError("an event ends after it begins")
    levers: dict[str, LeverValue] = {}
    for change in raw["levers"]:
        name, member, value = str(change["name"]), str(change.get("member") or ""), float(change["value"])
        table = levers.get(name)
        wanted = {**(table if isinstance(table, dict) else {}), member: value} if member else value
        levers[name] = lever_value(name, wanted, "event", name, dated=False)
    if not levers:
        raise ConfigError("an event sets at least one lever")
    text = str(raw.get("text") or "").strip()[:500] or ", ".join(title(name) for name in levers)
    return Event(date, until, levers, text, str(raw.get("source") or ""))


def _row(key: str, event: Event) -> dict[str, Any]:
    changes: list[dict[str, Any]] = []
    for name, value in event.levers.items():
        table = value if isinstance(value, dict) else {"": value}
        changes += [{"name": name, "member": member, "value": amount} for member, amount in table.items()]
    said = [_said(change) for change in changes]
    return {
        "key": key,
        "date": event.date.strftime("%Y-%m"),
        "until": event.until.strftime("%Y-%m") if event.until else "",
        "text": event.text,
        "source": event.source,
        "levers": changes,
        "said": ", ".join(said),
        "own": key.startswith("a"),
    }


def _said(change: dict[str, Any]) -> str:
    member = f" ({member_title(change['member'])})" if change["member"] else ""
    return f"{title(change['name'])}{member} {change['value']:g}"


def _levers() -> list[dict[str, Any]]:
    return [
        {
            "name": lever.name,
            "title": f"{lever.holder}: {title(lever.name)}",
            "unit": lever.unit,
            "low": lever.low,
            "high": lever.high,
            "neutral": lever.neutral,
            "members": member_choices(lever) if lever.by_member else [],
        }
        for lever in LEVERS
    ]


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ConfigError(f"{text[:20]!r} is not a month, as in 2026-03") from None
