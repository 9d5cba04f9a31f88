"""What can be typed. Light: nothing heavy is imported to show the help or to find a typing error.

The options are a contract that scripts rely on (design.md, section 6).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from engine.errors import BadInput

SYSTEMS = ("dreamoving", "mimicmotion", "motionbooth", "followyourpose")
_DEVICES = ("auto", "cpu", "cuda", "mps")


class _Parser(argparse.ArgumentParser):
    """A parser that explains a typing error as every other error is explained."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(
            "The command was not understood.",
            f"{message[:1].upper()}{message[1:]}.",
            f"See: {self.prog} --help",
        )


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read a command line. Raises BadInput for a typing error, SystemExit(0) after `--help`."""
    return _parser().parse_args(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m engine",
        description="Make dance videos, train and measure the systems that make them.",
        epilog="Progress goes to stderr; the last line of stdout is the path of the result. "
        "Exit status: 0 done, 2 bad input or a missing model, 130 stopped.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _generate(commands)
    _pose(commands)
    _train(commands)
    _evaluate(commands)
    _data(commands)
    _models(commands)
    return parser


Commands = argparse._SubParsersAction  # argparse has no public name for it


def _generate(commands: Commands[_Parser]) -> None:
    command = commands.add_parser("generate", help="make a video")
    command.set_defaults(command="generate")
    _add_system(command)
    command.add_argument("--out", type=Path, required=True, metavar="OUT.mp4")
    command.add_argument("--image", type=Path, metavar="PHOTO", help="who dances")
    command.add_argument(
        "--motion",
        metavar="FILE|NAME",
        help="the dance: a video, a skeleton video, a keypoint file, or a built-in dance",
    )
    for option, kind, metavar in (  # of systems that are not built yet: refused until they are
        ("--face", Path, "PICTURE"),
        ("--outfit", Path, "PICTURE"),
        ("--depth", Path, "FILE"),
        ("--prompt", str, "TEXT"),
        ("--boxes", Path, "BOXES.json"),
        ("--camera", str, "CX,CY"),
        ("--subject", str, "NAME|FOLDER"),
    ):
        command.add_argument(option, type=kind, metavar=metavar, help="not in this version")
    command.add_argument("--frames", type=int, metavar="N", help="how many frames to make")
    command.add_argument("--seed", type=int, metavar="N")
    command.add_argument(
        "--estimate", action="store_true", help="make nothing; say how long and how much memory"
    )
    command.add_argument(
        "--scratch",
        type=Path,
        metavar="DIR",
        help="keep finished steps there; the same command goes on from them after a cut",
    )
    _add_device(command)
    _add_settings(command)


def _pose(commands: Commands[_Parser]) -> None:
    command = commands.add_parser("pose", help="find the pose in a clip")
    command.set_defaults(command="pose")
    command.add_argument("--motion", type=Path, required=True, metavar="VIDEO")
    command.add_argument("--out", type=Path, required=True, metavar="POSES.json")
    command.add_argument("--preview", type=Path, metavar="OUT.mp4", help="draw the poses, too")
    command.add_argument(
        "--person",
        type=int,
        choices=range(9),
        default=0,
        metavar="N",
        help="whom to follow of several, counted from the left (0: the largest)",
    )
    _add_device(command)


def _train(commands: Commands[_Parser]) -> None:
    command = commands.add_parser("train", help="train one stage of a system")
    command.set_defaults(command="train")
    command.add_argument("--system", choices=SYSTEMS, required=True)
    command.add_argument("--stage", required=True, metavar="NAME")
    command.add_argument("--data", type=Path, required=True, metavar="DIR")
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command.add_argument(
        "--model", default="", metavar="pocket|CARD|FOLDER", help="on clips: what to begin with"
    )
    command.add_argument(
        "--resume", action="store_true", help="go on where the run in --out was stopped"
    )
    _add_device(command)
    _add_settings(command)


def _evaluate(commands: Commands[_Parser]) -> None:
    command = commands.add_parser("evaluate", help="measure a system on dancers it never saw")
    command.set_defaults(command="evaluate")
    _add_system(command)
    command.add_argument("--out", type=Path, required=True, metavar="REPORT.json")
    command.add_argument("--people", type=_positive, default=24, metavar="N", help="(24)")
    command.add_argument(
        "--ablation",
        choices=("fusion", "confidence", "training", "ideas"),
        help="what an idea of the paper brings; training and ideas compare with --weights",
    )
    command.add_argument(
        "--seeds", type=_positive, default=2, metavar="N", help="of each person in an ablation (2)"
    )
    command.add_argument(
        "--weights",
        action="append",
        default=[],
        type=_assignment,
        metavar="NAME=FOLDER",
        help="pocket weights to compare, the first with the others",
    )
    _add_device(command)
    _add_settings(command)


def _data(commands: Commands[_Parser]) -> None:
    kinds = commands.add_parser("data", help="make training data").add_subparsers(
        title="kinds", required=True, metavar="KIND"
    )
    prepare = kinds.add_parser("prepare", help="make a folder of videos ready to be trained on")
    prepare.set_defaults(command="data prepare")
    prepare.add_argument("folder", type=Path, metavar="FOLDER", help="videos, in sub-folders, too")
    prepare.add_argument("--out", type=Path, required=True, metavar="DIR")
    prepare.add_argument("--model", default="pocket", metavar="pocket|svd|CARD|FOLDER")
    prepare.add_argument(
        "--resolution",
        type=_positive,
        default=576,
        metavar="PIXELS",
        help="shorter side for public weights, a multiple of 64 (576)",
    )
    _add_device(prepare)
    synth = kinds.add_parser("synth", help="draw dancers: an mp4, poses and a caption of each")
    synth.set_defaults(command="data synth")
    synth.add_argument("dance", nargs="?", metavar="DANCE", help="a built-in dance; else any")
    synth.add_argument("--out", type=Path, required=True, metavar="DIR")
    synth.add_argument("--count", type=_positive, default=8, metavar="N", help="dancers (8)")
    synth.add_argument("--frames", type=_positive, default=48, metavar="N", help="of each (48)")
    synth.add_argument("--size", type=_positive, default=256, metavar="PIXELS", help="side (256)")
    synth.add_argument("--seed", type=int, default=0, metavar="N", help="of the first one (0)")
    synth.add_argument(
        "--dancer", type=int, metavar="N", help="the person of this seed in all of them"
    )


def _models(commands: Commands[_Parser]) -> None:
    kinds = commands.add_parser("models", help="see, check and get weights").add_subparsers(
        title="kinds", required=True, metavar="KIND"
    )
    for name, help in (
        ("list", "what there is and what is on this machine"),
        ("check", "compare every weight file on this machine with its card"),
        ("get", "download one and what it needs; shows size and licence and asks first"),
        ("remove", "delete what was downloaded of one"),
    ):
        command = kinds.add_parser(name, help=help)
        command.set_defaults(command=f"models {name}")
        if name == "list":
            command.add_argument("--markdown", action="store_true", help="as in docs/models.md")
        else:
            command.add_argument("name", nargs="?" if name == "check" else None, metavar="CARD")
        if name == "get":
            command.add_argument("--yes", action="store_true", help="agree to the licences")


def _add_system(command: argparse.ArgumentParser) -> None:
    command.add_argument("--system", choices=SYSTEMS, required=True)
    command.add_argument("--model", default="pocket", metavar="pocket|CARD|FOLDER")


def _add_device(command: argparse.ArgumentParser) -> None:
    command.add_argument("--device", choices=_DEVICES, default="auto")


def _add_settings(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--set",
        action="append",
        default=[],
        type=_assignment,
        dest="settings",
        metavar="NAME=VALUE",
        help="any setting of the system; may be repeated",
    )


def _assignment(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise argparse.ArgumentTypeError(f"'{text[:60]}' is not name=value")
    return name.strip().replace("-", "_"), value.strip()


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text[:60]}' is not a number above 0")
    return int(text)
