"""Every row of the table, in its order."""

from __future__ import annotations

from ..row import Entry
from . import batch, growth, pkcs12, reading, recipe, revocation, signing, start_up

ENTRIES: list[Entry] = [
    *start_up.ENTRIES,
    *recipe.ENTRIES,
    *signing.ENTRIES,
    *batch.ENTRIES,
    *reading.ENTRIES,
    *revocation.ENTRIES,
    *growth.ENTRIES,
    *pkcs12.ENTRIES,
]
