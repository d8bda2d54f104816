"""M12 War, cease-fire, settlement.

Phases with monthly hazards: war, moratorium on some strikes, cease-fire, guarded peace, renewed war. Russia accepts
when its prospects without a deal are bad and getting worse; it breaches when what deters it is below its regenerated
capacity. Third-party guarantees make peace last (Fortna 2003); cease-fires that leave the stronger side dissatisfied
break (Werner and Yuen 2005).
"""

import numpy as np

from cohesion.types import CEASEFIRE, GUARDED, MORATORIUM, PHASES, RENEWED, WAR, Array, BoolArray, IntArray, Parameters

#: By phase; looking up is faster than comparing.
AT_PEACE = np.isin(np.arange(len(PHASES)), (CEASEFIRE, GUARDED))
FIGHTING = np.isin(np.arange(len(PHASES)), (WAR, RENEWED))


def at_peace(phase: IntArray) -> BoolArray:
    """Whether a cease-fire or a guarded peace holds, ``[run, 1]``."""
    return AT_PEACE[phase]


def capacity(
    capacity: Array, peace: BoolArray, war_at_start: bool, sanctions: Array, oil: Array, china: Array, p: Parameters
) -> Array:
    """Russian military capacity after one month, log deviation from the start, ``[run, 1]``.

    War at the intensity of the start is an equilibrium. In a pause it regenerates by ``regeneration`` in the long run;
    sanctions, squeezed oil receipts and less Chinese support take from it. A fortieth of the way a month: estimates of
    the time to rebuild run from two to five years.

    Parameters
    ----------
    war_at_start
        Whether the scenario starts in the full-scale war: deviations are from the start.
    sanctions, oil
        Sanctions in effect beyond the start and oil receipts squeezed, ``[run, 1]``.
    """
    pause = peace - float(not war_at_start)  # -1 where war has come to a start in peace
    target = p.regeneration * pause + china - p.sanctions_capacity * sanctions - p.oil_capacity * oil
    return capacity + (target - capacity) / 40


def strength(
    strength: Array,
    peace: BoolArray,
    war_at_start: bool,
    support: Array,
    rearmament: Array,
    assault: Array,
    p: Parameters,
) -> Array:
    """Ukraine's strength after one month, log deviation from the start, ``[run, 1]``.

    In war it follows support and Russian capacity; in a pause it grows as far as rearmament is allowed and shrinks
    where it is denied.

    Parameters
    ----------
    war_at_start
        Whether the scenario starts in the full-scale war; if not, rearming freely is the state of the start.
    support
        Log of aid relative to the start.
    rearmament
        0 (denied) to 1 (free).
    assault
        Russian capacity, log deviation: what Ukraine's strength has to bear in war.
    """
    rearming = p.rearmament_gain * ((2 * rearmament - 1) * peace - (not war_at_start))
    target = p.support_strength * support + rearming - 0.5 * assault * ~peace
    return strength + (target - strength) / 24


def prospects(confidence: Array, capacity: Array, strength: Array) -> Array:
    """What Russia may hope for without a deal, 0 as at the start, ``[run, 1]``.

    Its confidence and capacity less Ukraine's strength, all deviations from the start.
    """
    return confidence + capacity - strength


def offer(territory: Array, rearmament: Array, others: Array, assurance: Array, p: Parameters) -> Array:
    """Worth of the deal on the table to Russia, 0 for a bare one, ``[run, 1]``.

    Territory, limits on Ukraine and on the alliance and relief of sanctions count for it, a foreign assurance force
    against it.

    Parameters
    ----------
    territory, rearmament
        Territory ceded, and rearmament allowed to Ukraine, 0 to 1.
    others
        Limits on the alliance and American sanctions conceded, together 0 to 2.
    assurance
        Of `assurance`, 0 to 1.
    """
    return territory + (1 - rearmament) + others - p.assurance_price * assurance


def assurance(soldiers: Array) -> Array:
    """Worth of an assurance force, 0 to 1, by thousand soldiers, ``[run, 1]``: half of the full worth at 30,000.

    Sizes discussed in 2025 were 10,000 to 30,000; more than 100,000 would be needed to hold the line alone.
    """
    return soldiers / (soldiers + 30)


