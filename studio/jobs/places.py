"""What videos are computed on here: told by whoever computes, read by whoever plans.

The screen loads no torch, so it cannot see which device torch would take, or how much of it.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.exchange.windowing import Places
from engine.sampling.profile import ITEM, Place, place_of

if TYPE_CHECKING:
    from engine.device import Device

_NAME = "places.json"


def tell(home: Path, device: Device) -> None:
    """Note in the studio's folder what the engine runs on; brings torch in."""
    from engine.device import pick

    found = asdict(Places(place_of(device), place_of(pick("cpu"))))
    fresh = home / f".places.{secrets.token_hex(4)}.part"
    with suppress(OSError):  # a full disk: the screen plans as for enough memory
        fresh.write_text(json.dumps(found), encoding="utf-8")
        os.replace(fresh, home / _NAME)


class Told:
    """What was noted last in a studio's folder, read again only when it was noted anew."""

    def __init__(self, home: Path) -> None:
        self._path = home / _NAME
        self._mark: tuple[int, int, int] | None = None
        self._places: Places | None = None

    def now(self) -> Places | None:
        """None before the first engine has started."""
        try:
            file = self._path.stat()
        except OSError:
            return None
        mark = file.st_ino, file.st_mtime_ns, file.st_size
        if mark != self._mark:
            self._mark, self._places = mark, _read(self._path)
        return self._places


def told(home: Path) -> Places | None:
    """What was noted last; None before the first engine has started."""
    return Told(home).now()


def _read(path: Path) -> Places | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        places = Places(Place(**found["own"]), Place(**found["cpu"]))
    except (OSError, ValueError, TypeError, KeyError):  # none yet, or of another version
        return None
    known = all(one.precision in ITEM for one in (places.own, places.cpu))
    return places if known else None
