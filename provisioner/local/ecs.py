"""The ECS API over `ecs_backend`: what moto's lacks, and what it answers differently."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from botocore import xform_name
from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.ecs import urls
from moto.ecs.models import TaskDefinition, ecs_backends

from . import ecs_defaults, ecs_deployments
from .ecs_backend import EcsBackend
from .ecs_tasks import TasksApi
from .service_views import View, deployment_arn, revision_arn
from .settings import Settings
from .simulation.service import Deployment, Service

PAGE = 20


def install(settings: Settings) -> None:
    """Put this API in the place of moto's, before moto has made a backend."""
    EcsBackend.settings = settings
    ecs_backends.backend = EcsBackend
    urls.url_paths["{0}/$"] = EcsApi.dispatch


class EcsApi(TasksApi):
    """One request. The public methods are operations."""

    def call_action(self) -> TYPE_RESPONSE:
        """Let happen what is due before any operation looks."""
        self.ecs_backend.advance()
        return super().call_action()

    def update_cluster_settings(self) -> ActionResult:
        """Change the named settings of a cluster."""
        cluster = self.ecs_backend.cluster(self._get_param("cluster"))
        values = {each["name"]: each["value"] for each in cluster.settings}
        values |= {each["name"]: each["value"] for each in self._get_param("settings")}
        cluster.settings = [{"name": name, "value": value} for name, value in values.items()]
        return ActionResult({"cluster": cluster})

    def register_task_definition(self) -> ActionResult:
        """Register with the defaults filled in, and keep the parameters that moto does not know."""
        fargate = "FARGATE" in self.params.get("requiresCompatibilities", [])
        mode = "awsvpc" if fargate else self.params.get("networkMode", "bridge")
        self.params["containerDefinitions"] = [
            ecs_defaults.container(each, mode) for each in self.params["containerDefinitions"]
        ]
        answer = super().register_task_definition()
        definition: TaskDefinition = cast("Any", answer.result)["taskDefinition"]
        for name, value in self.params.items():
            if not hasattr(definition, xform_name(name)):
                setattr(definition, xform_name(name), value)
        backend = self.ecs_backend
        backend.register(definition)
        definition.registered_at = backend.clock.when(backend.clock.now())  # type: ignore[attr-defined]  # shown by moto's serializer
        return ActionResult({"taskDefinition": definition, "tags": definition.tags})

    def create_service(self) -> ActionResult:
        """Create a service and start its first deployment."""
        return ActionResult({"service": self.ecs_backend.open_service(self.params)})

    def update_service(self) -> ActionResult:
        """Change a service; some changes start a deployment."""
        return ActionResult({"service": self.ecs_backend.change_service(self.params)})

    def delete_service(self) -> ActionResult:
        """Drain a service."""
        return ActionResult({"service": self.ecs_backend.close_service(self.params)})

    def list_services(self) -> ActionResult:
        """List the services that are ACTIVE."""
        backend = self.ecs_backend
        arns = backend.list_services(
            self._get_param("cluster", "default"),
            self._get_param("schedulingStrategy"),
            self._get_param("launchType"),
        )
        gone = {each.arn for each in backend.services.values() if each.status != "ACTIVE"}
        return ActionResult({"serviceArns": [arn for arn in arns if arn not in gone]})

    def describe_services(self) -> ActionResult:
        """Describe services in whatever state."""
        tags = "TAGS" in self._get_param("include", [])
        cluster = self._get_param("cluster", "default")
        records, failures = self.ecs_backend.describe_services(cluster, self._get_param("services"))
        views = [
            self.ecs_backend.view(self.ecs_backend.find(cluster, each.name), tags=tags)
            for each in records
        ]
        return ActionResult({"services": views, "failures": failures})

    def list_service_deployments(self) -> ActionResult:
        """List the deployments of a service, the newest first."""
        backend = self.ecs_backend
        service = backend.find(self._get_param("cluster", "default"), self._get_param("service"))
        statuses = self._get_param("status", [])
        created = self._get_param("createdAt", {})
        after, before = (_seconds(created.get(end)) for end in ("after", "before"))
        found = [
            each
            for each in reversed(service.deployments)
            if (not statuses or each.status in statuses)
            and (after is None or backend.clock.when(each.created).timestamp() > after)
            and (before is None or backend.clock.when(each.created).timestamp() < before)
        ]
        start = int(self._get_param("nextToken", 0))
        end = start + int(self._get_param("maxResults", PAGE))
        views = [backend.views.brief(each, service) for each in found[start:end]]
        token = str(end) if end < len(found) else None
        return ActionResult({"serviceDeployments": views, "nextToken": token})

    def describe_service_deployments(self) -> ActionResult:
        """Describe deployments by ARN."""
        return self._by_arn("serviceDeployment", deployment_arn, self.ecs_backend.views.rollout)

    def stop_service_deployment(self) -> ActionResult:
        """Roll a deployment back that is in progress; nothing else is valid (its documentation)."""
        kind = self._get_param("stopType", "ROLLBACK")
        arn = self._get_param("serviceDeploymentArn")
        backend = self.ecs_backend
        ecs_deployments.stop(backend.region, arn, kind, backend.clock.now())
        return ActionResult({"serviceDeploymentArn": arn})

    def continue_service_deployment(self) -> ActionResult:
        """Answer a hook that has paused a deployment."""
        arn, hook = self._get_param("serviceDeploymentArn"), self._get_param("hookId")
        action = self._get_param("action", "CONTINUE")
        backend = self.ecs_backend
        ecs_deployments.resume(backend.region, arn, hook, action, backend.clock.now())
        backend.advance()
        return ActionResult({"serviceDeploymentArn": arn})

    def describe_clusters(self) -> ActionResult:
        """Describe clusters with what runs in them now."""
        self.ecs_backend.count()
        return super().describe_clusters()

    def describe_service_revisions(self) -> ActionResult:
        """Describe revisions by ARN."""
        return self._by_arn(
            "serviceRevision",
            lambda service, deployment: revision_arn(service, deployment.number),
            self.ecs_backend.views.revision,
        )

    def _by_arn(
        self,
        noun: str,
        name: Callable[[Service, Deployment], str],
        view: Callable[[Deployment, Service], View],
    ) -> ActionResult:
        known = {
            name(service, deployment): (deployment, service)
            for service in self.ecs_backend.region.services.values()
            for deployment in service.deployments
        }
        asked = self._get_param(f"{noun}Arns")
        return ActionResult(
            {
                f"{noun}s": [view(*known[arn]) for arn in asked if arn in known],
                "failures": [
                    {"arn": arn, "reason": "MISSING"} for arn in asked if arn not in known
                ],
            }
        )


def _seconds(parsed: datetime | None) -> float | None:
    """Read a time as moto parses it: in UTC, without saying so."""
    return parsed.replace(tzinfo=UTC).timestamp() if parsed else None
