"""`/status`: the deployment's status for people, from `/api/deployment/status`, kept current."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse

router = APIRouter(include_in_schema=False)
FOLDER = Path(__file__).parent / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FILES = {
    "status": ("status.html", "text/html"),
    "status.css": ("status.css", "text/css"),
    "status.js": ("status.js", "text/javascript"),
    "favicon.ico": ("oak.svg", "image/svg+xml"),
}


def _serve(path: str, file: str, kind: str) -> None:
    async def answer() -> FileResponse:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
        return FileResponse(FOLDER / file, media_type=kind, headers=headers)

    router.get(f"/{path}")(answer)


for _path, (_file, _kind) in FILES.items():
    _serve(_path, _file, _kind)
