"""The cards as lines for a terminal and as the table of docs/models.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.amounts import memory_in_words, size_in_words
from engine.models.card import ByHand, Hub, ModelCard, Pocket
from engine.models.resolve import Found, default_home, resolve, unfinished


def rows(cards: Iterable[ModelCard]) -> Iterator[str]:
    """Two lines for each card: what it is and whether it is here; what its licence allows."""
    cards = list(cards)
    home = default_home()
    width = max(len(card.key) for card in cards)
    for card in cards:
        here = isinstance(resolve(card, home), Found)
        state = "here" if here else "partly" if unfinished(card, home) else "missing"
        yield f"{card.key:{width}}  {state:7}  {size_in_words(card.bytes):>8}  {card.title}"
        yield f"{'':{width}}  {'':7}  {'':8}  licence: {card.licence}{_terms(card)}"


def _terms(card: ModelCard) -> str:
    source = card.source
    gated = "; gated: accept its terms on its page first" if _gated(card) else ""
    by_hand = f"; by hand, from {source.url}" if isinstance(source, ByHand) else ""
    return (
        f" ({'commercial use allowed' if card.commercial else 'no commercial use'}){gated}{by_hand}"
    )


def markdown(cards: Iterable[ModelCard]) -> str:
    """A table of the published cards, and one row for all that is built in."""
    head = "| name | what it is | files | size | from | licence | commercial use | memory |"
    lines = [head, "|" + "---|" * (head.count("|") - 1)]
    built_in = [card for card in cards if isinstance(card.source, Pocket)]
    if built_in:
        size = size_in_words(sum(card.bytes for card in built_in))
        lines.append(
            "| `pocket` | Built-in models. Small, trained by the project on dancers that it draws "
            f"itself. | `assets/pocket` | {size} | comes with the program | "
            f"[Apache-2.0]({built_in[0].licence_url}) | yes | under 2 GB |"
        )
    lines += [_line(card) for card in cards if not isinstance(card.source, Pocket)]
    return "\n".join(lines)


def _line(card: ModelCard) -> str:
    source, memory = card.source, card.memory
    where = f"[{source.repo}]({source.url})" if isinstance(source, Hub) else ""
    if _gated(card):
        where += ", gated"
    if isinstance(source, ByHand):
        where = f"[by hand]({source.url})"
    needs = " Needs " + ", ".join(f"`{key}`" for key in card.needs) + "." if card.needs else ""
    cells = (
        f"`{card.key}`",
        f"{card.title}. {card.note}{needs}",
        "<br>".join(f"`{file.name}`" for file in card.files),
        size_in_words(card.bytes),
        where,
        f"[{card.licence}]({card.licence_url})",
        "yes" if card.commercial else "**no**",
        _memory(memory.graphics, memory.main) if memory else "",
    )
    return "| " + " | ".join(cells) + " |"


def _memory(graphics: int, main: int) -> str:
    without = memory_in_words(main)
    return f"{memory_in_words(graphics)} on a graphics card, or {without}" if graphics else without


def _gated(card: ModelCard) -> bool:
    return isinstance(card.source, Hub) and card.source.gated
