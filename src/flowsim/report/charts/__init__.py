"""The charts of the report: each takes plain numbers and returns a `document.Figure`.

Title and subtitle are not drawn: the page and the Word document set them as text around the picture. A
figure holds the drawing for a page (720 pixels wide) and for a telephone (360), both sized to the room they
get, a text alternative and a table written from the same numbers, and a PNG if asked.

In all of them the first run is the baseline; numbers are in the measure's unit, as elsewhere (shares from 0
to 1, times in minutes), and written by `measures.format`; what is not a number is left out, and a chart
without any number says so in words.
"""

from flowsim.report.charts.fans import fan
from flowsim.report.charts.flows import flow
from flowsim.report.charts.heats import heat
from flowsim.report.charts.intervals import differences, slope
from flowsim.report.charts.matrices import matrix
from flowsim.report.charts.pairs import bars
from flowsim.report.charts.stacks import stacked
from flowsim.report.charts.timelines import timeline
from flowsim.report.charts.waterfalls import waterfall

__all__ = [
    "fan",
    "heat",
    "stacked",
    "waterfall",
    "differences",
    "slope",
    "bars",
    "flow",
    "matrix",
    "timeline",
]
