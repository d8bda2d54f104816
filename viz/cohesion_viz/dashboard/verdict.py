"""Whether the alliance holds: in words, and by outcome with intervals."""

import solara

from cohesion.outcome import OUTCOMES
from cohesion.summary import percent
from cohesion_viz.answers import Answer, Ensemble
from cohesion_viz.dashboard.components import packed
from cohesion_viz.style import OUTCOME_NAMES

#: What each outcome is called in the sentence of the verdict.
_SENTENCES = {
    "holds": "Holds",
    "european_pillar": "A European pillar carries it",
    "hollow": "Hollow",
    "splinters": "Splinters",
}


@solara.component_vue("vue/verdict.vue")
def _Verdict(packed: str, done: bool) -> None: ...


@solara.component
def Verdict(answer: Answer) -> None:
    """The finding in words, the four outcomes with their intervals and the baseline, and the progress."""
    ensemble = answer.ensemble
    tiles = [
        dict(zip(("share", "between", "baseline"), tile_texts(name, ensemble, answer.baseline), strict=True))
        | {"key": name, "title": OUTCOME_NAMES[name]}
        for name in OUTCOMES
    ]
    runs = f"{answer.runs:,} runs"
    shown = {
        "line": verdict_line(ensemble, answer.baseline) if ensemble else "Working out the first band…",
        "tiles": tiles,
        "runs": answer.runs,
        "target": max(1, answer.target),
        "progress": runs if answer.done else f"{answer.runs:,} of {answer.target:,} runs, refining…",
    }
    with solara.v.Html(tag="section", class_="co-card co-full", attributes={"aria-label": "Verdict"}):
        _Verdict(packed=packed(shown), done=answer.done)


def verdict_line(ensemble: Ensemble, baseline: Ensemble | None) -> str:
    """The commonest outcome in one sentence, with its interval, how often the alliance holds, and the baseline."""
    top = max(OUTCOMES, key=lambda name: ensemble.counts[name])
    share, low, high = ensemble.share(top)
    text = f"{_SENTENCES[top]} in {percent(share)} % of {ensemble.runs:,} runs ({percent(low)}–{percent(high)})"
    if top != "holds":
        text += f", holds in {percent(ensemble.share('holds')[0])} %"
    if baseline:
        text += f"; {baseline.scenario.title.lower()}: holds in {percent(baseline.share('holds')[0])} %"
    return f"{text}."


def tile_texts(name: str, ensemble: Ensemble | None, baseline: Ensemble | None) -> tuple[str, str, str]:
    """Share, interval and baseline of an outcome, as written on its tile."""
    if ensemble is None:
        return "–", "\u00a0", "\u00a0"
    share, low, high = ensemble.share(name)
    held = f"baseline {percent(baseline.share(name)[0])} %" if baseline else "\u00a0"
    return f"{percent(share)} %", f"{percent(low)} to {percent(high)} %", held
