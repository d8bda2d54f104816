"""The drawer of assumptions: every uncertain parameter with its range and source, to be fixed and freed."""

from dataclasses import replace
from typing import Any

import solara

from cohesion import posterior
from cohesion.parameters import MECHANISMS, PARAMETERS, Parameter
from cohesion.scenario import Scenario
from cohesion_viz.dashboard.components import Handler, packed
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.numbers import first_capital
from cohesion_viz.view import View

#: How a source begins that is no publication, see `cohesion.parameters`.
ASSUMED = "assumption"
_SPELT = {"us": "US", "ceasefire": "cease-fire"}


@solara.component_vue("vue/assumptions.vue")
def _Assumptions(
    table: str,
    fixed: str,
    message: str,
    acknowledged: int,
    event_move: Handler | None = None,
    event_back: Handler | None = None,
    event_clear: Handler | None = None,
) -> None: ...


@solara.component
def Assumptions(session: Session) -> None:
    """A button, and the drawer that it opens."""
    view, scenario = session.view.value, session.scenario
    table = solara.use_memo(lambda: packed(groups()), [])
    fixed = solara.use_memo(lambda: packed(fixings(view, scenario)), [view.scenario, view.text, view.parameters])

    def move(event: dict[str, Any]) -> None:
        name = str(event["name"])
        new = session.view.value.with_parameter(name, float(event["value"]))
        session.change(new, key=f"p.{name}", move=int(event["move"]))

    def back(event: dict[str, Any]) -> None:
        session.change(session.view.value.with_parameter(str(event["name"]), None))

    def clear(_: dict[str, Any]) -> None:
        session.change(replace(session.view.value, parameters={}))

    _Assumptions(
        table=table,
        fixed=fixed,
        message=session.message.value,
        acknowledged=session.answer.value.move,
        event_move=lambda event: guarded(session, lambda: move(event)),
        event_back=lambda event: guarded(session, lambda: back(event)),
        event_clear=lambda event: guarded(session, lambda: clear(event)),
    )


def groups() -> list[dict[str, Any]]:
    """Every parameter by mechanism, as the drawer needs it, whatever the view."""
    return [
        {"key": key, "title": title, "rows": [_row(p) for p in PARAMETERS if p.mechanism == key]}
        for key, title in MECHANISMS.items()
    ]


def fixings(view: View, scenario: Scenario) -> dict[str, dict[str, Any]]:
    """What is fixed for every run, by name.

    Parameters
    ----------
    view, scenario
        What is looked at, and its scenario with all changes.

    Returns
    -------
    dict
        Of each: ``value``; ``here``, whether the view fixes it; ``before``, the value that the scenario has without the
        view's changes (None: it varies).
    """
    before = view.base().parameters
    return {
        name: {"value": value, "here": name in view.parameters, "before": before.get(name)}
        for name, value in scenario.parameters.items()
    }


def _row(parameter: Parameter) -> dict[str, Any]:
    assumed = parameter.source.startswith(ASSUMED)
    return {
        "name": parameter.name,
        "title": _title(parameter.name),
        "meaning": parameter.meaning,
        "unit": parameter.unit,
        "default": parameter.default,
        "low": parameter.low,
        "high": parameter.high,
        "step": step(parameter),
        "fitted": [float(f"{value:.3g}") for value in posterior.fitted().get(parameter.name, ())],
        "neutral": parameter.neutral,
        "threshold": parameter.threshold,
        "assumed": assumed,
        "source": parameter.source,
    }


def _title(name: str) -> str:
    return first_capital(" ".join(_SPELT.get(word, word) for word in name.split("_")))


def step(parameter: Parameter) -> float:
    """The largest round step of a slider of at least 40 that leads from the low end to default and high end."""
    spread = parameter.high - parameter.low
    steps = (digit * 10.0**power for power in range(3, -7, -1) for digit in (5, 2, 1))
    return next(s for s in steps if spread / s >= 40 and all(_whole(end / s) for end in _lengths(parameter)))


def _lengths(parameter: Parameter) -> tuple[float, float]:
    return parameter.default - parameter.low, parameter.high - parameter.low


def _whole(count: float) -> bool:
    return abs(count - round(count)) < 1e-6
