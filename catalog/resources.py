"""Where the files that travel with the package are: beside it in a wheel, one folder up in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource(name: str) -> Path:
    """Return the path of what travels with the package, as `migrations` or `metadata.yml`.

    Raises FileNotFoundError where it is missing.
    """
    # The checkout first: an editable install may have left an old copy inside the package.
    for folder in (_PACKAGE.parent, _PACKAGE):
        if (folder / "pyproject.toml").exists() or folder == _PACKAGE:
            candidate = folder / name
            if candidate.exists():
                return candidate
    raise FileNotFoundError(f"{name} is missing from this installation of the paper catalogue: install it again")
