"""Take away and bring in: the scenario as a file, a link, a command, the numbers on screen; and a file of one's own."""

from typing import Any

import pandas as pd
import solara

from cohesion.checks import ConfigError
from cohesion.facts import ISO3
from cohesion.outcome import OUTCOMES
from cohesion.scenario import scenario_from_text
from cohesion.toml import MAX_BYTES
from cohesion_viz.answers import MEASURED, Ensemble
from cohesion_viz.dashboard.about import command
from cohesion_viz.dashboard.components import Handler, packed
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.view import View

#: A longer address is refused by some browsers, servers and mail programs.
LONGEST_LINK = 8000


@solara.component_vue("vue/files.vue")
def _Files(
    packed: str,
    content: str,
    refusal: str,
    most: int,
    event_ask: Handler | None = None,
    event_bring: Handler | None = None,
    event_dismiss: Handler | None = None,
) -> None: ...


@solara.component
def Files(session: Session) -> None:
    """The card with all of it."""
    content, send = solara.use_state("")
    refusal, refuse = solara.use_state("")
    view = session.view.value
    shown = {
        "command": command(view)[0],
        "needs_file": command(view)[1],
        "long": len(view.to_query()) > LONGEST_LINK,
        "numbers": session.answer.value.ensemble is not None,
    }

    def ask(event: dict[str, Any]) -> None:
        now = session.view.value
        if event["what"] == "toml":
            send(packed({"ask": event["ask"], "name": f"{now.scenario}.toml", "text": now.toml()}))
        elif ensemble := session.answer.value.ensemble:
            text = numbers_shown(ensemble).to_csv(index=False, float_format="%.6g")
            send(packed({"ask": event["ask"], "name": f"cohesion-{now.scenario}.csv", "text": text}))

    def bring(event: dict[str, Any]) -> None:
        try:
            session.change(brought(session.view.value, str(event["name"]), str(event["text"])))
            refuse("")
        except ConfigError as error:
            refuse(str(error))

    _Files(
        packed=packed(shown),
        content=content,
        refusal=refusal,
        most=MAX_BYTES,
        event_ask=lambda event: guarded(session, lambda: ask(event)),
        event_bring=lambda event: guarded(session, lambda: bring(event)),
        event_dismiss=lambda _: refuse(""),
    )


def brought(view: View, name: str, text: str) -> View:
    """The view with a scenario from a file of one's own.

    Raises
    ------
    ConfigError
        Where it is too large or not a valid scenario; the text names file, line and key.
    """
    stem = "".join(c for c in name.removesuffix(".toml") if c.isprintable() and c not in "/\\")[:60] or "scenario"
    if len(text.encode()) > MAX_BYTES:
        raise ConfigError(f"{stem}.toml: larger than {MAX_BYTES // 1024} KiB, the most that a scenario may be")
    scenario_from_text(text, f"{stem}.toml")  # an empty text would mean the shipped scenario of that name
    new = view.with_scenario(stem, text)
    new.resolved()  # what is changed by hand must fit it, and the whole what a session may ask for
    return new


def numbers_shown(ensemble: Ensemble) -> pd.DataFrame:
    """What the explorer shows as one tidy table.

    Returns
    -------
    pandas.DataFrame
        Columns ``date``, ``quantity`` (an outcome's name, ``cohesion_index`` or a variable by member), ``member``
        (empty for the alliance), ``statistic`` (``share`` of runs, ``p05`` to ``p95``, or ``median``), ``value``.
    """
    columns = ["date", "quantity", "member", "statistic", "value"]
    shares = ensemble.shares[list(OUTCOMES)].melt(ignore_index=False, var_name="quantity").reset_index()
    fan = ensemble.fan.melt(ignore_index=False, var_name="statistic").reset_index()
    parts = [
        shares.assign(member="", statistic="share")[columns],
        fan.assign(quantity="cohesion_index", member="")[columns],
    ]
    for variable in MEASURED:
        table = pd.DataFrame(ensemble.members(variable), pd.Index(ensemble.dates, name="date"), list(ISO3))
        medians = table.melt(ignore_index=False, var_name="member").reset_index()
        parts.append(medians.assign(quantity=variable, statistic="median")[columns])
    return pd.concat(parts, ignore_index=True)
