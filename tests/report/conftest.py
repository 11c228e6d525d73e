"""Finished runs and their reports, shared with the tests of accessibility."""

from report_runs import alone, folder, html, material, one_plan, report, runs

__all__ = ["alone", "folder", "html", "material", "one_plan", "report", "runs"]
