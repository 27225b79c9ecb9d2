# docker build -t news-assistant .                          the embedded model is in it
# docker build -t news-assistant --build-arg MODEL=none .   for a model elsewhere (docs/container.md)
# To pin it: --build-arg PYTHON_IMAGE=python@sha256:… (docs/supply-chain.md)
ARG PYTHON_IMAGE=python:3.13-slim-trixie
FROM ${PYTHON_IMAGE} AS build
ARG MODEL=embedded
ENV PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements/ requirements/
COPY scripts/image scripts/image
RUN scripts/image requirements /opt/assistant "$MODEL"
COPY pyproject.toml setup.py README.md LICENSE ./
COPY prompts/ prompts/
COPY assistant/ assistant/
RUN scripts/image package /opt/assistant

FROM ${PYTHON_IMAGE}
# What people make, indexes and the joined model lie in /data, which belongs to the one who runs.
# libgomp1: the embedded model's engine is linked to it.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --home-dir /data assistant
COPY --from=build /opt/assistant /opt/assistant
ENV PATH=/opt/assistant/bin:$PATH \
    ASSISTANT_HOME=/data \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
ENTRYPOINT ["assistant"]
CMD ["serve", "--mcp", "--host", "0.0.0.0"]
