"""The studio without a page: `make`, `status`, `list`, `result` and `stop` for programs.

They are the same jobs, in the same store, under the same limits. Every setting of a system is a
named parameter with its own default, made from the dataclass that the page's form is made from.
docs/api.md shows how to call them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, get_type_hints

import gradio as gr
from gradio.events import api
from gradio.utils import get_upload_folder

from engine.catalogue import SETTINGS
from engine.errors import BadInput, MissingModel
from engine.models.makers import BUILT_IN, makers
from engine.settings import parse, specs
from studio.examples import Examples
from studio.explained import explained, trouble_of, warned
from studio.intake import Intake, UnusableFile
from studio.jobs.home import owner_of
from studio.jobs.job import Job
from studio.jobs.store import Store
from studio.orders import Incomplete, Order, place_order
from studio.served import cached
from studio.words import Language, language_of, say

SYSTEM = "mimicmotion"
PAGE_SIZE = 100

_GIVEN: Mapping[str, tuple[Any, Any]] = {
    "owner": (str, inspect.Parameter.empty),
    "image": (gr.FileData | None, None),
    "motion": (gr.FileData | None, None),
    "keypoints": (gr.FileData | None, None),
    "person": (str, ""),
    "dance": (str, ""),
    "model": (Literal[(BUILT_IN, *makers(SYSTEM))], BUILT_IN),
    "consent": (bool, False),
    "language": (str, "en"),
}
"""Parameters of `make` that are no settings: name -> (type, default)."""


class Api:
    """The endpoints.

    Args:
        store: where jobs go and are read from.
        examples: people and dances that can be named.
        intake: reads what is uploaded before anything else does.
    """

    def __init__(self, store: Store, examples: Examples, intake: Intake) -> None:
        self._store = store
        self._examples = examples
        self._intake = intake

    def build(self) -> None:
        """Add the endpoints to the page that is being built."""
        endpoints: dict[str, Callable[..., Any]] = {
            "make": self._make(),
            "status": self.status,
            "list": self.list_all,
            "result": self.result,
            "stop": self.stop,
        }
        for name, function in endpoints.items():
            api(function, api_name=name, queue=False, concurrency_limit=None)

    def _make(self) -> Callable[..., dict[str, Any]]:
        """`make` with a signature that names every setting."""

        def make(*given: Any) -> dict[str, Any]:
            return self.make(**dict(zip(parameters, given, strict=True)))

        parameters, hints = _parameters()
        make.__doc__ = self.make.__doc__
        make.__annotations__ = hints | {"return": dict}
        setattr(make, "__signature__", inspect.Signature(  # noqa: B010 (functions have no such field)
            list(parameters.values()), return_annotation=dict
        ))  # fmt: skip
        return make

    def make(
        self,
        owner: str,
        image: Any,
        motion: Any,
        keypoints: Any,
        person: str,
        dance: str,
        model: str,
        consent: bool,
        language: str,
        **settings: Any,
    ) -> dict[str, Any]:
        """Queue a video and return its state, with the `id` that the other calls take.

        owner: 32 hexadecimal digits of your own choice: whoever knows them sees your videos.
        image or person: who dances, a file or one of the examples.
        motion, keypoints or dance: what is danced, a clip, a keypoint file or a built-in dance.
        model: who makes it, `pocket` or a published model whose parts are all on this machine.
        consent: the person in `image` agrees to this video, or it is you.
        """
        with _said_in(language_of(language)) as words:
            source = "video" if motion else "keypoints" if keypoints else "library"
            order = Order(
                person=_text(person),
                photo=_uploaded(image),
                consent=bool(consent),
                source=source,
                dance=_text(dance),
                motion=_uploaded(motion),
                keypoints=_uploaded(keypoints),
                model=_text(model),
            )
            checked = parse(SETTINGS[SYSTEM], settings)
            values = {name: getattr(checked, name) for name in settings}
            job = place_order(
                order, values, SYSTEM, _owner(owner), self._store, self._examples, self._intake
            )
            return self._told(job, words)

    def status(self, owner: str, id: str, language: str = "en") -> dict[str, Any]:
        """How one of your videos stands: state, step, place in the queue, and what went wrong."""
        with _said_in(language_of(language)) as words:
            return self._told(self._job(owner, id), words)

    def list_all(self, owner: str, language: str = "en") -> list[dict[str, Any]]:
        """Your videos, newest first, at most a hundred."""
        with _said_in(language_of(language)) as words:
            jobs = self._store.recent(_owner(owner), PAGE_SIZE)
            return [self._told(job, words) for job in jobs]

    def result(self, owner: str, id: str, language: str = "en") -> gr.FileData:
        """The finished video of a job; an error while there is none."""
        with _said_in(language_of(language)):
            job = self._job(owner, id)
            if job.state != "done":
                raise Incomplete("api_unfinished")
            try:
                video = cached(job.result)
            except FileNotFoundError as error:  # deleted at this moment
                raise Incomplete("api_no_job") from error
            return gr.FileData(path=video, orig_name=f"pirouette-{job.id[:8]}.mp4")

    def stop(self, owner: str, id: str, language: str = "en") -> dict[str, Any]:
        """Stop a video that waits or is being made."""
        with _said_in(language_of(language)) as words:
            job = self._job(owner, id)
            self._store.cancel(job.id, job.owner)
            return self._told(self._job(owner, id), words)

    def _job(self, owner: str, id: str) -> Job:
        job = self._store.get(id, _owner(owner))
        if job is None:
            raise Incomplete("api_no_job")
        return job

    def _told(self, job: Job, language: Language) -> dict[str, Any]:
        trouble = None
        if job.state in ("failed", "interrupted"):
            texts = explained(job.trouble, language)
            trouble = dict(zip(("what", "why", "fix"), texts, strict=True))
        return {
            "id": job.id,
            "state": job.state,
            "place": self._store.place(job.id) if job.state == "queued" else 0,
            "stage": job.stage,
            "step": job.step,
            "total": job.total,
            "seconds_left": job.seconds_left,
            "created": job.created,
            "ended": job.ended,
            "settings": dict(job.settings),
            "model": job.record.get("model") or job.model,
            "seed": job.record.get("seed"),
            "warnings": warned(job.record, language),
            "trouble": trouble,
        }


def _parameters() -> tuple[dict[str, inspect.Parameter], dict[str, Any]]:
    """The parameters of `make` and their types, settings last."""
    settings = SETTINGS[SYSTEM]
    types, usual = get_type_hints(settings), settings()
    kinds = dict(_GIVEN)
    for name, spec in specs(settings).items():
        kind = Literal[spec.choices] if spec.choices else types[name]
        kinds[name] = (kind, getattr(usual, name))
    parameters = {
        name: inspect.Parameter(
            name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=kind
        )
        for name, (kind, default) in kinds.items()
    }
    return parameters, {name: kind for name, (kind, _) in kinds.items()}


def _owner(token: object) -> str:
    owner = owner_of(token)
    if owner is None:
        raise Incomplete("api_owner")
    return owner


def _text(value: object) -> str | None:
    """A text that is not empty; whatever else a client sends counts as nothing."""
    return value if isinstance(value, str) and value else None


def _uploaded(file: Any) -> str | None:
    """The path of a file that was uploaded here; no other path of a client's is ever used."""
    if file is None:
        return None
    path = file.get("path") if isinstance(file, dict) else getattr(file, "path", None)
    if not isinstance(path, str) or "\0" in path:
        raise Incomplete("api_no_upload")
    real = Path(path).resolve()
    if not real.is_relative_to(Path(get_upload_folder()).resolve()) or not real.is_file():
        raise Incomplete("api_no_upload")
    return str(real)


@contextmanager
def _said_in(language: Language) -> Iterator[Language]:
    """Turn every refusal into an error that reaches the caller in words, and no log."""
    try:
        yield language
    except Incomplete as error:
        texts = [say(f"{error.key}_{part}", language, **error.values) for part in ("what", "fix")]
    except UnusableFile as error:
        texts = list(explained(error.trouble, language))
    except (BadInput, MissingModel) as error:
        texts = list(explained(trouble_of(error), language))
    else:
        return
    raise gr.Error(" ".join(texts), print_exception=False)
