"""What a scenario file may hold, and what is said of one that holds something else.

`ScenarioFile` is the one definition of the format: it checks files, its descriptions are the "allowed" of the
messages, and the JSON Schema for editors is generated from it and from the tables of levers and parameters.
"""

import datetime
import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from cohesion.levers import BY_NAME, LEVERS, Lever
from cohesion.parameters import BY_NAME as PARAMETERS

FIRST_START, LAST_START = datetime.date(2014, 1, 1), datetime.date(2030, 12, 1)
LAST_MONTH = datetime.date(2080, 11, 1)  # the last month that a scenario can reach
MAX_MONTHS = 600
MAX_NESTING = 16
#: What people write for a member beside its name and code.
_ALIASES = {"america": "USA", "us": "USA", "britain": "GBR", "uk": "GBR", "great britain": "GBR", "turkey": "TUR",
            "holland": "NLD", "czech republic": "CZE", "macedonia": "MKD", "greenland": "DNK"}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A value from a month on: a number, or one by ISO3 code, group or ``ALL``; members not named keep theirs."""

    start: datetime.date
    value: float | dict[str, float]


#: What a lever may be set to. In an event: a number or a table.
LeverValue = float | dict[str, float] | tuple[Step, ...]


class ConfigError(ValueError):
    """Something in a configuration is wrong; the text is one line for the person who wrote it."""

    @classmethod
    def at(cls, file: str, key: str, value: object, allowed: str, nearest: str | None = None) -> "ConfigError":
        """Build the error for a value that may not stand where it stands.

        Parameters
        ----------
        file, key
            The place; keys are dotted and count from 1: ``events[2].levers.us_tariff``.
        value
            What was found.
        allowed
            What may stand there.
        nearest
            The valid name or value nearest to the one found.
        """
        hint = f"; did you mean {nearest}?" if nearest else ""
        return cls(f"{clean(file)}, {clean(key)}: found {show(value)}; allowed: {allowed}{hint}")


def clean(text: str) -> str:
    """Text on one line, without control characters."""
    text = text if len(text) <= 200 else f"{text[:200]}…"
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def show(value: object) -> str:
    """A value as written in TOML, shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.date):
        return str(value)
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, Real):
        try:
            text = str(value)
        except ValueError:  # Python refuses to write integers of more than 4300 digits
            text = "a number of thousands of digits"
    else:
        text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The valid name most like the one given, in quotes."""
    by_folded = {valid.casefold().replace("_", "-"): valid for valid in names}
    found = difflib.get_close_matches(name[:200].casefold().replace("_", "-"), by_folded, n=1)
    return f'"{by_folded[found[0]]}"' if found else None


def number(value: object, low: float, high: float, unit: str, file: str, key: str, extra: float | None = None) -> float:
    """The value as a float, if it is a number from ``low`` to ``high`` or equal to ``extra``."""
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
        if low <= found <= high or found == extra:
            return found + 0.0  # no negative zero
    allowed = f"a number from {low:g} to {high:g}" + (f" ({unit})" if unit else "")
    if extra is not None and not low <= extra <= high:
        allowed += f", or {extra:g} (switched off)"
    raise ConfigError.at(file, key, value, allowed)


def table(value: object, allowed: str, file: str, key: str) -> Mapping[str, Any]:
    """The value, if it is a table with text keys."""
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return value
    raise ConfigError.at(file, key, value, allowed)


def month(value: object, last: datetime.date = LAST_MONTH) -> datetime.date:
    """The value, if it is the first day of a month in range (a `ValueError` without text if not)."""
    if type(value) is datetime.date and value.day == 1 and FIRST_START <= value <= last:
        return value
    raise ValueError


def groups_on(day: datetime.date) -> dict[str, Any]:
    """Members of each group on a day, as masks in the order of ISO3."""
    from cohesion.facts import load_facts

    return load_facts(min(max(day, FIRST_START), LAST_START)).groups


def member_keys() -> tuple[str, ...]:
    """Every key by which members can be named: ALL, groups, codes."""
    from cohesion.facts import ISO3

    return ("ALL", *groups_on(FIRST_START), *ISO3)


def us_stands_apart(lever: Lever) -> bool:
    """Whether a lever by member is conduct toward, or of, members other than the United States."""
    return lever.by_member and lever.holder in ("United States", "Europe and Canada")


def member_key(name: str, lever: Lever, file: str, key: str) -> None:
    """Refuse what names no member or group that the lever can apply to."""
    from cohesion.facts import NAMES

    if name == "USA" and us_stands_apart(lever):
        raise ConfigError.at(file, key, name, f"members other than the United States: {lever.name} never applies to it")
    if name not in member_keys():
        codes = {full.casefold(): code for code, full in NAMES.items()} | _ALIASES
        country = codes.get(name.casefold()) or next(
            (codes[close] for close in difflib.get_close_matches(name[:200].casefold(), codes, n=1)), None
        )
        exact = f'"{name.upper()}"' if name.upper() in member_keys() else None
        closest = exact or (f'"{country}"' if country else nearest(name, member_keys()))
        groups = ", ".join(member_keys()[1 : -len(NAMES)])
        allowed = f"ISO 3166 codes of members (DNK, CAN, …), ALL, or a group ({groups})"
        raise ConfigError.at(file, key, name, allowed, closest)


def plain_value(name: str, value: object, file: str, key: str) -> float | dict[str, float]:
    """A lever's value for one stretch of time: a number, or a table by member."""
    lever = BY_NAME[name]
    if not isinstance(value, Mapping):
        return number(value, lever.low, lever.high, lever.unit, file, key)
    if not lever.by_member:
        raise ConfigError.at(file, key, value, f"a number from {lever.low:g} to {lever.high:g}: one for the alliance")
    if not value:
        raise ConfigError.at(file, key, "{}", "at least one member, as in { DNK = 1 }")
    for member in table(value, "a table by member", file, key):
        member_key(member, lever, file, f"{key}.{member}")
    return {m: number(v, lever.low, lever.high, lever.unit, file, f"{key}.{m}") for m, v in value.items()}


