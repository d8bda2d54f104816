"""cohesion: an agent-based simulation of whether NATO holds together.

The public names are loaded when first used, so that ``import cohesion`` is quick.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cohesion.ensemble import compare, interval, outcome_shares, simulate
    from cohesion.ledger import explain
    from cohesion.model import AllianceModel, Member, Russia, Ukraine
    from cohesion.scenario import ConfigError, Scenario, load_scenario, scenario_names
    from cohesion.studies.reading import open_results

_HOME = {
    "AllianceModel": "model",
    "ConfigError": "scenario",
    "Member": "model",
    "Russia": "model",
    "Scenario": "scenario",
    "Ukraine": "model",
    "compare": "ensemble",
    "explain": "ledger",
    "interval": "ensemble",
    "load_scenario": "scenario",
    "open_results": "studies.reading",
    "outcome_shares": "ensemble",
    "scenario_names": "scenario",
    "simulate": "ensemble",
}

__all__ = [
    "AllianceModel",
    "ConfigError",
    "Member",
    "Russia",
    "Scenario",
    "Ukraine",
    "compare",
    "explain",
    "interval",
    "load_scenario",
    "open_results",
    "outcome_shares",
    "scenario_names",
    "simulate",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        return version("cohesion-alliance")
    if name not in _HOME:
        raise AttributeError(f"module 'cohesion' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"cohesion.{_HOME[name]}"), name)
