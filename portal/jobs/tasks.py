from portal.common.broker import app
from portal.jobs import running

RUN = "jobs.run"


@app.task(name=RUN)
def run_job(name: str) -> None:
    """What beat rings. The name of a job is all that the broker ever sees."""
    running.run_due(name)
