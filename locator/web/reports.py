"""The report of a run that is done, as a file: PDF, workbook, GeoPackage.

In: a request.    Out: bytes to keep.
Never knows: how a figure was found. A file is made when it is asked for, in the reader's language, of the figures the run found.
"""
from __future__ import annotations

import orjson
from apiflask import APIBlueprint
from flask import Response

from geodata.errors import BadInput
from locator.jobs import read_job, read_result
from locator.printing.report_files import report_file
from locator.state import STATE
from locator.web.asking import Asked, read_query, shown_in
from locator.web.describing_print import Pdf
from locator.web.room import asked_words, room

reports = APIBlueprint("reports", __name__)
TYPES = {"pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         "gpkg": "application/geopackage+sqlite3"}
PATH = "/api/jobs/{id}/report.{form}"


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
    job, result = read_job(here.settings.data / STATE, id), read_result(here.settings.data / STATE, id)
    if job.kind != "report":
        raise BadInput("not_allowed", field="question", value=job.kind, allowed="report")
    assert job.ended is not None                          # it has a result
    made = job.ended.astimezone(here.locator(job.region).region.tz)
    content = here.workers.run(lambda: report_file(orjson.loads(result), form, said, made))
    name = f"report-{job.region}-{made:%Y%m%d-%H%M}.{form}"
    return Response(content, content_type=TYPES[form], headers={
        "Cache-Control": "no-store", "Content-Language": said.lang, "Content-Disposition": f'attachment; filename="{name}"'})
