"""The durable list of jobs: one SQLite file that the server and the worker both write.

Every method is one transaction. A job's files lie in `jobs/<id>/` beside the database; nothing
outside that folder is ever named by a row. A folder is made before its row and removed after it,
so that what a crash leaves behind is a folder without a row, never a row without a folder;
`studio.jobs.retention` sweeps those up.
"""

from __future__ import annotations

from studio.jobs.files import remove
from studio.jobs.job import Job
from studio.jobs.ledger import TURN
from studio.jobs.visitor_side import VisitorSide
from studio.jobs.worker_side import WorkerSide


class Store(VisitorSide, WorkerSide):
    """The jobs of one studio home: `Ledger` reads them, two sides change them.

    Here is what housekeeping removes once a job has ended (`studio.jobs.retention`).
    """

    def discard(self, job: Job) -> bool:
        """Remove a job that ended, with its files; False if it is live again."""
        with self._transaction() as db:
            gone = db.execute(
                "DELETE FROM jobs WHERE id = ? AND state NOT IN ('queued', 'running')", (job.id,)
            ).rowcount
        if gone:
            remove(job.folder)
        return bool(gone)

    def forget_owners(self) -> None:
        """Drop the turns of owners without jobs; the latest turn stays, because it is the count."""
        with self._transaction() as db:
            db.execute(
                f"DELETE FROM owners WHERE served < {TURN}"
                " AND owner NOT IN (SELECT owner FROM jobs)"
            )
