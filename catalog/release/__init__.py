"""One clean file to hand on: made from any working catalogue, the same bytes for the same documents."""

from catalog.release.command import STEP_COUNT, release_catalog
from catalog.release.form import check_release

__all__ = ["STEP_COUNT", "check_release", "release_catalog"]
