"""Hypothesis: the same few examples every time, so that a red build is red again."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("quick", max_examples=60, deadline=None, derandomize=True, database=None)
settings.load_profile("quick")
