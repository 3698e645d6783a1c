"""Procrastinate's job cycle on a PostgreSQL: fetch, run and finish. Run it with a Python that has procrastinate.

python queue_of_procrastinate.py DATABASE_URL JOBS WORKERS
"""

import asyncio
import sys
import time

import procrastinate


async def main(database_url: str, jobs: int, workers: int) -> float:
    """Return the jobs a second that so many concurrent workers of one process get done."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=database_url))

    @app.task(name="nothing")  # type: ignore[untyped-decorator] # the package is not installed here
    async def nothing(number: int) -> None:
        """Do nothing."""

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for number in range(jobs):
            await nothing.defer_async(number=number)
        begun = time.perf_counter()
        await app.run_worker_async(concurrency=workers, wait=False)
        return jobs / (time.perf_counter() - begun)


if __name__ == "__main__":
    print(asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
