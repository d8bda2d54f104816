"""Options of the command line: their types, what they allow, and what was `Asked` with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from cohesion.levers import HOLDERS
from cohesion.printing import warn
from cohesion.uncertainty import UNCERTAINTIES, Uncertainty

if TYPE_CHECKING:
    from cohesion.scenario import Scenario

#: What a share is taken of, and the index.
OUTCOMES_OR_INDEX = ("holds", "european_pillar", "hollow", "splinters", "cohesion_index")
MAX_RUNS, MAX_SEED, MAX_MONTHS = 1_000_000, 2**63 - 1, 600


def whole(low: int, high: int) -> Callable[[Any], int]:
    """Parser of a whole number in a range."""

    def parse(text: Any) -> int:
        try:
            value = int(str(text))
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise typer.BadParameter(f"found {str(text)[:60]!r}; allowed: a whole number from {low:,} to {high:,}")
        return value

    return parse


def one_of(names: Callable[[], Sequence[str]]) -> Callable[[Any], str]:
    """Parser of a name among those given."""

    def parse(text: Any) -> str:
        if text in names():
            return str(text)
        from cohesion.checks import nearest

        close = nearest(str(text), names())
        hint = f"; did you mean {close}?" if close else ""
        raise typer.BadParameter(f"found {str(text)[:60]!r}; allowed: {', '.join(names())}{hint}")

    return parse


def _mechanisms() -> tuple[str, ...]:
    from cohesion.parameters import MECHANISMS

    return tuple(MECHANISMS)


def _switchable() -> tuple[str, ...]:
    from cohesion.parameters import MECHANISMS, neutral_values

    return tuple(name for name in MECHANISMS if neutral_values(name))


def _member(text: Any) -> str:
    from cohesion.checks import nearest
    from cohesion.facts import ISO3, NAMES

    if text in ISO3:
        return str(text)
    codes = {name: code for code, name in NAMES.items()}
    close = nearest(str(text), (*ISO3, *codes))
    found = codes.get(close.strip('"'), close.strip('"')) if close else None
    hint = f"; did you mean {found} ({NAMES[found]})?" if found else ""
    raise typer.BadParameter(f"found {str(text)[:60]!r}; allowed: ISO 3166 codes of members, {', '.join(ISO3)}{hint}")


#: Holders of levers by the word that names them here.
HOLDER_OF = {holder.split()[0].casefold(): holder for holder in HOLDERS}

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name of a scenario, or path of a TOML file.")]
Seed = Annotated[
    int, typer.Option("--seed", parser=whole(0, MAX_SEED), metavar="N", help="Same seed, same numbers everywhere.")
]
Runs = Annotated[
    int, typer.Option("--runs", parser=whole(1, MAX_RUNS), metavar="N", help=f"Number of runs, 1 to {MAX_RUNS:,}.")
]
Run = Annotated[int, typer.Option("--run", parser=whole(0, MAX_RUNS - 1), metavar="N", help="Which run, from 0.")]
Months = Annotated[
    int | None,
    typer.Option("--months", parser=whole(1, MAX_MONTHS), metavar="N", help="Horizon instead of the scenario's."),
]
Uncertain = Annotated[
    str,
    typer.Option(
        "--uncertainty", parser=one_of(lambda: UNCERTAINTIES), metavar="|".join(UNCERTAINTIES),
        help="none: default parameters; prior: each run draws its own from their ranges; posterior: those fitted come "
        "from the sets that history supports.",
    ),
]  # fmt: skip
LeverChanges = Annotated[
    list[str] | None,
    typer.Option(
        "--lever", metavar="NAME=VALUE", help="Set a lever, as in us_tariff=0.25 or us_claim=DNK:1,CAN:0.5. Repeatable."
    ),
]
ParameterChanges = Annotated[
    list[str] | None,
    typer.Option("--param", metavar="NAME=VALUE", help="Fix a parameter for every run. Repeatable."),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without", parser=one_of(_switchable), metavar="MECHANISM",
        help="Switch a mechanism off (names: cohesion parameters). Repeatable.",
    ),
]  # fmt: skip
Workers = Annotated[
    int | None,
    typer.Option("--workers", parser=whole(1, 1024), metavar="N", help="Processes; as many as processors by default."),
]
WorkersOrNone = Annotated[
    int | None,
    typer.Option(
        "--workers",
        parser=whole(0, 1024),
        metavar="N",
        help="Worker processes; as many as processors by default, 0 computes in this process.",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write a folder with tables, bands and figure.")]
Holder = Annotated[
    str | None,
    typer.Option(
        "--holder", parser=one_of(lambda: tuple(HOLDER_OF)), metavar="WHO", help=f"One of {', '.join(HOLDER_OF)}."
    ),
]
Mechanism = Annotated[
    str | None,
    typer.Option("--mechanism", parser=one_of(_mechanisms), metavar="NAME", help="Only those of one mechanism."),
]
Truster = Annotated[
    str | None, typer.Option("--member", parser=_member, metavar="ISO3", help="Whose trust, as in DNK.")
]
Trusted = Annotated[str, typer.Option("--toward", parser=_member, metavar="ISO3", help="Trust in whom.")]
Outcome = Annotated[
    str | None,
    typer.Option(
        "--outcome", parser=one_of(lambda: OUTCOMES_OR_INDEX), metavar="NAME",
        help="holds, european_pillar, hollow, splinters, or cohesion_index.",
    ),
]  # fmt: skip
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


@dataclass(frozen=True)
class Asked:
    """What the options ask for."""

    seed: int
    uncertainty: Uncertainty
    levers: dict[str, Any]
    parameters: dict[str, float]
    without: tuple[str, ...]
    months: int | None
    runs: int = 1

    @classmethod
    def of(
        cls,
        seed: int,
        uncertainty: str,
        levers: list[str] | None,
        parameters: list[str] | None,
        without: list[str] | None,
        months: int | None,
        runs: int = 1,
    ) -> "Asked":
        """What was asked, with changes of levers and parameters read from their text."""
        from cohesion.scenario import parse_lever, parse_parameter

        return cls(
            seed, cast(Uncertainty, uncertainty), _once("--lever", levers, parse_lever),
            _once("--param", parameters, parse_parameter), tuple(dict.fromkeys(without or ())), months, runs,
        )  # fmt: skip

    def scenario(self, name: str, levers: bool = True) -> "Scenario":
        """The scenario of a name with the changes put in; says its warnings."""
        from cohesion.scenario import load_scenario

        found = load_scenario(name)
        chosen = self.levers if levers else {}
        if chosen or self.parameters or self.months is not None:
            found = found.with_changes(levers=chosen, parameters=self.parameters, months=self.months)
        for warning in found.warnings():
            warn(f"{found.name}: {warning}")
        return found

    def changes(self) -> dict[str, Any]:
        """For the record."""
        return {"levers": self.levers, "parameters": self.parameters, "without": list(self.without)}


def aligned(other: "Scenario", chosen: "Scenario") -> "Scenario":
    """The other scenario with the horizon of the first, since last months are compared."""
    if other.start != chosen.start:
        warn(f"{other.name} starts in {other.month_label(0)}, {chosen.name} in {chosen.month_label(0)}")
    if other.months != chosen.months:
        warn(f"{other.name} is run for the {chosen.months} months of {chosen.name} instead of {other.months}")
        other = other.with_changes(months=chosen.months)
    return other


def _once(option: str, texts: list[str] | None, parse: Callable[[str], tuple[str, Any]]) -> dict[str, Any]:
    from cohesion.scenario import ConfigError

    found: dict[str, Any] = {}
    for text in texts or ():
        name, value = parse(text)
        if name in found:
            raise ConfigError.at(option, name, text, "each name once")
        found[name] = value
    return found
