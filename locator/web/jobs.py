"""The API of planners' long runs: ask, look how far it is, take the result, cancel.

In: a request.    Out: the run as JSON, or a problem.
Never knows: how a run is done. Whoever looks also tends: what waits is begun, what is gone is said to be.
"""
from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from geodata.errors import LocatorError, Unavailable
from locator.jobs import STATES, Job, add_job, cancel_job, read_job, read_jobs, read_result
from locator.state import STATE
from locator.web.answering import send_json
from locator.web.asking import Asked, listed, read_json_body, read_query, shown_in
from locator.web.describing import Told
from locator.web.planned import QUESTIONS, check_question
from locator.web.room import asked_words, room
from locator.web.running import tend

jobs = APIBlueprint("jobs", __name__)
JSON = "application/json"


class JobAsked(Asked):
    """A question to be run on its own."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra={"examples": [
        {"question": "coverage", "ask": {"limit_s": 900, "services": ["shower"], "hour": 2}}]})

    question: Annotated[str, listed(QUESTIONS)] = Field(description="Which question.")
    ask: dict[str, Any] = Field(default_factory=dict, description="What it asks, as the question's own call takes it.")


class JobOut(Told):
    """A run. Its result is fetched apart."""

    id: str = Field(description="Of the run.")
    question: Annotated[str, listed(QUESTIONS)] = Field(description="Which question.")
    region: str = Field(description="The region asked.")
    state: Annotated[str, listed(STATES)] = Field(description=(
        "waiting, running, done, failed, cancelled; interrupted: its process ended without a word, by a restart or a crash."))
    step: str = Field(description="What it is at, a word of ours and a count.")
    share: float = Field(description="Of the work done, 0 to 1.")
    made: str = Field(description="When it was asked.")
    started: str | None = Field(description="When it began.")
    ended: str | None = Field(description="When it ended.")
    code: str | None = Field(description="What went wrong, one of the codes in /docs.")
    detail: str | None = Field(description="The same as a sentence.")
    has_result: bool = Field(description="A result can be fetched.")


class JobsOut(Told):
    jobs: list[JobOut]
    state: Literal["on", "off"] = Field(description="off: this server starts no runs.")


class ResultOut(Told):
    """The answer, as the question's own call gives it."""

    model_config = ConfigDict(extra="allow")


@jobs.post("/api/jobs")
@shown_in(Asked)
@jobs.output(JobOut, description="The run; it waits or runs.", content_type=JSON)
@jobs.doc(operation_id="job_start", tags=["planning"])
def job_start() -> Response:
    """Ask a question that is answered by a process of its own.

    What is wrong with the question is said at once. One run at a time by default; the others wait, a bounded number of them.
    """
    asked, here = read_json_body(JobAsked), room()
    if not here.settings.jobs:
        raise Unavailable("jobs_off")
    region = here.locator(asked.region).region.name
    ask, file = check_question(asked.question, asked.ask, region), here.settings.data / STATE
    job = add_job(file, asked.question, region, ask, datetime.now(UTC), here.settings.kept_bytes)
    tend(here.settings)
    return send_json(_told(read_job(file, job.id)))


@jobs.get("/api/jobs")
@shown_in(Asked)
@jobs.output(JobsOut, description="The runs.", content_type=JSON)
@jobs.doc(operation_id="jobs", tags=["planning"])
def job_list() -> Response:
    """The runs that are kept, the newest first."""
    read_query(Asked)
    tend(room().settings)
    told = [_told(job) for job in read_jobs(room().settings.data / STATE)]
    return send_json({"jobs": told, "state": "on" if room().settings.jobs else "off"})


@jobs.get("/api/jobs/<id>")
@shown_in(Asked)
@jobs.output(JobOut, description="The run.", content_type=JSON)
@jobs.doc(operation_id="job", tags=["planning"])
def job_state(id: str) -> Response:
    """How far a run is."""
    read_query(Asked)
    tend(room().settings)
    return send_json(_told(read_job(room().settings.data / STATE, id)))


@jobs.get("/api/jobs/<id>/result")
@shown_in(Asked)
@jobs.output(ResultOut, description="The answer.", content_type=JSON)
@jobs.doc(operation_id="job_result", tags=["planning"])
def job_result(id: str) -> Response:
    """The answer of a run that is done."""
    read_query(Asked)
    return Response(read_result(room().settings.data / STATE, id), content_type=JSON, headers={"Cache-Control": "no-store"})


@jobs.delete("/api/jobs/<id>")
@shown_in(Asked)
@jobs.output(JobOut, description="The run as it is now.", content_type=JSON)
@jobs.doc(operation_id="job_cancel", tags=["planning"])
def job_cancel(id: str) -> Response:
    """Cancel a run that waits or runs; forget one that has ended."""
    read_query(Asked)
    job = cancel_job(room().settings.data / STATE, id, datetime.now(UTC))
    tend(room().settings)
    return send_json(_told(job))


def _told(job: Job) -> dict[str, Any]:
    times = {name: None if at is None else at.isoformat(timespec="seconds")
             for name, at in (("made", job.made), ("started", job.started), ("ended", job.ended))}
    code, detail = None, None
    if job.error is not None:
        code, params = job.error["code"], job.error["params"]
        detail = asked_words().error(LocatorError(code, field=job.error["field"], value=job.error["value"], **params))
    said = {name: getattr(job, name) for name in ("id", "region", "state", "step", "share", "has_result")}
    return {"question": job.kind, **said, **times, "code": code, "detail": detail}
