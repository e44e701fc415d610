"""Which decisions people take themselves (core concepts, section 3, and its sections 12.1 to 12.5).

`enforcer.py` is the service; `organisation.py` the boundaries that an organisation or a domain pack adds; `weighing.py`
what free text is about; `catalogue.py` what boundaries.toml says of the domains.
"""

from tractatus.boundaries.enforcer import LOW_CONFIDENCE, BoundaryCheck, BoundaryEnforcer
from tractatus.boundaries.organisation import PACKS, Boundary, Pack, pack_of, packs, read_boundaries

__all__ = [
    "LOW_CONFIDENCE",
    "PACKS",
    "Boundary",
    "BoundaryCheck",
    "BoundaryEnforcer",
    "Pack",
    "pack_of",
    "packs",
    "read_boundaries",
]
