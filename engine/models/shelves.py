"""A shelf for every model, of which one at a time holds its networks."""

from __future__ import annotations

from pathlib import Path

from engine.data.limits import Limits
from engine.errors import StudioError
from engine.models.makers import BUILT_IN, require_maker
from engine.models.shelf import Shelf


class Shelves:
    """What a process takes that makes videos with whichever model is asked for.

    Args: as for `Shelf`.
    """

    def __init__(
        self,
        home: Path | None = None,
        device: str = "auto",
        *,
        limits: Limits = Limits(),  # noqa: B008 (frozen)
    ) -> None:
        self._last = Shelf(home, device, limits=limits)
        self.home, self.device = self._last.home, self._last.device

    def of(self, model: str = BUILT_IN, system: str = "mimicmotion") -> Shelf:
        """The shelf of a model; that of another one is emptied first.

        Raises BadInput for a model that is not known, and MissingModel for one that is not whole,
        also when its networks are in memory still: who removed it wants it gone.
        """
        old = self._last
        try:
            require_maker(model, system, self.home)
        except StudioError:
            if old.model == model:
                old.clear()
            raise
        if old.model != model:
            old.clear()
            self._last = Shelf(self.home, self.device.torch.type, limits=old.limits, model=model)
        return self._last