def backing(credibility: Array, concession: Array) -> Array:
    """Who would come if a force in Ukraine were attacked, 0 to 1, ``[run, 1]``.

    Parameters
    ----------
    credibility
        Mean credibility of the exposed members.
    concession
        Limits on the alliance conceded to Russia, 0 to 1: all of them halve the backing.
    """
    return credibility * (1 - 0.5 * concession)


def deterrence(strength: Array, assurance: Array, backing: Array, p: Parameters) -> Array:
    """What deters a breach, log deviation, ``[run, 1]``: Ukraine's strength and a force that is credibly backed.

    Parameters
    ----------
    strength
        Of Ukraine, log deviation from the start.
    assurance, backing
        Of `assurance` and `backing`, 0 to 1.
    """
    return strength + p.assurance_deterrence * assurance * backing


def next_phase(
    phase: IntArray,
    draw: Array,
    deal_seeking: Array,
    offer: Array,
    prospects: Array,
    memory: Array,
    capacity: Array,
    confidence: Array,
    deterrence: Array,
    assurance: Array,
    offensive: Array,
    p: Parameters,
) -> IntArray:
    """Phase of the next month, an index into `PHASES`, ``[run, 1]``.

    Parameters
    ----------
    draw
        Uniform on [0, 1), ``[run, 1]``.
    deal_seeking
        American effort to bring about a cease-fire, 0 to 1.
    offer, prospects, deterrence, assurance
        Of the functions of these names.
    memory
        Prospects as they were over the past year: what matters is also whether they worsen.
    capacity, confidence
        Of Russia, deviations from the start.
    offensive
        1 where the scenario has Russia open or resume the war.
    """
    worse = prospects + (prospects - memory)
    accepts = 1 / (1 + np.exp(-p.acceptance_slope * (offer - worse)))
    deal = p.ceasefire_rate * deal_seeking * accepts
    breach = np.minimum(0.5, p.breach_rate * np.exp(p.breach_slope * (capacity + confidence - deterrence)))
    fighting, ceased, moratorium = FIGHTING[phase], AT_PEACE[phase], phase == MORATORIUM
    nearly = draw < 2 * deal
    stopped = (fighting & (draw < deal)) | (moratorium & nearly)
    paused = fighting & ~stopped & nearly
    lapsed = moratorium & ~stopped & (draw > 1 - p.moratorium_lapse)
    attacks = (offensive > 0.5) & ~fighting
    broken = (ceased & (draw < breach)) | attacks
    peace = np.where(assurance >= 0.25, GUARDED, CEASEFIRE)
    after = np.where(stopped | (ceased & ~broken), peace, phase)
    after[paused] = MORATORIUM
    after[lapsed] = WAR
    after[broken] = RENEWED
    return after


def sanctions_in_effect(lever: Array, relief: Array, delivered: Array, p: Parameters) -> Array:
    """Sanctions on Russia beyond those of the start, as a share of them, ``[run, 1]``.

    Parameters
    ----------
    lever
        Change that Europe and Canada decide on.
    relief
        American sanctions conceded, 0 to 1.
    delivered
        Renewals put into effect, less those expected at the start.
    """
    return np.maximum(-1, lever - p.us_sanctions_share * relief + delivered)


def available(
    capacity: Array, strength: Array, guard: Array, fighting: BoolArray, war_at_start: bool, month: int, p: Parameters
) -> Array:
    """Russian force available against members relative to the start, ``[run, 1]``.

    Ukraine ties forces down: all of ``tied_down`` in a war of the strength of the start, a part (``pinned``) while it
    rests, more or less with its strength and that of a force that guards the peace.

    Parameters
    ----------
    guard
        Deterrence by an assurance force, log deviation; it counts in a pause.
    fighting
        Whether the war goes on, ``[run, 1]``.
    war_at_start
        Whether the scenario starts in the full-scale war.
    month
        Months since the start, over which the force that is free grows by ``russia_growth`` a year.
    """
    held = np.where(fighting, np.exp(strength), p.pinned * np.exp(strength + guard))
    free = 1 - np.minimum(0.95, p.tied_down * held)
    before = 1 - p.tied_down * (1.0 if war_at_start else p.pinned)
    trend = (1 + p.russia_growth) ** (month / 12)
    return np.exp(capacity) * trend * free / before
