# Two images: `docker build --target app .` and `docker build --target provisioner .`
# A build that can be repeated pins its base: --build-arg PYTHON_IMAGE=python@sha256:…
# There is no HEALTHCHECK: ECS ignores it; the task definition has one.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./

FROM build AS build-app
RUN python -m venv --without-pip /venv \
    && python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['app'], sep='\n')" > requirements.txt \
    && pip --python /venv/bin/python install --constraint constraints.txt --requirement requirements.txt
COPY app /service/app
RUN python -m compileall -q /service /venv

FROM build AS build-provisioner
COPY provisioner provisioner
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --constraint constraints.txt . \
    && python -m compileall -q /venv

FROM ${PYTHON_IMAGE} AS provisioner
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY --from=build-provisioner /venv /venv
WORKDIR /spec
USER 1000:1000
ENTRYPOINT ["provisioner"]

FROM ${PYTHON_IMAGE} AS app
ARG GIT_SHA=unknown
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 GIT_SHA=${GIT_SHA}
LABEL org.opencontainers.image.revision=${GIT_SHA}
COPY --from=build-app /venv /venv
COPY --from=build-app /service /service
WORKDIR /service
USER 1000:1000
EXPOSE 5000
CMD ["python", "-m", "app"]
