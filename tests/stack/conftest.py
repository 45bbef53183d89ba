"""Property tests are quick and always the same."""

from __future__ import annotations

from tests.support.examples import use_few

use_few()
