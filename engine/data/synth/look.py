"""Who a drawn dancer is: face, hair, outfit, body, place; and how to say it in words."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from engine.data.synth.body import Proportions
from engine.data.synth.moves import MOVES

Colour = tuple[int, int, int]
T = TypeVar("T")

HAIR_STYLES = (
    "short", "side_part", "bob", "long", "wavy", "ponytail", "bun", "afro", "curly", "spiky",
    "pigtails", "quiff", "buzz", "bald",
)  # fmt: skip
TOPS = ("t-shirt", "long-sleeved shirt", "hoodie", "vest top", "crop top", "jacket", "blouse")
BOTTOMS = ("trousers", "wide trousers", "shorts", "skirt", "long skirt", "leggings")
PATTERNS = ("plain", "stripes", "pinstripes", "dots", "checks", "band", "heart")
SHOES = ("sneakers", "boots", "flats")
BACKGROUNDS = (
    "studio", "stage", "park", "street", "room", "beach", "night city", "disco", "garden", "shapes",
    "mountains", "gym",
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """Every choice of appearance as plain numbers, words and RGB colours.

    Attributes:
        accent: the pattern's colour on the top; `bottom_accent` on the lower garment.
        dress: the top and a skirt are one garment.
        beard: "none", "stubble", "full", "moustache" or "goatee".
        glasses: "none", "round", "square" or "sun".
        hat: "none", "cap", "beanie" or "headband".
        eye_size, eye_gap, mouth_width, nose_size, brow_weight, jaw: around 1, face geometry.
    """

    skin: Colour = (236, 188, 154)
    hair: Colour = (84, 52, 36)
    hair_style: str = "short"
    eyes: Colour = (74, 52, 40)
    lips: Colour = (196, 92, 88)
    beard: str = "none"
    glasses: str = "none"
    glasses_colour: Colour = (60, 54, 60)
    hat: str = "none"
    hat_colour: Colour = (200, 80, 70)
    earrings: bool = False
    freckles: bool = False
    lashes: bool = False
    eye_size: float = 1.0
    eye_gap: float = 1.0
    mouth_width: float = 1.0
    nose_size: float = 1.0
    brow_weight: float = 1.0
    jaw: float = 1.0
    top: str = "t-shirt"
    top_colour: Colour = (90, 140, 200)
    top_pattern: str = "plain"
    accent: Colour = (250, 244, 230)
    bottom: str = "trousers"
    bottom_colour: Colour = (60, 70, 110)
    bottom_pattern: str = "plain"
    bottom_accent: Colour = (230, 226, 216)
    dress: bool = False
    shoes: str = "sneakers"
    shoe_colour: Colour = (250, 250, 246)
    sole_colour: Colour = (255, 255, 255)
    socks: Colour | None = None
    body: Proportions = field(default_factory=Proportions)
    background: str = "studio"
    background_seed: int = 0
    background_colour: Colour | None = None


_SKINS: tuple[Colour, ...] = (
    (255, 224, 200), (250, 212, 184), (243, 200, 166), (236, 188, 150), (224, 172, 128),
    (208, 152, 108), (186, 128, 88), (160, 106, 72), (140, 92, 62), (116, 74, 52),
)  # fmt: skip
_HAIRS: Mapping[str, tuple[Colour, ...]] = {
    "black": ((38, 32, 38), (48, 42, 52)),
    "brown": ((92, 58, 40), (118, 76, 50), (72, 46, 36)),
    "blond": ((228, 188, 112), (240, 210, 144)),
    "red": ((190, 84, 48), (164, 66, 42)),
    "grey": ((176, 174, 178), (214, 212, 214)),
    "pink": ((236, 132, 168),),
    "blue": ((82, 124, 196),),
    "teal": ((66, 158, 158),),
    "purple": ((142, 98, 180),),
}
_EYES: tuple[Colour, ...] = ((60, 42, 36), (44, 36, 40), (84, 60, 40), (58, 96, 120), (66, 104, 74))

# Each palette: top, bottom, accent, extra. Chosen by eye so that any dancer is well dressed.
_PALETTES: tuple[tuple[Colour, Colour, Colour, Colour], ...] = (
    ((232, 93, 76), (42, 64, 98), (255, 240, 214), (246, 189, 74)),
    ((250, 202, 88), (64, 86, 132), (255, 252, 240), (228, 96, 80)),
    ((64, 156, 150), (242, 226, 196), (255, 250, 236), (236, 124, 92)),
    ((240, 136, 150), (84, 70, 112), (255, 238, 232), (252, 206, 106)),
    ((92, 112, 196), (236, 232, 226), (252, 214, 110), (240, 120, 110)),
    ((124, 176, 116), (108, 76, 58), (250, 244, 222), (240, 178, 78)),
    ((150, 104, 184), (48, 48, 72), (246, 218, 240), (250, 196, 92)),
    ((246, 244, 238), (222, 92, 82), (52, 72, 110), (250, 196, 92)),
    ((44, 58, 92), (214, 178, 130), (246, 240, 228), (226, 92, 76)),
    ((238, 150, 82), (58, 108, 112), (255, 244, 222), (250, 250, 244)),
    ((96, 180, 216), (250, 238, 214), (255, 255, 255), (244, 130, 110)),
    ((210, 70, 100), (56, 44, 64), (255, 226, 224), (240, 190, 110)),
    ((62, 62, 74), (176, 186, 200), (238, 96, 84), (248, 226, 150)),
    ((168, 208, 178), (74, 96, 120), (252, 252, 240), (238, 140, 120)),
    ((222, 176, 214), (116, 132, 190), (255, 248, 250), (250, 214, 130)),
    ((186, 62, 54), (232, 214, 182), (250, 236, 210), (66, 74, 92)),
    ((42, 122, 96), (40, 48, 62), (240, 228, 180), (240, 160, 80)),
    ((255, 222, 196), (200, 106, 84), (172, 74, 64), (84, 110, 108)),
)


def mix(a: Colour | Sequence[float], b: Colour | Sequence[float], share: float) -> Colour:
    """`share` of `b` in `a`."""
    r, g, c = (round(float(x) * (1 - share) + float(y) * share) for x, y in zip(a, b, strict=True))
    return (r, g, c)


def shade(colour: Colour, amount: float) -> Colour:
    """A darker (amount < 0) or lighter tone; shadows lean towards plum, light to cream."""
    return (
        mix(colour, (52, 26, 66), -amount) if amount < 0 else mix(colour, (255, 248, 232), amount)
    )


def random_look(rng: np.random.Generator) -> Look:
    """A person whose colours go together; the same generator state gives the same person."""

    def pick(options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        p = None if weights is None else np.array(weights) / np.sum(weights)
        return options[int(rng.choice(len(options), p=p))]

    tone = int(rng.integers(len(_SKINS)))
    skin = mix(_SKINS[tone], _SKINS[min(tone + 1, len(_SKINS) - 1)], float(rng.random()))
    hair_name = pick(tuple(_HAIRS), (5, 6, 3, 2.2, 1.4, 0.8, 0.6, 0.6, 0.6))
    if tone >= 6 and hair_name in ("blond", "red"):
        hair_name = "black"
    hair = pick(_HAIRS[hair_name])
    feminine = rng.random() < 0.55
    style = pick(HAIR_STYLES, (1, 1, 3, 3.2, 3, 3, 2.4, 1.6, 1.6, 0.3, 2, 0.2, 0.2,
                               0.05) if feminine
                 else (4, 3, 0.3, 0.5, 0.6, 0.4, 0.6, 1.6, 2.2, 2.4, 0.05, 2.4, 1.4,
                       0.7))  # fmt: skip
    beard = "none"
    if not feminine and rng.random() < 0.42:
        beard = pick(("stubble", "full", "moustache", "goatee"), (2, 3, 1.4, 1.4))
    top_colour, bottom_colour, accent, extra = pick(_PALETTES)
    if rng.random() < 0.22:
        top_colour, bottom_colour = bottom_colour, top_colour
    if sum(np.abs(np.subtract(accent, top_colour))) < 150:
        accent = (
            extra if sum(np.abs(np.subtract(extra, top_colour))) > 150 else shade(top_colour, -0.4)
        )
    dress = bool(feminine and rng.random() < 0.32)
    top = pick(TOPS, (4, 2.6, 1.6, 1.6, 1.5, 1.3, 2) if feminine else (4, 3, 2.4, 1, 0, 2.2, 0))
    if dress:
        top = pick(("t-shirt", "vest top", "long-sleeved shirt", "blouse"))
    bottom = pick(BOTTOMS, (2.4, 2, 1.6, 3, 1.4, 1.6) if feminine else (5, 1.6, 2.6, 0, 0, 0))
    if dress:
        bottom = pick(("skirt", "long skirt"), (3, 1))
    pattern = pick(PATTERNS, (3.6, 2.4, 1, 1.8, 1.4, 1.2, 0.9))
    if top in ("hoodie", "jacket") and pattern != "band":
        pattern = "plain"
    bottom_pattern = "plain" if pattern not in ("plain", "band", "heart") and not dress else pick(
        PATTERNS[:5], (7, 1.0, 1.0, 1.4, 1.4) if "skirt" in bottom else (9, 0.2, 0.8, 0.2,
            0.8))  # fmt: skip
    child = rng.random() < 0.16
    bulk = float(np.clip(rng.normal(1.0, 0.11), 0.84, 1.30))
    head = float(np.clip(rng.normal(0.222, 0.011), 0.198, 0.246)) + (0.030 if child else 0.0)
    trunk = float(rng.normal(0.268, 0.008)) - (0.01 if child else 0.0)
    neck = 0.030 if not child else 0.022
    leg = 1.0 - head - neck - trunk - 0.042 - 0.015
    body = Proportions(
        head=head,
        head_width=float(rng.uniform(0.78, 0.86)) + (0.04 if child else 0.0),
        neck=neck,
        torso=trunk,
        shoulders=(0.088 if feminine else 0.102) * (0.85 + 0.15 * bulk) - (0.008 if child else 0),
        hips=(0.054 if feminine else 0.048) * (0.7 + 0.3 * bulk),
        waist=(0.060 if feminine else 0.071) * bulk**1.3,
        upper_arm=0.158 - (0.012 if child else 0),
        forearm=0.138 - (0.010 if child else 0),
        thigh=leg * 0.52,
        shin=leg * 0.48,
        bulk=bulk,
    )
    hat = pick(("none", "cap", "beanie", "headband"), (8, 1, 0.9, 0.8 if style != "bald" else 0.1))
    if style in ("afro", "spiky", "quiff", "bun") and hat in ("cap", "beanie"):
        hat = "none"
    glasses = pick(("none", "round", "square", "sun"), (7, 1.5, 1.2, 0.45))
    shoes = pick(SHOES, (5, 1.6, 1.6 if feminine else 0.4))
    shoe_colour = pick(
        (shade(accent, 0.3), extra, (250, 248, 242), shade(bottom_colour, -0.45), (70, 60, 66))
    )
    return Look(
        skin=skin, hair=hair, hair_style=style, eyes=pick(_EYES[:3] if tone >= 5 else _EYES),
        lips=mix(skin, (196, 72, 84), 0.66 if feminine else 0.46),
        beard=beard, glasses=glasses,
        glasses_colour=pick(((50, 44, 52), (150, 88, 54), extra, (196, 70, 72))),
        hat=hat, hat_colour=pick((extra, accent, shade(bottom_colour, -0.1))),
        earrings=bool(feminine and rng.random() < 0.4),
        freckles=bool(tone < 5 and rng.random() < 0.2),
        lashes=bool(feminine),
        eye_size=float(rng.uniform(0.9, 1.16)) * (1.08 if child else 1.0),
        eye_gap=float(rng.uniform(0.94, 1.07)), mouth_width=float(rng.uniform(0.85, 1.15)),
        nose_size=float(rng.uniform(0.8, 1.2)),
        brow_weight=float(rng.uniform(0.6, 0.95) if feminine else rng.uniform(0.75, 1.15)),
        jaw=float(rng.uniform(0.9, 0.99) if feminine else rng.uniform(0.96, 1.1)),
        top=top, top_colour=top_colour, top_pattern=pattern, accent=accent, bottom=bottom,
        bottom_colour=top_colour if dress else bottom_colour,
        bottom_pattern=pattern if dress and pattern in PATTERNS[:5] else bottom_pattern,
        bottom_accent=accent if dress else pick((shade(bottom_colour, 0.45),
                                                 shade(bottom_colour, -0.3))),
        dress=dress, shoes=shoes, shoe_colour=shoe_colour,
        sole_colour=(255, 253, 248) if sum(shoe_colour) < 640 else extra,
        socks=pick((None, (250, 248, 244), accent), (2, 1.4, 1)),
        body=body, background=pick(BACKGROUNDS), background_seed=int(rng.integers(1 << 30)),
    )  # fmt: skip


_NAMES: Mapping[str, Colour] = {
    "red": (205, 60, 60), "orange": (238, 145, 75), "yellow": (248, 205, 90), "green": (90, 160,
        100),
    "teal": (60, 150, 145), "light blue": (110, 185, 220), "blue": (80, 110, 200), "navy": (44,
        58, 96),
    "purple": (145, 100, 182), "pink": (240, 140, 165), "brown": (110, 74, 52), "beige": (228,
        208, 172),
    "white": (250, 248, 242), "grey": (160, 164, 172), "black": (46, 42, 50), "mint": (168, 210,
        180),
    "lilac": (218, 178, 214), "blond": (230, 192, 118),
}  # fmt: skip


def colour_name(colour: Colour) -> str:
    """The nearest everyday name, compared in hue, lightness and colourfulness."""

    def place(c: Colour) -> np.ndarray:
        hue, light, _ = colorsys.rgb_to_hls(*(x / 255 for x in c))
        chroma = (max(c) - min(c)) / 255
        angle = 2 * np.pi * hue
        return np.array([1.6 * chroma * np.cos(angle), 1.6 * chroma * np.sin(angle), 1.1 * light])

    here = place(colour)
    return min(_NAMES, key=lambda name: float(np.linalg.norm(place(_NAMES[name]) - here)))


_PLACES = {
    "studio": "in a plain studio", "stage": "on a stage under spotlights", "park": "in a park",
    "street": "on a street", "room": "in a living room", "beach": "on a beach",
    "night city": "in front of a city at night", "disco": "on a disco floor",
    "garden": "in a garden",
    "shapes": "in front of a wall of coloured shapes", "mountains": "in the mountains",
    "gym": "in a dance hall",
}  # fmt: skip
_HAIR_WORDS = {"side_part": "side-parted", "bald": "no", "buzz": "very short"}
_WORN = {"stripes": "striped", "pinstripes": "pinstriped", "dots": "dotted", "checks": "checked",
         "band": "two-tone", "heart": "heart-print"}  # fmt: skip


def describe(look: Look, move: str | Sequence[str] | None = None) -> str:
    """One English sentence: the person, the clothes, the move (names from MOVES) and the place."""

    def garment(colour: Colour, pattern: str, name: str) -> str:
        word = f"{colour_name(colour)} {_WORN[pattern] + ' ' if pattern in _WORN else ''}{name}"
        if name in ("trousers", "wide trousers", "shorts", "leggings"):
            return word
        return ("an " if word[0] in "aeiou" else "a ") + word

    style = _HAIR_WORDS.get(look.hair_style, look.hair_style)
    hair = "no hair" if look.hair_style == "bald" else f"{style} {colour_name(look.hair)} hair"
    if look.hair_style in ("ponytail", "bun", "afro", "bob", "quiff"):
        hair = f"a {colour_name(look.hair)} {look.hair_style}"
    if look.hair_style == "pigtails":
        hair = f"{colour_name(look.hair)} pigtails"
    extras = [hair]
    if look.beard != "none":
        extras.append({"full": "a beard", "stubble": "stubble"}.get(look.beard, f"a {look.beard}"))
    if look.glasses != "none":
        extras.append("sunglasses" if look.glasses == "sun" else "glasses")
    if look.hat != "none":
        extras.append(f"a {colour_name(look.hat_colour)} {look.hat}")
    person = ", ".join(extras[:-1]) + (" and " if len(extras) > 1 else "") + extras[-1]
    if look.dress:
        clothes = garment(look.top_colour, look.top_pattern, "dress")
    else:
        clothes = garment(look.top_colour, look.top_pattern, look.top)
        clothes += " and " + garment(look.bottom_colour, look.bottom_pattern, look.bottom)
    names = [move] if isinstance(move, str) else list(move or ())
    doing = " and ".join(MOVES[name].words for name in names) or "dancing"
    return f"a dancer with {person}, wearing {clothes}, is {doing} {_PLACES[look.background]}"