def lever_value(name: str, value: object, file: str, key: str, dated: bool = True) -> LeverValue:
    """A lever's value: a number, a table by member, or where ``dated`` a path of steps in order of time."""
    if name not in BY_NAME:
        raise ConfigError.at(file, key, name, "the names of levers", nearest(name, BY_NAME))
    if not isinstance(value, list | tuple):
        return plain_value(name, value, file, key)
    if not dated or not value:
        kinds = "a list of steps [ { from = 2025-03-01, value = … } ]" if dated else "a number or a table by member"
        raise ConfigError.at(file, key, value or "[]", kinds)
    steps: list[Step] = []
    for count, item in enumerate(value, 1):
        here = f"{key}[{count}]"
        raw = {"from": item.start, "value": item.value} if isinstance(item, Step) else item
        fields = table(raw, "a step { from = 2025-03-01, value = … }", file, here)
        for field in fields:
            if field not in ("from", "value"):
                raise ConfigError.at(file, f"{here}.{field}", field, "from, value", nearest(field, ("from", "value")))
        for field in ("from", "value"):
            if field not in fields:
                raise ConfigError(f"{clean(file)}, {clean(here)}.{field}: missing; a step has from and value")
        try:
            start = month(fields["from"])
        except ValueError:
            raise ConfigError.at(file, f"{here}.from", fields["from"], _MONTH, _first_day(fields["from"])) from None
        if steps and start <= steps[-1].start:
            raise ConfigError.at(file, f"{here}.from", start, f"dates in order, each once: after {steps[-1].start}")
        steps.append(Step(start, plain_value(name, fields["value"], file, f"{here}.value")))
    return tuple(steps)


def parameter_value(name: str, value: object, file: str, key: str) -> float:
    """A parameter's value: within its range or neutral."""
    if name not in PARAMETERS:
        raise ConfigError.at(file, key, name, "the names of parameters", nearest(name, PARAMETERS))
    found = PARAMETERS[name]
    return number(value, found.low, found.high, found.unit, file, key, found.neutral)


# --- the format -------------------------------------------------------------------------------------------------------

_MONTH = f"the first day of a month from {FIRST_START} to {LAST_MONTH}, as in 2025-03-01"
_START = f"the first day of a month from {FIRST_START} to {LAST_START}, as in 2025-01-01"
_DATE_SCHEMA = WithJsonSchema({"type": "string", "format": "date"})
_Start = Annotated[datetime.date, BeforeValidator(lambda day: month(day, LAST_START)), _DATE_SCHEMA]
_Month = Annotated[datetime.date, BeforeValidator(month), _DATE_SCHEMA]
_Text = Annotated[str, Field(min_length=1)]
STRICT = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)
_UNSET = datetime.date(1, 1, 1)
File = TypeVar("File", bound=BaseModel)


class EventFile(BaseModel):
    """A dated change of levers."""

    model_config = STRICT

    date: _Month = Field(description=_MONTH)
    until: _Month = Field(_UNSET, description=f"{_MONTH}, from which on what was before returns")
    text: _Text = Field(description="a text that says what happened")
    source: str = Field("", description="a text that says where it can be read")
    levers: dict[str, Any] = Field({}, description="a table of levers: numbers, or tables by member")


class ScenarioFile(BaseModel):
    """A scenario: its story, the levers that differ from the conduct at the start, and dated events."""

    model_config = STRICT

    extends: _Text = Field(
        "", description="the name of a scenario or a relative path to one, whose settings are shared"
    )
    title: _Text = Field(pattern=r"^[^\r\n]+$", description="a title on one line")
    story: _Text = Field(description="a text of a few lines that says what happens in this scenario")
    start: _Start = Field(_UNSET, description=_START)
    months: int = Field(0, ge=1, le=MAX_MONTHS, description=f"a whole number of months from 1 to {MAX_MONTHS}")
    sources: list[_Text] = Field([], description="a list of texts: the sources, where the scenario is history")
    levers: dict[str, Any] = Field(
        {}, description="a table of levers: numbers, tables by member, or lists of dated steps; neutral if not named"
    )
    events: list[EventFile] = Field([], description="a list of events, [[events]]")
    parameters: dict[str, Any] = Field({}, description="a table of parameters that are fixed for every run: numbers")


