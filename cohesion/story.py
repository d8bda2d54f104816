"""A run told in words: what changed in a month, as sentences."""

from cohesion.facts import ISO3, NAMES
from cohesion.simulation import Simulation
from cohesion.types import DECISIONS, PHASES, POSTURES, State

_PHASE = {
    "war": "The moratorium lapses; the war goes on as before.",
    "moratorium": "Russia and Ukraine agree on a moratorium on some strikes.",
    "cease-fire": "A cease-fire takes hold in Ukraine, without a force to guard it.",
    "guarded peace": "A cease-fire takes hold in Ukraine, guarded by a foreign force.",
    "renewed war": "Russia breaks the peace; the war resumes.",
}
_POSTURE = {
    "committed": "{name} commits to the alliance again.",
    "pillar": "{name} turns to the European pillar.",
    "hedging": "{name} begins to hedge.",
    "accommodating": "{name} turns to accommodating Russia.",
    "obstructing": "{name} begins to obstruct.",
    "withdrawn": "{name} leaves the alliance.",
}


def tell(before: State | None, simulation: Simulation) -> list[dict[str, str]]:
    """Sentences on the month that has just passed in the first run, each ``{"month": ..., "text": ...}``.

    Parameters
    ----------
    before
        State a month earlier; None at the start.
    simulation
        In its present state.
    """
    scenario, after = simulation.scenario, simulation.state
    if before is None:
        text = f"{scenario.title}. The cohesion index stands at {float(after.cohesion_index[0, 0]):.2f}."
        return [{"month": scenario.month_label(0), "text": text}]
    month = before.month
    label = scenario.month_label(month)
    told = [event.text for event in scenario.events if scenario.month_of(event.date) == month]
    if after.phase[0, 0] != before.phase[0, 0]:
        told.append(_PHASE[PHASES[int(after.phase[0, 0])]])
    for row, code in enumerate(ISO3):
        if after.posture[0, row] != before.posture[0, row]:
            told.append(_POSTURE[POSTURES[int(after.posture[0, row])]].format(name=NAMES[code]))
    if after.month % 3 == 0:
        stopped = [name for k, name in enumerate(DECISIONS) if after.blocked[0, k]]
        if stopped:
            told.append(f"Consensus fails on {_listed(stopped)}.")
    if after.month % 12 == 0:
        told.append(
            f"The cohesion index stands at {float(after.cohesion_index[0, 0]):.2f}; "
            f"trust in the US at {float(after.trust_in_us[0][simulation.inputs.europe > 0].mean()):.2f}."
        )
    return [{"month": label, "text": text} for text in told]


def _listed(words: list[str]) -> str:
    """Words as in a sentence: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
