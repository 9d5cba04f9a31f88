"""The order in which owners take turns, for any queue."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.jobs.store import Store
from studio.jobs.turns import Waiting, in_order

owners = st.sampled_from("abcd")
queues = st.lists(st.tuples(owners, st.integers(0, 20)), max_size=24)
histories = st.dictionaries(owners, st.integers(1, 20))


def waiting(queue: list[tuple[str, int]]) -> list[Waiting]:
    return [Waiting(str(age), owner, turn) for age, (owner, turn) in enumerate(queue)]


@given(queues, histories)
def test_every_job_has_one_place_and_an_owners_jobs_keep_their_order(
    queue: list[tuple[str, int]], served: dict[str, int]
) -> None:
    jobs = waiting(queue)
    order = list(in_order(jobs, served))
    assert sorted(order) == sorted(job.key for job in jobs)
    for owner in "abcd":
        own = [key for key in order if jobs[int(key)].owner == owner]
        assert own == [job.key for job in jobs if job.owner == owner]


@given(queues, histories)
def test_while_one_waits_no_other_is_served_twice(
    queue: list[tuple[str, int]], served: dict[str, int]
) -> None:
    # Turns of the past only, as the store hands them out.
    now = max(served.values(), default=0)
    jobs = waiting([(owner, min(turn, now)) for owner, turn in queue])
    order = [jobs[int(key)].owner for key in in_order(jobs, served)]
    for owner in set(order):
        since: Counter[str] = Counter()
        for turn in order[: len(order) - order[::-1].index(owner)]:
            if turn == owner:
                since.clear()
            else:
                since[turn] += 1
            assert max(since.values(), default=0) <= 1


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(owners, st.just("take"), st.just("end")), max_size=16))
def test_a_place_in_the_queue_is_kept(events: list[str]) -> None:
    """What `place` says comes true when nothing else comes."""
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        running: list[str] = []
        for event in events:
            if event == "take":
                running += [job.id] if (job := store.take("w")) else []
            elif event == "end":
                for key in running:
                    store.cancelled(key)
                running.clear()
            else:
                store.add(event, "mimicmotion", {}, {}, {})
        said = {
            job.id: store.place(job.id)
            for owner in "abcd"
            for job in store.page(owner, 99, states=("queued",))
        }
        begun = len(running)
        taken = []
        while job := store.take("w"):
            taken.append(job.id)
        assert said == {key: begun + count for count, key in enumerate(taken)}
