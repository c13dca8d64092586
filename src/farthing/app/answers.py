"""The types that the verbs answer with, where doors may see them."""

from farthing.app.explain import Explanation
from farthing.estimate.answer import Assumption, Driver, Estimate, Line, Range, Result, Source, StepTaken
from farthing.estimate.compare_answer import Comparison
from farthing.estimate.industry import Standing
from farthing.estimate.run import Swing

__all__ = [
    "Assumption",
    "Comparison",
    "Driver",
    "Estimate",
    "Explanation",
    "Line",
    "Range",
    "Result",
    "Source",
    "Standing",
    "StepTaken",
    "Swing",
]
