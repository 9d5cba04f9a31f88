"""What can go wrong with the Hub, in words.

Each kind is a message with {places} and the facts that fill them, so that the studio can say the
same in its visitor's language.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from engine.amounts import size_in_words
from engine.errors import MissingModel
from engine.models.card import Hub, ModelCard, WeightFile

Kind: TypeAlias = Literal[
    "offline", "unreachable", "server", "gated", "not_accepted", "wrong_token", "no_repo",
    "no_revision", "no_file", "no_source", "disk_full", "not_written", "damaged", "damaged_own",
    "changed", "no_hash", "busy",
]  # fmt: skip

WORTH_ANOTHER_TRY: tuple[Kind, ...] = ("unreachable", "server")
"""What may be over in a few seconds."""

_NOT_FETCHED = "The model '{title}' could not be fetched."
_FILE_NOT_FETCHED = "The file {file} of '{title}' was not fetched."
_AGAIN = "`python -m engine models get {card}`"

MESSAGES: Mapping[Kind, tuple[str, str, str]] = MappingProxyType(
    {
        "offline": (
            _NOT_FETCHED,
            "This machine is set to stay offline (HF_HUB_OFFLINE).",
            f"Unset HF_HUB_OFFLINE and run {_AGAIN}, or copy the files from another machine.",
        ),
        "unreachable": (
            _NOT_FETCHED,
            "The Hub cannot be reached or the connection broke ({cause}).",
            f"Check the network and run {_AGAIN}; what has arrived is kept.",
        ),
        "server": (
            _NOT_FETCHED,
            "The Hub answered with {status}.",
            f"Run {_AGAIN} later; what has arrived is kept.",
        ),
        "gated": (
            _NOT_FETCHED,
            "Its owner wants its terms to be accepted first (licence: {licence}).",
            "Accept them at {page}, log in with `hf auth login` or set HF_TOKEN, and run "
            f"{_AGAIN} again.",
        ),
        "not_accepted": (
            _NOT_FETCHED,
            "Your token is right, but its account has not been given access to {repo}.",
            f"Accept the terms at {{page}} with the same account and run {_AGAIN} again.",
        ),
        "wrong_token": (
            _NOT_FETCHED,
            "The Hub does not know your access token.",
            "Make a token with read access at https://huggingface.co/settings/tokens, set HF_TOKEN "
            f"to it or log in with `hf auth login`, and run {_AGAIN} again.",
        ),
        "no_repo": (
            _NOT_FETCHED,
            "The Hub has no {repo}, or hides it from you.",
            f"Look at {{page}}. If you see it there, log in with `hf auth login` and run {_AGAIN} "
            "again; if not, update this program.",
        ),
        "no_revision": (
            _NOT_FETCHED,
            "{repo} has no version '{revision}' any more.",
            "Look at {page}, and update this program.",
        ),
        "no_file": (
            _FILE_NOT_FETCHED,
            "{repo} does not hold it (version '{revision}').",
            "Look at {page}, and update this program.",
        ),
        "no_source": (
            _NOT_FETCHED,
            "It does not come from the Hub.",
            "Built-in weights come with the program (`git checkout -- assets/pocket`); others are "
            "yours or have to be downloaded by hand from {page}.",
        ),
        "disk_full": (
            "There is not enough room for the model '{title}'.",
            "{needed} are still to come and the disk of {folder} has {free} left.",
            "Free some space, or set STUDIO_HOME to a folder on a larger disk; what has arrived "
            "is kept.",
        ),
        "not_written": (
            "The model '{title}' could not be written.",
            "The disk refused ({cause}), in {folder}.",
            "Check that the folder may be written, or set STUDIO_HOME to another one.",
        ),
        "damaged": (
            "The file {file} of '{title}' arrived damaged.",
            "Its content does not have the hash that was announced, so it was deleted.",
            f"Run {_AGAIN} again.",
        ),
        "damaged_own": (
            "The model '{title}' holds a damaged file that was not fetched by this program.",
            "It lies at {path}.",
            f"Delete or replace it there and run {_AGAIN}.",
        ),
        "changed": (
            _FILE_NOT_FETCHED,
            "The Hub's file is not the one that was expected; it was changed there.",
            "Run the command again; if it says the same, update this program.",
        ),
        "no_hash": (
            _FILE_NOT_FETCHED,
            "The server does not say its hash, so nobody could tell whether it arrives undamaged. "
            "A login page of a network or a mirror may be in the way.",
            "Open {page} in a browser; unset HF_ENDPOINT to use the Hub itself, or place the file "
            "by hand.",
        ),
        "busy": (
            "The model '{title}' is being fetched already.",
            "Another program holds {folder}.",
            "Wait for it to end, or stop it and try again.",
        ),
    }
)


class FetchError(MissingModel):
    """A model could not be fetched.

    Args:
        kind: which of MESSAGES it is.
        facts: what fills the message's places.
    """

    def __init__(self, kind: Kind, facts: Mapping[str, str]) -> None:
        super().__init__(*MESSAGES[kind], key=f"fetch_{kind}", **facts)
        self.kind: Kind = kind

    def __reduce__(self) -> Any:
        """Exceptions cross the border of a process, so they must unpickle."""
        return type(self), (self.kind, self.values)


def trouble(kind: Kind, card: ModelCard, **facts: object) -> FetchError:
    """The message of a kind about a card; `facts` are what the card does not say itself."""
    source = card.source
    known: dict[str, object] = {
        "card": card.key,
        "title": card.title,
        "licence": card.licence,
        "page": getattr(source, "url", "") or card.licence_url,
    }
    if isinstance(source, Hub):
        known |= {"repo": source.repo, "revision": source.revision}
    return FetchError(kind, {name: str(value) for name, value in (known | facts).items()})


def transport() -> type[Exception]:
    """What the Hub's HTTP client raises; which client that is depends on the library's version."""
    from huggingface_hub.errors import HfHubHTTPError

    return HfHubHTTPError.__bases__[0]


def explain(error: Exception, card: ModelCard, file: WeightFile, *, token: bool) -> FetchError:
    """The Hub's refusal, or the network's, as a message; `token`: whether one was shown."""
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if isinstance(error, GatedRepoError):  # a RepositoryNotFoundError too, so it is asked first
        return trouble("not_accepted" if token else "gated", card)
    if isinstance(error, EntryNotFoundError):
        return trouble("no_file", card, file=file.name)
    if isinstance(error, RevisionNotFoundError):
        return trouble("no_revision", card)
    if isinstance(error, RepositoryNotFoundError):
        return trouble("no_repo", card)
    if isinstance(error, OfflineModeIsEnabled):
        return trouble("offline", card)
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        if status == 401 and token:
            return trouble("wrong_token", card)
        return trouble("server", card, status=status)
    return trouble("unreachable", card, cause=type(error).__name__)


def disk_full(card: ModelCard, folder: Path, needed: int, free: int) -> FetchError:
    """Not enough room for what is still to come."""
    sizes = {"needed": size_in_words(needed), "free": size_in_words(free)}
    return trouble("disk_full", card, folder=folder, **sizes)


def not_written(
    error: OSError, card: ModelCard, folder: Path, needed: int, free: int
) -> FetchError:
    """The disk refused a write."""
    if error.errno == errno.ENOSPC:
        return disk_full(card, folder, needed, free)
    cause = error.strerror or type(error).__name__
    return trouble("not_written", card, folder=folder, cause=cause)
