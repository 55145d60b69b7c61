"""How production's web process serves. Read by gunicorn."""

import os

bind = "0.0.0.0:8000"  # inside the container network; only the proxy reaches it
workers = int(os.environ.get("WEB_WORKERS", "4"))
worker_class = "sync"
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat file must not wait for a disk
preload_app = True
timeout = 30
graceful_timeout = 20
keepalive = 0  # the proxy keeps connections, sync workers cannot
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 4094
forwarded_allow_ips = "*"  # nobody but the proxy is on this network
control_socket_disable = True
accesslog = None  # the proxy logs requests; addresses of patients' links stay out of ours
errorlog = "-"
