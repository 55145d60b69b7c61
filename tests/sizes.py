"""The two sizes of a long test: small in `make test`, whole in `make drill`."""

import os

DRILL = os.environ.get("SAMSPIL_DRILL") == "1"
