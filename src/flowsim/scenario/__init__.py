"""Scenario files: load, resolve, validate and describe them."""

from flowsim.scenario.change import add, multiply
from flowsim.scenario.load import examine, load
from flowsim.spec.scenario import Scenario

__all__ = ["Scenario", "add", "examine", "load", "multiply"]
