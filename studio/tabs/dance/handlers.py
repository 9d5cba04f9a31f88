"""What happens on the Dance tab when something is used: plain functions of what the page sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from engine.errors import StudioError
from engine.models.makers import require_maker
from studio.choices import NOTHING, Choices, choices_of, choices_of_record
from studio.drafts import Drafts
from studio.examples import FIRST_DANCE, FIRST_PERSON, Examples
from studio.explained import trouble_of
from studio.forms import Form, apply_settings
from studio.intake import Intake, Role, UnusableFile
from studio.jobs.home import new_token, owner_of
from studio.jobs.job import Job
from studio.jobs.limits import Refused
from studio.jobs.store import Store
from studio.orders import Incomplete, place_order
from studio.page import event_says
from studio.parts import notice
from studio.parts.card import longer
from studio.presets import Preset
from studio.served import cached
from studio.tabs.dance.choosing import CAST, LEADING, Choosing
from studio.tabs.dance.making import Making
from studio.tabs.dance.show import Sent, updates
from studio.view import look
from studio.words import Language, language_of


class Handlers(Choosing):
    """The handlers of one page layout.

    Args:
        store, drafts, examples, intake, presets: what they work with.
        making: the choice of who makes the video.
        form: the settings on the page.

    `given` is what `layout.Fields.components` hold, and what `fill` returns goes to them.
    """

    def __init__(
        self,
        store: Store,
        drafts: Drafts,
        examples: Examples,
        intake: Intake,
        presets: Mapping[str, Preset],
        form: Form,
        making: Making,
    ) -> None:
        super().__init__(examples, intake, form, making)
        self._store, self._drafts, self._presets = store, drafts, presets

    # --- who comes and goes ---------------------------------------------------------------------

    def first(self) -> Choices:
        """What is chosen for someone who comes for the first time."""
        return Choices(replace(NOTHING, person=FIRST_PERSON, dance=FIRST_DANCE))

    def arrive(self, token: object, page: str) -> tuple[Any, ...]:
        """A page was opened: know the visitor and their choices again, and how the work stands."""
        known = token if owner_of(token) else new_token()
        draft = self._drafts.load(owner_of(known) or "")
        if draft is not None:  # an older studio may have kept what this one's form cannot show
            draft = replace(draft, settings=apply_settings(draft.settings).settings)
        chosen = draft or self.first()
        gone = self._making.gone(chosen.order.model, language_of(page))
        filled = self.fill(chosen, page)
        return (known, True, gone, *self.look(known, None, {}, page), *filled)

    def keep(self, token: object, arrived: bool, *given: Any) -> None:
        """Something was chosen: keep it for a reload. What is not valid yet is not kept."""
        owner = owner_of(token)
        if owner is None or not arrived:
            return
        try:
            choices = self.chosen(given, wait=False)
        except StudioError:
            return
        if choices.order.person is not None:  # its picture is ours: not an upload to be kept
            choices = replace(choices, order=replace(choices.order, photo=None))
        self._drafts.save(owner, choices)

    # --- to see ---------------------------------------------------------------------------------

    def look(self, token: object, shown: object, sent: Sent, page: str) -> tuple[Any, ...]:
        """The view as updates: what the page has already is skipped."""
        view = look(self._store, owner_of(token), shown, language_of(page), self._examples)
        return updates(view, sent)

    def tick(
        self, token: object, shown: object, sent: Sent, seen: object, page: str
    ) -> tuple[Any, ...]:
        """The view as updates, but for `shown`: while this was asked, another one may be chosen."""
        view = look(self._store, owner_of(token), shown, language_of(page), self._examples)
        return updates(view, sent, seen)[1:]

    def choose(self, token: object, sent: Sent, page: str, event: gr.EventData) -> tuple[Any, ...]:
        """Put a job of the shelf on the stage."""
        return self.look(token, event_says(event).get("id"), sent, page)

    def sample(self, token: object, sent: Sent, page: str, event: gr.EventData) -> tuple[Any, ...]:
        """Put an example on the stage, and its person and dance into the form."""
        one = self._examples.sample(event_says(event).get("key"))
        if one is None:
            return (gr.skip(),) * CAST + self.look(token, None, sent, page)
        filled = self.fill(Choices(replace(NOTHING, person=one.person, dance=one.dance)), page)
        return (*filled[:CAST], *self.look(token, one.key, sent, page))

    # --- to order -------------------------------------------------------------------------------

    def make(self, token: object, shown: object, sent: Sent, *given: Any) -> tuple[Any, ...]:
        """Place the order, or say beside the button what is missing; the form stays as it is."""
        language = language_of(given[-1])
        owner = owner_of(token)
        try:
            if owner is None:
                raise Incomplete("no_visitor")
            job = self._placed(self.chosen(given[:-1]), owner)
        except Incomplete as error:
            return (
                notice.missing(error.key, language, **error.values),
                *self.look(token, shown, sent, given[-1]),
            )
        except (UnusableFile, StudioError) as error:
            trouble = error.trouble if isinstance(error, UnusableFile) else trouble_of(error)
            return (notice.refused(trouble, language), *self.look(token, shown, sent, given[-1]))
        return (None, *self.look(token, self._stage_after(shown, owner, job), sent, given[-1]))

    # What the card asks is for the job that it shows: it says which one that is.

    def stop(self, token: object, sent: Sent, page: str, event: gr.EventData) -> tuple[Any, ...]:
        """Stop the job on the stage."""
        owner, shown = owner_of(token), event_says(event).get("id")
        if owner:
            self._store.cancel(shown, owner)
        return self.look(token, shown, sent, page)

    def again(self, token: object, sent: Sent, page: str, event: gr.EventData) -> tuple[Any, ...]:
        """The same by the same model once more, with a seed that is drawn anew."""
        return self._repeat(token, event_says(event).get("id"), sent, page, {"seed": -1})

    def longer(self, token: object, sent: Sent, page: str, event: gr.EventData) -> tuple[Any, ...]:
        """The same person, dance and seed, with twice as many frames."""
        shown = event_says(event).get("id")
        job = self._job(token, shown)
        frames = longer(job, self._store.limits.frames) if job else 0
        if job and not frames:  # the card does not offer it
            return (None, *self.look(token, shown, sent, page))
        changes = {"num_frames": frames, "seed": job.record.get("seed", -1)} if job else {}
        return self._repeat(token, shown, sent, page, changes)

    def resume(self, token: object, sent: Sent, page: str, event: gr.EventData) -> tuple[Any, ...]:
        """Go on with what ended without a result: from its last step, or from the start."""
        owner, shown = owner_of(token), event_says(event).get("id")
        note = None
        try:
            if owner is None or not self._store.resume(shown, owner):
                raise Refused("gone")
        except Refused as error:
            note = notice.missing(error.key, language_of(page), **error.values)
        return (note, *self.look(token, shown, sent, page))

    def use(self, token: object, page: str, event: gr.EventData) -> tuple[Any, ...]:
        """Fill the form with what the job on the stage was made from, its seed included."""
        job = self._job(token, event_says(event).get("id"))
        if job is None:
            return (notice.missing("gone", language_of(page)), *self.fill(None, page))
        return self._filled(choices_of(job), page)

    def take(self, choices: object, page: str) -> tuple[Any, ...]:
        """Fill the form with what another tab asks for; it is asked for once."""
        if not isinstance(choices, Choices):
            return (gr.skip(), *self.fill(None, page), None)
        return (*self._filled(choices, page), None)

    # --- while choosing -------------------------------------------------------------------------

    def picked(
        self, person: object, photo: str | None, model: str | None, page: str
    ) -> tuple[Any, ...]:
        """An example person was picked: show the picture instead of `photo`; nobody has to agree.

        For the photo, the consent and the choice of the model.
        """
        path = self._examples.people.get(person) if isinstance(person, str) else None
        if path is None:
            return gr.skip(), gr.skip(), gr.skip()
        maker = self._making.picked(photo, model, str(person), page)
        return cached(path), gr.update(visible=False, value=False), maker

    def uploaded(
        self, person: str | None, photo: str | None, model: str | None, page: str
    ) -> tuple[Any, ...]:
        """A picture was given, so consent is asked for, or taken away; `person` was there before.

        For the example, which no longer counts, the consent and the choice of the model.
        """
        maker = self._making.uploaded(model, person, page)
        return None, gr.update(visible=photo is not None, value=False), maker

    def checked(self, role: Role) -> Callable[[str | None, str], dict[str, str] | None]:
        """A file was uploaded or taken away: say at once whether it can be used."""

        def check(file: str | None, page: str) -> dict[str, str] | None:
            trouble = self._intake.check(Path(file), role).trouble if file else None
            return notice.refused(trouble, language_of(page)) if trouble else None

        return check

    def sourced(self, source: str) -> list[Any]:
        """Show the fields that the chosen source needs: see `tab.Dance` for their order."""
        own = source != "library"
        bound = filter(None, (self._form.spec(name).when for name in self._form.added))
        mine = (source == "video" if when == "video" else own for when in bound)
        seen = [not own, source == "video", source == "keypoints", own, *mine]
        return [gr.update(visible=one) for one in seen]

    def preset(self, key: object) -> list[Any]:
        """The settings of a preset, for the settings on the page; a seed that was typed stays."""
        if key not in self._presets:
            return [gr.skip()] * len(self._form.components)
        choices = choices_of_record(apply_settings(self._presets[str(key)].settings))
        shown = dict(zip(self._form.added, self._form.shown(choices.settings), strict=True))
        return [*(shown | {"seed": gr.skip()}).values()]

    def preset_of(self, *given: Any) -> str | None:
        """The preset that the settings on the page are, whatever the seed; None if none is.

        A preset's length is meant in seconds, so every dance has the usual rate here.
        """
        try:
            settings = self._form.values(given[LEADING:-1])
        except StudioError:
            return None
        for key, one in self._presets.items():
            if {**apply_settings(one.settings).settings, "seed": settings["seed"]} == settings:
                return key
        return None

    # --- inside ---------------------------------------------------------------------------------

    def _filled(self, choices: Choices, page: str) -> tuple[Any, ...]:
        """A notice and the fields: what a video was made with, as far as it can be had here."""
        language = language_of(page)
        gone = self._making.gone(choices.order.model, language)
        return (gone or _used(language), *self.fill(choices, page))

    def _placed(self, choices: Choices, owner: str) -> Job:
        settings = self._form.check(choices.for_engine())
        return place_order(
            choices.order, settings, self._form.system, owner,
            self._store, self._examples, self._intake,
        )  # fmt: skip

    def _repeat(
        self, token: object, shown: object, sent: Sent, page: str, changes: Mapping[str, Any]
    ) -> tuple[Any, ...]:
        owner = owner_of(token)
        language: Language = language_of(page)
        try:
            if owner is None:
                raise Incomplete("no_visitor")
            before = self._store.get(shown, owner)
            if before is not None:  # another model would not make "the same again"
                require_maker(before.model, before.system, self._store.home)
            job = self._store.again(shown, owner, changes)
        except (Incomplete, Refused) as error:
            return (
                notice.missing(error.key, language, **error.values),
                *self.look(token, shown, sent, page),
            )
        except StudioError as error:
            note = notice.refused(trouble_of(error), language)
            return (note, *self.look(token, shown, sent, page))
        return (None, *self.look(token, job.id, sent, page))

    def _job(self, token: object, shown: object) -> Job | None:
        owner = owner_of(token)
        return self._store.get(shown, owner) if owner else None

    def _stage_after(self, shown: object, owner: str, job: Job) -> object:
        """What runs stays on the stage; the new job is on the shelf."""
        before = self._store.get(shown, owner)
        return shown if before is not None and before.live else job.id


def _used(language: Language) -> dict[str, str]:
    return {**notice.missing("used", language), "tone": "done"}
