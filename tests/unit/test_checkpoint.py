"""Weights in and out: strictly, in plain words, and never by running what a file says."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.errors import CheckpointMismatch
from engine.models.checkpoint import build, compare, load, load_into, save, shapes
from engine.models.layout import MIMICMOTION
from engine.models.strangers import guess
from engine.models.weight_file import read
from engine.nets.controls import PoseNet
from engine.nets.unet import VideoUNet
from engine.papers.mimicmotion import RELEASED

KEYS = Path(__file__).parents[2].parent / "shared/parity/mimicmotion/official_checkpoint_keys.json"


class Net(nn.Module):
    """Twelve tensors, one of them an integer."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(5))
        self.norm = nn.BatchNorm1d(width, affine=False)


def trained(width: int = 4) -> Net:
    torch.manual_seed(0)
    return Net(width)


def metadata(path: Path) -> dict[str, str]:
    with safe_open(path, framework="pt") as file:
        return file.metadata()


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    path, net = tmp_path / "a" / "net.safetensors", trained()
    save(path, net, {"seed": "7"}, dtype=None)
    assert metadata(path) == {"seed": "7"}
    back = load(Net, {"width": 4}, path)
    for key, value in net.state_dict().items():
        assert torch.equal(back.state_dict()[key], value)
    assert not back.training and all(p.requires_grad for p in back.parameters())
    assert [p.name for p in path.parent.iterdir()] == ["net.safetensors"]


