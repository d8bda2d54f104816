"""Charts for the browser: from the numbers of `cohesion_viz.numbers` to options of ECharts 5.4, as plain JSON.

Beside each ``..._option`` stands a ``describe_...``: the same finding in a sentence or two, for the text alternative
and the caption.

What the page (a ``.vue`` file) has to know:

- Functions cannot travel as JSON. A string that begins with ``fn:`` names one: ``fn:text`` gives ``data.text`` of the
  first point of a tooltip (HTML; what people typed is escaped here), ``fn:percent`` turns 0.41 into "41 %" and
  ``fn:percent1`` 0.005 into "0.5 %".
- ``setOption(option, {replaceMerge: ["series", ...]})`` on the same chart updates it without flicker: animation is off,
  and components keep their ids and series their lengths whatever the numbers.
- Maps ``europe`` and ``north_america`` are the files of those names in ``assets``, registered beforehand. A click gives
  the ISO3 code as ``name`` (Greenland is ``GRL``: `GEOMETRY_OF` says whose it is); in the network too.
- Charts over time have the same margins, so that a timeline beneath them lines up. Dates are milliseconds in UTC.
"""

from cohesion_viz.echarts.differences import (
    attribution_option,
    describe_attribution,
    describe_outcome_difference,
    outcome_difference_option,
)
from cohesion_viz.echarts.history import (
    describe_forecast,
    describe_moves,
    describe_scores,
    forecast_option,
    moves_option,
    scores_option,
)
from cohesion_viz.echarts.intervals import (
    ROW,
    describe_fitted,
    describe_statistics,
    fitted_option,
    statistics_option,
)
from cohesion_viz.echarts.maps import (
    GEOMETRY_OF,
    describe_map,
    describe_map_difference,
    map_difference_option,
    map_option,
)
from cohesion_viz.echarts.network import PLACES, describe_network, network_option
from cohesion_viz.echarts.over_time import (
    describe_difference,
    describe_fan,
    describe_member,
    describe_phases,
    describe_shares,
    difference_option,
    fan_option,
    member_option,
    phases_option,
    pointed,
    shares_option,
)
from cohesion_viz.echarts.parts import Option, enlarged
from cohesion_viz.echarts.phase import describe_phase, phase_option
from cohesion_viz.echarts.timeline import describe_timeline, timeline_option
from cohesion_viz.echarts.waterfall import describe_waterfall, waterfall_option

__all__ = [
    "GEOMETRY_OF",
    "PLACES",
    "ROW",
    "Option",
    "attribution_option",
    "describe_attribution",
    "describe_difference",
    "describe_fan",
    "describe_fitted",
    "describe_forecast",
    "describe_map",
    "describe_map_difference",
    "describe_member",
    "describe_moves",
    "describe_network",
    "describe_outcome_difference",
    "describe_phase",
    "describe_phases",
    "describe_scores",
    "describe_shares",
    "describe_statistics",
    "describe_timeline",
    "describe_waterfall",
    "difference_option",
    "enlarged",
    "fan_option",
    "fitted_option",
    "forecast_option",
    "map_difference_option",
    "map_option",
    "member_option",
    "moves_option",
    "network_option",
    "outcome_difference_option",
    "phase_option",
    "phases_option",
    "pointed",
    "scores_option",
    "shares_option",
    "statistics_option",
    "timeline_option",
    "waterfall_option",
]
