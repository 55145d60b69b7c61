"""A stand-in for the site: small enough that a test can start the whole demo in two seconds.

The supervisor runs it exactly as it runs the portal; only what it serves differs.
"""

from pathlib import Path

FILES = {
    "requirements.txt": "",
    "portal/__init__.py": "",
    "portal/wsgi.py": """
import os, psycopg
def application(environ, start):
    with psycopg.connect(os.environ["DATABASE_URL"]) as db:
        rows = db.execute("SELECT count(*) FROM built").fetchone()[0]
    start("200 OK", [("Content-Type", "text/plain")])
    return [f"built {rows}".encode()]
""",
    "portal/celery.py": """
import os
os.environ.pop("DJANGO_SETTINGS_MODULE", None)
from celery import Celery
app = Celery("standin", broker=os.environ["BROKER_URL"])
""",
    "portal/demo/management/commands/fill_demo_history.py": "",
    "portal/demo/data/personas.jsonl": '{"name": "Lise Madsen", "title": "Praktiserende læge"}\n',
    "portal/app/migrations/0001_first.py": "number = 1  # a comment\n",
    "manage.py": """
import os, sys, time, psycopg
if sys.argv[1] == "prepare_demo":
    with psycopg.connect(os.environ["DATABASE_URL"]) as db:
        db.execute("CREATE TABLE IF NOT EXISTS built (moment timestamptz DEFAULT now())")
        db.execute("INSERT INTO built DEFAULT VALUES")
    sys.exit(int(os.environ.get("STANDIN_PREPARE_STATUS", "0")))
time.sleep(600)
""",
    # What `manage.py demo` does, without the portal's settings.
    "run.py": """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv.pop(1))
from portal.demo.folder import DataFolder
from portal.demo.supervisor import Supervisor, guarded
data, port = Path(sys.argv[1]), sys.argv[2]
if port == "reset":
    sys.exit(guarded(DataFolder(data).reset))
sys.exit(guarded(lambda: Supervisor(data=data, port=port, root=Path(__file__).parent).run()))
""",
}


def write(folder: Path) -> Path:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip())
    return folder
