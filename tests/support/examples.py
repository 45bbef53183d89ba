"""Hypothesis: the same few examples every time, so that a red build is red again."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick",
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no mistake of the test
)


def use_few() -> None:
    """For the tests beside the conftest that says so, and those after them."""
    settings.load_profile("quick")
