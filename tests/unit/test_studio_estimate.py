"""How long a job will take, from what others took."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.costs import costs
from studio.jobs.estimate import expectation, expected_bytes, expected_seconds
from studio.jobs.job import Job, Trouble

SIZES = (8, 16, 24, 48, 96)


def settings(frames: int, quality: str = "standard", steps: int = 0) -> dict[str, Any]:
    return {"num_frames": frames, "quality": quality, "num_inference_steps": steps}


def done(chosen: dict[str, Any], seconds: float, model: str = "pocket", **record: Any) -> Job:
    return Job(
        id="0" * 32, number=1, owner="ann", title="", system="mimicmotion", settings=chosen,
        inputs={}, words={}, consent=False, state="done", cancel_wanted=None, worker="w", step=0,
        total=0, stage="", seconds_left=None, beat=None, trouble=Trouble(), record=record,
        created=0.0, started=100.0, ended=100.0 + seconds, folder=Path("nowhere"),
        model=model,
    )  # fmt: skip


def first(frames: int, quality: str = "standard", steps: int = 0) -> float:
    """What is said before there is any history."""
    seconds = expected_seconds([], settings(frames, quality, steps))
    assert seconds is not None
    return seconds


def test_without_history_time_grows_with_length_and_quality() -> None:
    assert first(8) < first(24) < first(48)
    assert first(24, "draft") < first(24, "standard") < first(24, "best") < first(24, "draft", 9)


def test_a_larger_picture_takes_longer() -> None:
    def of(shape: str) -> float:
        seconds = expected_seconds([], {**settings(24), "shape": shape})
        assert seconds is not None
        return seconds

    assert first(24) == of("auto") == of("square") < of("portrait") == of("landscape")
    past = [done({**settings(24), "shape": "auto"}, 160.0, model="mimicmotion")]
    square = expected_seconds(past, {**settings(24), "shape": "square"}, "mimicmotion")
    assert square is not None and 80 < square < 100  # 9/16 of the pixels


def test_the_length_of_a_whole_dance_is_not_known_beforehand() -> None:
    assert expected_seconds([], settings(0)) is None
    assert expected_seconds([], {}) is None and expected_seconds([], settings(8, "odd")) is None


def test_one_job_says_how_fast_the_machine_is() -> None:
    past = [done(settings(24), 3 * first(24), model="pocket")]
    assert expected_seconds(past, settings(96, "best")) == pytest.approx(3 * first(96, "best"))


def test_a_history_of_many_sizes_shows_the_beginning_too() -> None:
    past = [done(settings(n), 30 + 0.5 * (first(n) - first(8))) for n in SIZES]
    expected = 30 + 0.5 * (first(240) - first(8))
    assert expected_seconds(past, settings(240)) == pytest.approx(expected)


def test_a_busy_hour_does_not_count() -> None:
    past = [done(settings(n), 2 * first(n)) for n in SIZES * 2]
    past += [done(settings(24), 9000.0), done(settings(96), 5000.0), done(settings(8), 0.1)]
    assert expected_seconds(past, settings(48)) == pytest.approx(2 * first(48))


def test_other_models_do_not_count() -> None:
    past = [done(settings(24), 2 * first(24), model="pocket")]
    past += [done(settings(24), 5000.0, model="mimicmotion") for _ in range(9)]
    assert expected_seconds(past, settings(24)) == pytest.approx(2 * first(24))
    assert expected_seconds(past, settings(24), "mimicmotion") == pytest.approx(5000)


def test_a_published_model_is_learnt_from_its_own_jobs_alone() -> None:
    pocket = [done(settings(24), 20.0)]
    assert expected_seconds(pocket, settings(24), "mimicmotion") is None
    past = [*pocket, done({**settings(24, "draft"), "resolution": 288}, 100.0, "mimicmotion")]

    def seconds(frames: int, quality: str, resolution: int = 0) -> float:
        wanted = {**settings(frames, quality), "resolution": resolution}
        found = expected_seconds(past, wanted, "mimicmotion")
        assert found is not None
        return found

    assert seconds(24, "draft", 288) == pytest.approx(100)
    assert 300 < seconds(24, "draft") < 400  # four times the pixels, and the time to begin
    assert seconds(24, "draft") < seconds(24, "standard") < seconds(48, "standard")


def test_a_whole_dance_counts_by_the_frames_that_it_had() -> None:
    past = [done(settings(0), 2 * first(50), model="pocket", frames=50, steps=2)]
    assert expected_seconds(past, settings(100)) == pytest.approx(2 * first(100))


# --- memory ----------------------------------------------------------------------------------

MB = 1_000_000


def memory(past: list[Job], frames: int, model: str = "pocket", **more: Any) -> int:
    found = expected_bytes(past, {**settings(frames), **more}, model)
    assert found is not None
    return found


def test_without_history_memory_grows_with_the_window_and_hardly_with_the_length() -> None:
    assert memory([], 8) < memory([], 24) < memory([], 2400) < 3 * memory([], 24)
    assert memory([], 24, window_size=8) < memory([], 24)
    assert expected_bytes([], settings(0)) is None
    assert expected_bytes([], settings(24), "mimicmotion") is None


def test_memory_is_learnt_from_what_was_taken() -> None:
    past = [done(settings(24), 9.0, peak_bytes=2 * memory([], 24))]
    assert memory(past, 24) == pytest.approx(2 * memory([], 24))
    assert memory(past, 96) == pytest.approx(2 * memory([], 96))


def test_a_run_with_less_memory_says_nothing_of_one_with_all() -> None:
    past = [done({**settings(24), "memory": "6gb"}, 9.0, peak_bytes=100 * MB)]
    assert memory(past, 24) == memory([], 24)
    assert memory(past, 24, memory="6gb") == pytest.approx(100 * MB, rel=0.01)


def test_a_published_model_learns_its_memory_from_its_windows() -> None:
    made = {"frames": 300, "window": 72, "steps": 25}
    past = [done(settings(0), 99.0, "mimicmotion", peak_bytes=12_000 * MB, **made)]
    assert memory(past, 300, "mimicmotion") == pytest.approx(12_000 * MB)
    assert memory(past, 24, "mimicmotion") < 0.7 * 12_000 * MB
    half = memory(past, 300, "mimicmotion", resolution=320)
    assert half < 0.7 * 12_000 * MB


def test_a_run_that_went_on_says_nothing_of_the_time_of_a_whole_one() -> None:
    cut = done(settings(24), 1.0, resumed=True, peak_bytes=700 * MB)
    assert expected_seconds([cut], settings(24)) == first(24)
    assert memory([cut], 24) == pytest.approx(700 * MB, rel=0.01)


def test_what_was_expected_stands_beside_what_it_took() -> None:
    past = [done(settings(24), 40.0, peak_bytes=1 << 30)]
    job = done(settings(24), 60.0, peak_bytes=3 << 29, expected=expectation(past, past[0]))
    assert costs(job, "en") == [
        ("Made in", "1 minute, 40 seconds expected"),
        ("Memory", "1.5 GB, 1 GB expected"),
    ]
    assert costs(done(settings(24), 60.0), "en") == [("Made in", "1 minute")]
    assert "예상" in costs(job, "ko")[1][1]