def checked(
    raw: Mapping[str, Any], file: str, model: type[File], within: Mapping[str, type[BaseModel]] | None = None
) -> File:
    """The file's content, checked but for levers and parameters; the first problem is a `ConfigError`.

    Parameters
    ----------
    raw, file
        Content and name.
    model
        Definition of the format.
    within
        Definitions of the tables in it, by key.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
    problem = min(problems, key=lambda found: found["type"] != "extra_forbidden")  # a misspelt key before a missing one
    here: type[BaseModel] = model
    before = here
    key, allowed = "", model.__doc__ or ""
    for part in problem["loc"]:
        if isinstance(part, int):
            key += f"[{part + 1}]"
            table = "a table with date, text and levers" if key.startswith("events") else f"a table: {here.__doc__}"
            allowed = "a text" if here is before else table.rstrip(".")
            continue
        if part not in here.model_fields and problem["type"] != "extra_forbidden":
            continue  # the name of a type, where several may stand
        key += f".{part}" if key else part
        if part in here.model_fields:
            allowed = here.model_fields[part].description or ""
        before, here = here, (within or {}).get(part, here)
    if problem["type"] == "missing":
        raise ConfigError(f"{clean(file)}, {clean(key)}: missing; it must be {allowed}") from None
    if problem["type"] == "extra_forbidden":
        names = tuple(here.model_fields)
        name = str(problem["loc"][-1])
        close = nearest(name, names) or nearest(name, BY_NAME)
        raise ConfigError.at(file, key, name, f"the keys {', '.join(names)}", close) from None
    raise ConfigError.at(file, key, problem["input"], allowed, _first_day(problem["input"])) from None


def _first_day(value: object) -> str | None:
    """The month in which a wrong date lies."""
    return f"{value.year:04}-{value.month:02}-01" if isinstance(value, datetime.date) else None


def json_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, for editors."""
    schema = schema_of(ScenarioFile, "scenario")
    definitions = schema["definitions"]
    definitions["members"] = {"enum": list(member_keys())}
    definitions["members_but_us"] = {"enum": [key for key in member_keys() if key != "USA"]}
    for part, dated in ((schema, True), (definitions["EventFile"], False)):
        for field in part["properties"].values():
            field.pop("default", None)
        part["properties"]["levers"] |= {
            "properties": {lever.name: _lever_schema(lever, dated) for lever in LEVERS},
            "additionalProperties": False,
        }
    schema["properties"]["parameters"] |= {
        "properties": {p.name: _parameter_schema(p.name) for p in PARAMETERS.values()},
        "additionalProperties": False,
    }
    alone: list[dict[str, Any]] = [{"required": ["extends"]}, {"required": ["start", "months"]}]
    return schema | {"anyOf": alone}


def schema_of(file: type[BaseModel], kind: str) -> dict[str, Any]:
    """JSON Schema (draft 7, as taplo reads it) of a kind of file, from its model."""
    schema = file.model_json_schema(ref_template="#/definitions/{model}")
    schema["definitions"] = schema.pop("$defs")
    return schema | {"$schema": "http://json-schema.org/draft-07/schema#", "title": f"cohesion {kind}"}


def _lever_schema(lever: Lever, dated: bool) -> dict[str, Any]:
    amount = {"type": "number", "minimum": lever.low, "maximum": lever.high}
    kinds: list[dict[str, Any]] = [amount]
    if lever.by_member:
        names = "members_but_us" if us_stands_apart(lever) else "members"
        by_member = {"type": "object", "minProperties": 1, "additionalProperties": amount}
        kinds.append(by_member | {"propertyNames": {"$ref": f"#/definitions/{names}"}})
    value = {"anyOf": kinds}
    if dated:
        step = {"from": {"type": "string", "format": "date"}, "value": value}
        items = {"type": "object", "properties": step, "required": ["from", "value"], "additionalProperties": False}
        value = {"anyOf": [*kinds, {"type": "array", "minItems": 1, "items": items}]}
    about = f"{lever.meaning} Held by: {lever.holder}. Unit: {lever.unit}, {lever.low:g} to {lever.high:g}."
    return {"description": f"{about} Neutral: {lever.neutral:g}."} | value


def _parameter_schema(name: str) -> dict[str, Any]:
    found = PARAMETERS[name]
    amount: dict[str, Any] = {"type": "number", "minimum": found.low, "maximum": found.high}
    if found.neutral is not None and not found.low <= found.neutral <= found.high:
        amount = {"anyOf": [amount, {"const": found.neutral}]}
    about = f"{found.meaning} ({found.unit}), {found.low:g} to {found.high:g}, by default {found.default:g}"
    return {"description": about} | amount
