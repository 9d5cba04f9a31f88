"""The Gallery tab: what a visitor has made, and settings back from files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

from studio.belongings import Belongings, parcels
from studio.choices import choices_of, choices_of_record
from studio.examples import Examples
from studio.forms import apply_settings
from studio.jobs.home import owner_of
from studio.jobs.job import LIVE, Job, State
from studio.jobs.store import Store
from studio.names import clean_title, name_of
from studio.pack import pack
from studio.page import IN_LANGUAGE, QUIET, event_says
from studio.parts import gallery, gallery_drop, gallery_player, gallery_wings, notice
from studio.parts.dropped import Dropped
from studio.restore import NotRestorable, Restored, read
from studio.served import address
from studio.words import Language, label, language_of, say

PAGE = 24
"""How many results are shown at first, and how many more with each "show older"."""

_ENDED: tuple[State, ...] = ("done", "failed", "cancelled", "interrupted")
_MOST_LIVE = 50
_MOST_PACKED = 2000
_FETCH = """(address) => {
  if (!address) return;
  const link = document.createElement('a');
  link.href = address;
  link.download = 'pirouette.zip';
  link.click();
}"""


class Gallery:
    """The tab's components and what happens when they are used.

    Args:
        store: where jobs are read from.
        examples: the people and dances that a record may mean.

    Attributes:
        wanted: after `build`: a state with the `Choices` that the visitor wants to use again.
        uses: after `build`: the events that set it; what comes after them fills the form with it.
    """

    def __init__(self, store: Store, examples: Examples) -> None:
        self._store = store
        self._examples = examples
        self._belongings = Belongings(store)

    def build(self, token: gr.BrowserState) -> None:
        """Lay the tab out, and wire it; `token` is the visitor's."""
        with gr.Column(elem_id="gallery"):
            with gr.Row(elem_id="gallery-head"):
                gr.Markdown("## " + label("gallery_title"), elem_id="gallery-title")
                self._all = gr.Button(
                    label("gallery_all"), elem_id="gallery-all", size="sm", min_width=120
                )
            self._notice = notice.notice("gallery-notice")
            self._wings = gallery_wings.wings("wings")
            self._wall = gallery.gallery(self._examples, "works")
            self._drop = gallery_drop.drop("restore")
            self._file = Dropped(
                label=label("restore_file"), visible="hidden", elem_id="restore-file"
            )
        self._player = gallery_player.player("player")
        self._wire(token)

    def _wire(self, token: gr.BrowserState) -> None:
        self.wanted = gr.State(None)  # the Choices to use again
        count = gr.State(PAGE)
        seen = gr.State({})  # what this page was sent
        found = gr.State(None)  # what the dropped file gave
        page = gr.Textbox(visible=False)  # its value is replaced by IN_LANGUAGE
        parcel = gr.Textbox(visible=False)  # the address of a zip file, on its way to _FETCH

        def on(event: Any, act: Any, inputs: list[Any], outputs: list[Any]) -> Dependency:
            return event(act, inputs, outputs, js=IN_LANGUAGE, **QUIET)

        view = [self._wings, self._wall, seen]
        acted = [self._player, self._notice, *view]
        asked = [token, count, seen, page]
        on(self._wall.look, self.look, asked, view)
        on(self._wall.older, self.older, asked, [count, *view])
        on(self._wings.stop, self.stop, asked, view)
        for opened in (self._wall.open, self._player.open):
            on(opened, self.open, asked, acted)
        on(self._player.rename, self.rename, asked, acted)
        on(self._player.remove, self.remove, asked, acted)
        on(self._file.upload, self.restore, [self._file, page],
           [self._drop, found, self._notice, self._file])  # fmt: skip
        self._all.click(
            self.download_all, [token, page], [self._all, parcel, self._notice],
            js=IN_LANGUAGE, concurrency_limit=2, **{**QUIET, "queue": True},
        ).then(None, parcel, None, js=_FETCH)  # fmt: skip
        self.uses = [
            on(self._player.use, self.use, [token, page], [self.wanted, self._notice]),
            on(self._drop.use, self.use_found, [found, page], [self.wanted, self._notice]),
        ]

    # --- to see ---------------------------------------------------------------------------------

    def look(
        self, token: object, count: int, seen: Mapping[str, Any], page: str, event: gr.EventData
    ) -> tuple[Any, ...]:
        """The wall as it is now; only what this page does not have yet is sent."""
        lost = bool(event_says(event).get("all"))
        return self._view(owner_of(token), count, {} if lost else seen, language_of(page))

    def older(
        self, token: object, count: int, seen: Mapping[str, Any], page: str
    ) -> tuple[Any, ...]:
        """The wall with one more page of older results."""
        more = int(count) + PAGE
        return (more, *self._view(owner_of(token), more, seen, language_of(page)))

    def open(
        self, token: object, count: int, seen: Mapping[str, Any], page: str, event: gr.EventData
    ) -> tuple[Any, ...]:
        """One result, large."""
        language = language_of(page)
        job = self._job(token, event)
        view = self._view(owner_of(token), count, seen, language)
        if job is None or job.live:
            return (None, notice.missing("gone", language), *view)
        return (gallery_player.detail(job, language), None, *view)

    # --- to change ------------------------------------------------------------------------------

    def stop(
        self, token: object, count: int, seen: Mapping[str, Any], page: str, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Stop a job that runs or waits."""
        owner = owner_of(token)
        if owner:
            self._store.cancel(event_says(event).get("id"), owner)
        return self._view(owner, count, seen, language_of(page))

    def rename(
        self, token: object, count: int, seen: Mapping[str, Any], page: str, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Give a result a name; an empty one takes the name of the dance back."""
        job, title = self._job(token, event), event_says(event).get("title")
        if job is not None and isinstance(title, str):
            self._store.rename(job.id, job.owner, clean_title(title[:1000]))
        return self.open(token, count, seen, page, event)

    def remove(
        self, token: object, count: int, seen: Mapping[str, Any], page: str, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Delete a result for good, with what was given for it and what was served of it."""
        language = language_of(page)
        job = self._job(token, event)
        said = notice.missing("gone", language)
        if job is not None:
            key = "gallery_deleted" if self._belongings.delete(job) else "gallery_deleted_part"
            said = {**notice.missing(key, language), "tone": "done"}
        return (None, said, *self._view(owner_of(token), count, seen, language))

    # --- to use again ---------------------------------------------------------------------------

    def use(self, token: object, page: str, event: gr.EventData) -> tuple[Any, ...]:
        """What a result was made from, for the form of the Dance tab."""
        job = self._job(token, event)
        if job is None:
            return None, notice.missing("gone", language_of(page))
        return choices_of(job), None

    def use_found(self, found: Restored | None, page: str) -> tuple[Any, ...]:
        """What the dropped file gave, for the form of the Dance tab."""
        if found is None:  # the server was restarted since
            return None, notice.missing("restore_again", language_of(page))
        filled = apply_settings(found.settings, found.words, found.system)
        return choices_of_record(filled, found.model, found.fps), None

    def restore(self, path: str | None, page: str) -> tuple[Any, ...]:
        """Read a dropped file; say politely why if it gives nothing."""
        language = language_of(page)
        if path is None:
            return gr.skip(), gr.skip(), gr.skip(), None
        try:
            found = read(Path(path), self._examples)
        except NotRestorable as error:
            said = notice.missing(f"restore_{error.key}", language)
            return gallery_drop.nothing(), None, said, None
        return gallery_drop.finding(found, language), found, None, None

    def download_all(self, token: object, page: str) -> Iterator[tuple[Any, ...]]:
        """Pack the newest results into one zip file and send its address."""
        language = language_of(page)
        yield gr.update(value=say("gallery_packing", language), interactive=False), "", None
        owner = owner_of(token)
        jobs = self._store.page(owner, _MOST_PACKED, states=("done",)) if owner else []
        button = gr.update(value=say("gallery_all", language), interactive=True)
        if not jobs:
            yield button, "", notice.missing("pack_nothing", language)
            return
        named = [(job, name_of(job, language)) for job in jobs]
        packed = pack(named, parcels(jobs[0].owner))
        key = "pack_part" if packed.left_out else "pack_done"
        said = {
            "what": say(f"{key}_what", language, count=packed.count),
            "fix": say(f"{key}_fix", language, count=packed.count),
            "tone": "done",
        }
        yield button, address(packed.path), said

    # --- inside ---------------------------------------------------------------------------------

    def _job(self, token: object, event: gr.EventData) -> Job | None:
        """The visitor's own job that an event means; the id comes from a client."""
        owner = owner_of(token)
        return self._store.get(event_says(event).get("id"), owner) if owner else None

    def _view(
        self, owner: str | None, count: int, seen: Mapping[str, Any], language: Language
    ) -> tuple[Any, ...]:
        live = self._store.page(owner, _MOST_LIVE, states=LIVE) if owner else []
        ended = self._store.page(owner, count + 1, states=_ENDED) if owner else []
        places = [(job, self._store.place(job.id) if job.state == "queued" else 0) for job in live]
        wings = gallery_wings.waiting(places, language)
        wall = gallery.wall(
            ended[:count], len(ended) > count, bool(live), seen.get("sent", {}), language
        )
        new = {"wings": wings, "wall": wall.mark, "sent": wall.sent}
        return (
            gr.skip() if seen.get("wings") == wings else wings,
            gr.skip() if seen.get("wall") == wall.mark else wall.value,
            new,
        )
