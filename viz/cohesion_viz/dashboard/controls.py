"""What the panel of levers shows, as plain data."""

from typing import Any

from cohesion.checks import LeverValue, member_keys, us_stands_apart
from cohesion.facts import NAMES
from cohesion.levers import HOLDERS, LEVERS, Lever
from cohesion.scenario import Event, Scenario
from cohesion_viz.view import View

#: Short titles, where the name without its holder is not one.
TITLES = {
    "us_tariff": "Tariffs",
    "us_claim": "Territorial claims",
    "us_commitment": "Commitment to Article 5",
    "us_culture_war": "Culture war",
    "us_troops": "Troops in Europe",
    "us_withdrawal": "Withdrawal from NATO",
    "us_concession_territory": "Concession: territory",
    "us_concession_nato": "Concession: NATO",
    "us_concession_sanctions": "Concession: sanctions",
    "us_aid": "Aid to Ukraine",
    "us_deal_seeking": "Deal seeking",
    "us_burden_demand": "Burden demand",
    "us_reward": "Reward for spending",
    "us_courting": "Courting Russia",
    "russia_pressure": "Pressure on members",
    "russia_wedge": "Wedge driving",
    "russia_bargaining": "Coercive bargaining",
    "russia_offensive": "Offensive",
    "pledge": "Spending pledge",
    "budget_speed": "Speed of budgets",
    "europe_aid": "Aid to Ukraine",
    "pillar": "European pillar",
    "sanctions": "Sanctions on Russia",
    "ukraine_rearmament": "Rearmament",
}
GROUPS = {"ALL": "All members", "EU": "EU members"}


def lever_groups() -> list[dict[str, Any]]:
    """Levers by holder: what is the same in every scenario."""
    return [
        {"holder": holder, "levers": [_described(lever) for lever in LEVERS if lever.holder == holder]}
        for holder in HOLDERS
    ]


def lever_states(view: View, scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Where each lever stands, by name."""
    return {lever.name: _state(lever, scenario, view) for lever in LEVERS}


def title(name: str) -> str:
    """A lever's title."""
    return TITLES.get(name) or name.replace("_", " ").capitalize()


def member_choices(lever: Lever) -> list[dict[str, str]]:
    """Members and groups that a lever may name."""
    apart = us_stands_apart(lever)
    keys = [key for key in member_keys() if not (apart and key == "USA")]
    return [{"key": key, "title": member_title(key)} for key in keys]


def member_title(key: str) -> str:
    """Name of a member or group."""
    return NAMES.get(key) or GROUPS.get(key) or key


def from_panel(kind: str, raw: Any) -> LeverValue:
    """A lever's value from what the panel sends."""
    if kind == "members":
        return {str(key): float(value) for key, value in dict(raw).items()}
    return float(raw)


def _described(lever: Lever) -> dict[str, Any]:
    return {
        "name": lever.name,
        "title": title(lever.name),
        "unit": lever.unit,
        "low": lever.low,
        "high": lever.high,
        "step": _step(lever),
        "neutral": lever.neutral,
        "by_member": lever.by_member,
        "meaning": lever.meaning,
        "basis": lever.basis,
        "choices": member_choices(lever) if lever.by_member else [],
    }


def _state(lever: Lever, scenario: Scenario, view: View) -> dict[str, Any]:
    value = scenario.levers.get(lever.name, float(lever.neutral))
    events = [event for event in scenario.events if lever.name in event.levers]
    kind = "dated" if isinstance(value, tuple) or events else "members" if isinstance(value, dict) else "number"
    number = value if isinstance(value, int | float) else float(lever.neutral)
    return {
        "kind": kind,
        "value": dict(value) if isinstance(value, dict) else float(number),
        "changed": lever.name in view.levers,
        "active": value != lever.neutral or bool(events),
        "dated": _dated(value, events),
    }


def _step(lever: Lever) -> float:
    spread = lever.high - lever.low
    if lever.unit == "0 or 1":
        return 1.0
    return next(step for step in (0.01, 0.02, 0.05, 0.1, 0.5, 1.0) if spread / step <= 100)


def _dated(value: LeverValue, events: list[Event]) -> str:
    if not isinstance(value, tuple) and not events:
        return ""
    count = len(events) + (len(value) if isinstance(value, tuple) else 0)
    return f"{count} dated change{'s' * (count > 1)}; moving the slider replaces them by one value"