def test_saving_halves_and_loading_casts_numbers_but_not_counts(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    save(path, trained(), {})
    stored = read(path)
    assert stored["layers.0.weight"].dtype == torch.float16
    assert stored["norm.num_batches_tracked"].dtype == torch.int64
    net = load(Net, {}, path, dtype=torch.bfloat16)
    assert net.get_parameter("layers.0.weight").dtype == torch.bfloat16
    assert net.get_buffer("norm.num_batches_tracked").dtype == torch.int64


def test_saving_refuses_what_fp16_cannot_hold_and_keeps_the_old_file(tmp_path: Path) -> None:
    path, net = tmp_path / "net.safetensors", trained()
    save(path, net, {"which": "old"})
    net.get_parameter("layers.1.bias").data[0] = 1e6
    with pytest.raises(ValueError, match=r"layers\.1\.bias.*float16"):
        save(path, net, {"which": "new"})
    assert metadata(path) == {"which": "old"}


def test_all_differences_are_named_and_counted() -> None:
    state = dict(trained().state_dict())
    for index in range(5):
        del state[f"layers.{index}.weight"], state[f"layers.{index}.bias"]
    state["extra"] = torch.zeros(1)
    state["norm.running_mean"] = torch.zeros(9)
    with pytest.raises(CheckpointMismatch) as caught:
        load_into(build(Net, {}), state, name="toy.pth")
    why = caught.value.why
    assert "'toy.pth'" in caught.value.what
    assert "10 tensors are missing: layers.0.bias, layers.0.weight" in why and "and 2 more" in why
    assert "1 tensor is unexpected: extra." in why
    assert "1 tensor is of another shape: norm.running_mean [9] instead of [4]." in why
    differences = compare(shapes(state), shapes(Net().state_dict()))
    assert len(differences.missing) == 10 and "layers.4.bias" in differences.missing


def test_building_takes_no_memory_and_forgotten_buffers_are_found() -> None:
    net = build(nn.Linear, {"in_features": 1_000_000, "out_features": 1_000_000})
    assert net.weight.is_meta

    class Forgetful(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("table", torch.arange(3.0), persistent=False)

    with pytest.raises(ValueError, match="table"):
        load_into(build(Forgetful, {}), {}, name="x")


def flat_pickle(path: Path, shapes: dict[str, tuple[int, ...]], *, zipped: bool = True) -> None:
    """A file like MimicMotion's: fp16 tensors that are all views of one storage."""
    sizes = [int(torch.tensor(shape).prod()) for shape in shapes.values()]
    flat = torch.arange(sum(sizes)).remainder(99).half()
    views = zip(shapes.items(), flat.split(sizes), strict=True)
    state = {key: view.view(shape) for (key, shape), view in views}
    torch.save(state, path, _use_new_zipfile_serialization=zipped)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_with_one_flat_storage(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / "flat.pth"
    shapes = {f"unet.{k}": tuple(v.shape) for k, v in Net().state_dict().items() if v.ndim}
    flat_pickle(path, {**shapes, "pose_net.scale": (1,)}, zipped=zipped)
    split = MIMICMOTION.split(read(path), bare="unet", name="flat.pth")
    state = {**split["unet"], "norm.num_batches_tracked": torch.tensor(3)}
    net = load_into(build(Net, {}), state, name="flat.pth")
    weight = net.get_parameter("layers.1.weight")
    assert weight.dtype == torch.float16 and weight.flatten()[:3].tolist() == [20.0, 21.0, 22.0]
    assert weight.untyped_storage().nbytes() == weight.numel() * 2  # not the whole file's
    save(tmp_path / "net.safetensors", net, {})


def test_a_wrapped_pickle_is_unwrapped(tmp_path: Path) -> None:
    torch.save({"state_dict": {"a": torch.ones(2)}, "epoch": 3}, tmp_path / "a.ckpt")
    assert list(read(tmp_path / "a.ckpt")) == ["a"]


class Evil:
    """Unpickling this would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path(self.path),)  # type: ignore[return-value]


@pytest.mark.parametrize("how", ["torch", "pickle"])
def test_a_hostile_pickle_is_refused_and_not_run(tmp_path: Path, how: str) -> None:
    path, victim = tmp_path / "evil.pth", tmp_path / "victim"
    content = {"a": torch.ones(1), "b": Evil(victim)}
    if how == "torch":
        torch.save(content, path)
    else:
        path.write_bytes(pickle.dumps({"b": Evil(victim)}))
    with pytest.raises(CheckpointMismatch, match="more than numbers.*could run any program"):
        read(path)
    assert not victim.exists()
    run = "import torch,sys; torch.load(sys.argv[1], weights_only=False)"
    if how == "torch":  # the file is a real danger: torch would have run it
        subprocess.run([sys.executable, "-c", run, str(path)], check=False, capture_output=True)
        assert victim.exists()


def spoilt(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_truncated_file(tmp_path: Path) -> None:
    save(tmp_path / "a.safetensors", trained(), {})
    torch.save(trained().state_dict(), tmp_path / "a.pth")
    for name in ("a.safetensors", "a.pth"):
        whole = (tmp_path / name).read_bytes()
        for length in (len(whole) // 2, len(whole) - 1, 5):
            path = spoilt(tmp_path / f"cut-{name}", whole[:length])
            with pytest.raises(CheckpointMismatch, match=f"{path.name} cannot be read"):
                read(path)


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html>Sign in</html>" * 9, "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\n", "git-lfs"),
        (b"", "It is empty"),
        (b"GGUF\x03\x00\x00\x00" * 9, "made for another kind of program"),
        (b'{"error": "Access to model is restricted"}', "perhaps a message of the server"),
        (b"\x00\xff" * 500, "damaged|more than numbers"),
    ],
)
def test_what_only_passes_for_weights(
    tmp_path: Path, suffix: str, content: bytes, words: str
) -> None:
    path = spoilt(tmp_path / f"x{suffix}", content)
    with pytest.raises(CheckpointMismatch, match=words) as caught:
        read(path)
    assert str(path) in caught.value.fix


def test_the_content_counts_not_the_name(tmp_path: Path) -> None:
    save_file({"a": torch.ones(2)}, tmp_path / "really-safetensors.pth")
    torch.save({"a": torch.ones(2)}, tmp_path / "really-a-pickle.safetensors")
    for path in tmp_path.iterdir():
        assert read(path)["a"].tolist() == [1, 1]
    with zipfile.ZipFile(tmp_path / "packed.pth", "w") as archive:
        archive.writestr("MimicMotion_1-1.pth", b"weights")
    with pytest.raises(CheckpointMismatch, match=r"other files \(MimicMotion_1-1.pth\). Unpack"):
        read(tmp_path / "packed.pth")


def test_a_network_shares_a_files_memory_but_not_another_networks(tmp_path: Path) -> None:
    source = trained()
    copied = load_into(build(Net, {}), source.state_dict(), name="x")
    copied.get_parameter("layers.0.weight").data.zero_()
    assert source.get_parameter("layers.0.weight").any()
    save(tmp_path / "a.safetensors", source, {}, dtype=None)
    mapped = read(tmp_path / "a.safetensors")
    shared = load_into(build(Net, {}), mapped, name="x", share=True)
    for key, value in shared.state_dict().items():
        assert value.data_ptr() == mapped[key].data_ptr()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lora_unet_down_blocks_0.lora_up.weight", "a LoRA"),
        ("down_blocks.0.motion_modules.0.norm.weight", "an AnimateDiff motion module"),
        ("control_model.input_blocks.0.0.weight", "a ControlNet"),
        ("conditioner.embedders.0.open_clip.model.x", "a whole model in Stability's own format"),
        ("first_stage_model.encoder.conv_in.weight", "a whole Stable Diffusion model"),
        ("model.diffusion_model.out.2.weight", "a U-Net in Stability's own format"),
        ("text_model.embeddings.position_ids", "a text encoder"),
        ("double_blocks.0.img_attn.qkv.weight", "a diffusion transformer"),
        ("vision_model.post_layernorm.bias", "an image encoder"),
        ("decoder.conv_in.weight", "an autoencoder"),
        ("down_blocks.0.attentions.0.temporal_transformer_blocks.0.ff.x", "SVD's family"),
        ("down_blocks.0.resnets.0.conv1.weight", "a picture model"),
        ("conv_layers.0.weight", "PoseNet alone"),
    ],
)
def test_strangers_are_recognised(name: str, words: str) -> None:
    assert words in guess([name])


def test_not_a_table_of_tensors_and_unknown_kinds(tmp_path: Path) -> None:
    torch.save([torch.ones(1)], tmp_path / "list.pt")
    torch.save({"a": 1}, tmp_path / "number.pt")
    for name in ("list.pt", "number.pt"):
        with pytest.raises(CheckpointMismatch, match="table of named tensors"):
            read(tmp_path / name)
    with pytest.raises(CheckpointMismatch, match="no such file"):
        read(tmp_path / "none.pth")
    with pytest.raises(CheckpointMismatch, match=r"'\.txt' is not a kind"):
        read(spoilt(tmp_path / "a.txt", b"x"))


def names(*keys: str) -> dict[str, int]:
    return dict.fromkeys(keys, 0)


def split(keys: dict[str, int], bare: str = "unet") -> dict[str, dict[str, int]]:
    return MIMICMOTION.split(keys, bare=bare, name="file.pth")


def test_prefixes_of_published_files() -> None:
    plain = {"unet": names("a.b"), "pose_net": names("scale")}
    assert split(names("unet.a.b", "pose_net.scale")) == plain
    assert split(names("module.unet.a.b", "module.pose_net.scale")) == plain
    extras = names("unet.a.b", "pose_net.scale", "vae.x", "image_encoder.y.z")
    assert split(extras) == plain
    assert split(names("conv_in.weight")) == {"unet": names("conv_in.weight"), "pose_net": {}}
    assert split(names("scale"), bare="pose_net") == {"unet": {}, "pose_net": names("scale")}


def test_names_that_belong_to_nothing_are_refused() -> None:
    with pytest.raises(CheckpointMismatch, match="2 tensors belong to no known part: a.b, text.c"):
        split(names("unet.x", "text.c", "a.b"))
    with pytest.raises(CheckpointMismatch, match="twice"):
        split(names("unet.x", "module.unet.x"))


def test_the_official_file_fits_our_networks_by_name_and_shape() -> None:
    """All 1,447 tensors, on the meta device; see specs/mimicmotion.md a.8."""
    if not KEYS.exists():
        pytest.skip(f"{KEYS} is not here")
    shapes = json.loads(KEYS.read_text())
    state: dict[str, Tensor] = {k: torch.empty(s, device="meta") for k, s in shapes.items()}
    parts = MIMICMOTION.split(state, bare="unet", name="MimicMotion_1-1.pth")
    with torch.device("meta"):
        nets = {"unet": VideoUNet(**RELEASED.unet), "pose_net": PoseNet(RELEASED.pose_channels)}
    counts = {}
    for part, net in nets.items():
        expected = {key: value.shape for key, value in net.state_dict().items()}
        assert {key: value.shape for key, value in parts[part].items()} == expected
        counts[part] = len(expected)
    assert counts == {"unet": 1428, "pose_net": 19}


def test_safetensors_of_strangers_are_strict_too(tmp_path: Path) -> None:
    save_file({"layers.0.weight": torch.ones(4, 4)}, tmp_path / "part.safetensors")
    with pytest.raises(CheckpointMismatch, match="12 tensors are missing"):
        load(Net, {}, tmp_path / "part.safetensors")
