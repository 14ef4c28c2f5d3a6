"""The report of a run that is done, as a file: PDF, workbook, GeoPackage.

In: a request.    Out: bytes to keep.
Never knows: how a figure was found. The run made its files itself; of one that kept none (no room, or before it did) a file is
made when it is asked for, one at a time, and then kept.
"""
from __future__ import annotations

from datetime import datetime
from threading import Lock

import orjson
from apiflask import APIBlueprint
from flask import Response

from geodata.errors import BadInput
from locator.jobs import Job, read_job, read_result
from locator.run_files import keep_files, read_file
from locator.settings import Settings
from locator.state import STATE
from locator.web.asking import Asked, read_query, shown_in
from locator.web.describing_print import Pdf
from locator.web.report_run import file_name, make_file
from locator.web.room import asked_words, room

reports = APIBlueprint("reports", __name__)
TYPES = {"pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         "gpkg": "application/geopackage+sqlite3"}
PATH = "/api/jobs/{id}/report.{form}"
_making = Lock()                     # a country's takes 1 GB meanwhile


@reports.get("/api/jobs/<id>/report.<form>")
@shown_in(Asked)
@reports.output(Pdf, content_type=TYPES["pdf"], description="The report; as .xlsx a workbook, as .gpkg a GeoPackage.")
@reports.doc(operation_id="job_report", tags=["planning"])
def job_report(id: str, form: str) -> Response:
    """The report of a run of the question `report`, as pdf, xlsx or gpkg, in the reader's language."""
    read_query(Asked)
    here, said = room(), asked_words()
    if form not in TYPES:
        raise BadInput("not_allowed", field="form", value=form, allowed=", ".join(TYPES))
    job = read_job(here.settings.data / STATE, id)
    if not job.has_result:
        raise BadInput("no_result", field="id", value=job.state)
    if job.kind != "report":
        raise BadInput("not_allowed", field="question", value=job.kind, allowed="report")
    assert job.ended is not None                          # it has a result
    made, settings = job.ended.astimezone(here.locator(job.region).region.tz), here.settings
    content = here.workers.run(lambda: _file_of(settings, job, form, said.lang, made))
    name = f"report-{job.region}-{made:%Y%m%d-%H%M}.{form}"
    return Response(content, content_type=TYPES[form], headers={
        "Cache-Control": "no-store", "Content-Language": said.lang, "Content-Disposition": f'attachment; filename="{name}"'})


def _file_of(settings: Settings, job: Job, form: str, lang: str, made: datetime) -> bytes:
    file, name = settings.data / STATE, file_name(form, lang)
    if (kept := read_file(file, job.id, name)) is not None:
        return kept
    with _making:
        if (kept := read_file(file, job.id, name)) is None:
            kept = make_file(orjson.loads(read_result(file, job.id)), form, lang, made)
            keep_files(file, job.id, {name: kept}, settings.kept_bytes)
    return kept
