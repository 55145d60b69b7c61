"""For a real worker and a real beat in a test: short claims, quick rings, mail into a folder."""

from portal.settings.test import *  # noqa: F403

EMAIL_BACKEND = "tests.portal.outbox_doubles.FolderBackend"
CELERY_IMPORTS = ("tests.portal.outbox_doubles", "tests.portal.job_doubles")
# A kill must not cost the test two minutes. Nothing here works longer than a second or two.
OUTBOX_CLAIM_SECONDS = 4
CELERY_TASK_SOFT_TIME_LIMIT = 2
CELERY_TASK_TIME_LIMIT = 3
JOB_RING_SECONDS = 1
