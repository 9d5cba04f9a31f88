"""What can go wrong with the Hub, in words."""

from __future__ import annotations

import errno
from pathlib import Path

from engine.errors import MissingModel, StudioError
from engine.models.cards import Hub, ModelCard, WeightFile, size_in_words


def transport() -> type[Exception]:
    """What the Hub's HTTP client raises; which client that is depends on the library's version."""
    from huggingface_hub.errors import HfHubHTTPError

    return HfHubHTTPError.__bases__[0]


def explain(error: Exception, card: ModelCard, source: Hub) -> MissingModel:
    """The Hub's refusal, or the network's, as a message; `error` is huggingface_hub's."""
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    what = f"The model '{card.title}' could not be fetched."
    again = f"`python -m engine models get {card.key}`"
    if isinstance(error, GatedRepoError):  # a RepositoryNotFoundError too, so it is asked first
        return MissingModel(
            what,
            f"Its owner wants its terms to be accepted first (licence: {card.licence}).",
            f"Accept them at {source.url}, log in with `hf auth login` or set HF_TOKEN, and run "
            f"{again} again.",
        )
    if isinstance(error, (EntryNotFoundError, RevisionNotFoundError, RepositoryNotFoundError)):
        return MissingModel(
            what,
            f"The Hub has no such file, or hides it: {source.repo}, revision {source.revision}.",
            f"Look at {source.url}. If you see it there, log in with `hf auth login` and run "
            f"{again} again.",
        )
    if isinstance(error, OfflineModeIsEnabled):
        return MissingModel(
            what,
            "This machine is set to stay offline (HF_HUB_OFFLINE).",
            f"Unset HF_HUB_OFFLINE and run {again}, or copy the files from another machine.",
        )
    if isinstance(error, HfHubHTTPError):
        return MissingModel(
            what,
            f"The Hub answered with {error.response.status_code}.",
            f"Run {again} later; what has arrived is kept.",
        )
    return MissingModel(
        what,
        f"The Hub cannot be reached or the connection broke ({type(error).__name__}).",
        f"Check the network and run {again}; what has arrived is kept.",
    )


def disk_full(card: ModelCard, folder: Path, needed: int, free: int) -> StudioError:
    """Not enough room for what is still to come."""
    return StudioError(
        f"There is not enough room for the model '{card.title}'.",
        f"{size_in_words(needed)} are still to come and the disk of {folder} has "
        f"{size_in_words(free)} left.",
        "Free some space, or set STUDIO_HOME to a folder on a larger disk; what has arrived is "
        "kept.",
    )


def not_written(
    error: OSError, card: ModelCard, folder: Path, needed: int, free: int
) -> StudioError:
    """The disk refused a write."""
    if error.errno == errno.ENOSPC:
        return disk_full(card, folder, needed, free)
    return StudioError(
        f"The model '{card.title}' could not be written.",
        f"The disk refused ({error.strerror or type(error).__name__}), in {folder}.",
        "Check that the folder may be written, or set STUDIO_HOME to another one.",
    )


def damaged(card: ModelCard, file: WeightFile) -> StudioError:
    """The hash is wrong."""
    return StudioError(
        f"The file {file.name} of '{card.title}' arrived damaged.",
        "Its content does not have the hash that was announced, so it was deleted.",
        f"Run `python -m engine models get {card.key}` again.",
    )


def another_file(card: ModelCard, file: WeightFile) -> StudioError:
    """The Hub offers something else than the card describes, or than a moment ago."""
    return StudioError(
        f"The file {file.name} of '{card.title}' was not fetched.",
        "The Hub's file is not the one that was expected; it was changed there.",
        "Run the command again; if it says the same, update this program.",
    )


def unverifiable(card: ModelCard, file: WeightFile) -> StudioError:
    """A server, usually a mirror, that does not say what the file's hash is."""
    return StudioError(
        f"The file {file.name} of '{card.title}' was not fetched.",
        "The server does not say its hash, so nobody could tell whether it arrives undamaged.",
        "Unset HF_ENDPOINT to use the Hub itself, or place the file by hand.",
    )
