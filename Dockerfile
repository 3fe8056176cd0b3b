# The image of every Tocsin service: `docker build -t tocsin .`, then `docker run tocsin --help`.
# Build tools stay in the first stage; everything from the package index is checked by hash.

FROM python:3.11.14-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock requirements-dev.lock ./
RUN python -m venv /opt/tocsin \
    && /opt/tocsin/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock \
    && python -m pip install --no-cache-dir --require-hashes --no-deps -r requirements-dev.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY producers producers
COPY streams streams
COPY sinks sinks
COPY tocsin tocsin
RUN python -m hatchling build -t wheel -d /dist \
    && /opt/tocsin/bin/pip install --no-cache-dir --no-deps /dist/*.whl

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /home/tocsin --create-home tocsin \
    && install --directory --owner=tocsin --group=tocsin /var/lib/tocsin
COPY --from=build /opt/tocsin /opt/tocsin
ENV PATH=/opt/tocsin/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER tocsin
# the index of place names, in the user's cache and so not on the volume, which an upgrade keeps:
# a worker starts with it, where the container itself may be read-only
RUN tocsin gazetteer build
# the tables of the worker, the memory of the poller, the schedule of deliveries
VOLUME /var/lib/tocsin
WORKDIR /var/lib/tocsin
ENTRYPOINT ["tocsin"]
CMD ["--help"]
