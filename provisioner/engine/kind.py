"""The interface of a resource type: a few verbs and some facts."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.model import Change, Live, Properties, Resource, Tags, given
from provisioner.engine.owner import is_ours
from provisioner.engine.waiting import Waiting

if TYPE_CHECKING:
    from provisioner.engine.aws import Aws
    from provisioner.errors import StepFailed

Verb = Literal["create", "update", "delete"]
REPLACEMENT = re.compile(r"(?P<stem>.+)-[0-9a-f]{6}")


class Effect(IntEnum):
    """What a step means for the running application, mildest first."""

    NONE = 0
    IN_PLACE = 1
    ROLLING = 2
    INTERRUPTING = 3
    DESTROYS = 4
    DESTROYS_DATA = 5

    @property
    def word(self) -> str:
        """The word that plans use: `in-place`, `destroys-data`."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Api:
    """The AWS operations behind a kind: botocore's client name, create and update calls."""

    service: str
    create: str
    update: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """An AWS error that means "not yet": try the verb again for up to `seconds`.

    `containing` narrows it to messages with that text.
    """

    verb: Verb
    code: str
    containing: str = ""
    seconds: float = 120


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look for the stack's things.

    Three nets: the names wanted now, the stack's name prefix, and the ownership tags.
    `tags` are the full tags wanted per address. `shared` are things of others that parts of the
    stack live in, per kind, as their lookups ask for them.
    """

    stack: str
    prefix: str
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tags: Mapping[str, Tags] = field(default_factory=dict)
    shared: Mapping[str, tuple[Properties, ...]] = field(default_factory=dict)

    def near(self, kind: str, name: str) -> bool:
        """Whether something of this name deserves a closer look.

        A replacement of ours is near, too: it may carry a wanted name with a hash (`variant`).
        """
        wanted = self.names.get(kind, frozenset())
        if name.startswith(self.prefix) or name in wanted:
            return True
        renamed = REPLACEMENT.fullmatch(name)
        return renamed is not None and any(one.startswith(renamed["stem"]) for one in wanted)

    def wants(self, kind: str) -> bool:
        """Whether the spec asks for one of this kind."""
        return any(address.split("/", 1)[0] == kind for address in self.tags)

    def ours(self, tags: Tags) -> bool:
        """Whether tags say that the thing is the stack's."""
        return is_ours(tags, self.stack)


class Kind(ABC):
    """One resource type. Stateless; one instance serves every resource and thread.

    Verbs are idempotent and never sleep: the engine waits and retries from the facts below.
    They let botocore's ClientError through untouched, and raise NotYet where they must be tried
    again later although AWS refused nothing.
    """

    name: ClassVar[str]
    """`elbv2.target_group`: the folder and the module."""
    api: ClassVar[Api]
    grants: ClassVar[tuple[Grant, ...]] = ()
    """What its verbs must be allowed; `clear` counts as `delete`, `retag` as `update`."""
    identity: ClassVar[tuple[str, ...]] = ()
    """Properties that AWS keeps unique together; the first is the name."""
    fields: ClassVar[tuple[str, ...]]
    """Properties that go into the create call; all others are for `update`."""
    part_of: ClassVar[str] = ""
    """The kind that it comes and goes with: such a thing is only ever updated."""
    goes_with: ClassVar[str] = ""
    """The kind whose delete takes it along in AWS: where that is replaced, so is this."""
    name_limit: ClassVar[int] = 255
    """Longest name that AWS takes."""
    uses: ClassVar[frozenset[str]] = frozenset()
    """Kinds it may refer to or follow. Deletes run against this direction."""
    immutable: ClassVar[frozenset[str]] = frozenset()
    """Top-level properties that AWS cannot change in place."""
    lasting: ClassVar[frozenset[str]] = frozenset()
    """Properties, or `name.*` for those in a mapping, that AWS changes and never takes away."""
    rules: ClassVar[Rules] = Rules()
    replacement: ClassVar[Literal["create-first", "delete-first", "refuse"]] = "refuse"
    retain: ClassVar[int] = 0
    """For numbered revisions: how many superseded ones are kept."""
    retries: ClassVar[tuple[Retry, ...]] = ()
    exists: ClassVar[tuple[str, ...]] = ()
    """Errors of create that say it is there already (a lost answer, or a race).

    A code, or `code: text` where the message must contain the text.
    """
    absent: ClassVar[tuple[str, ...]] = ()
    """Errors that say it is not there: a delete succeeded. Written like `exists`."""
    patience: ClassVar[float] = 300
    """Seconds that `pending` or `lingering` may go on."""
    settles: ClassVar[frozenset[str] | None] = None
    """Properties whose change must be waited for; None means any."""
    effects: ClassVar[Mapping[str, Effect]] = {}
    """Effect of an update per property; IN_PLACE where nothing is said."""
    holds_data: ClassVar[bool] = False
    """Whether a delete loses something that cannot be made again."""

    @abstractmethod
    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        """Every object within the scope, owned or not, tags included. Reads only."""

    @abstractmethod
    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        """Make it with one request; what the request did not settle is left to `update`."""

    @abstractmethod
    def update(
        self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]
    ) -> Live | None:
        """Make the changed properties so; send nothing that did not change.

        Returns the thing as the answer shows it, where `pending` needs to know.
        """

    @abstractmethod
    def delete(self, aws: Aws, live: Live) -> None:
        """Remove it, with what belongs to it alone."""

    @abstractmethod
    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        """Set these tags; others stay."""

    def request(self, want: Properties) -> dict[str, Any]:
        """The create call's arguments, without tags."""
        return given({name: want[name] for name in self.fields if name in want})  # type: ignore[no-any-return]

    def canonical(self, properties: Properties) -> Properties:
        """One form for what means the same to AWS; applied to both sides before comparing."""
        return properties

    def foretold(
        self, aws: Aws, want: Properties, changes: Sequence[Change] | None
    ) -> Iterable[str]:
        """What AWS says beforehand of making it, or of changing it so: warnings of the plan.

        `want` may hold references; `changes` is None where it is to be made. Reads only.
        Raises PlanError where AWS would refuse it.
        """
        return ()

    def concede(self, name: str, want: Any, live: Any) -> Any:
        """A wanted property, with what of it somebody else decides as it is live.

        Asked of properties that are kept in part (`Keeper.shared`), and have a live value.
        """
        return live

    def told(self, name: str, live: Any) -> Any:
        """What to say of such a property that stays as it is."""
        return live

    def first(self, live: Properties, want: Properties) -> Properties | None:
        """What an update must make so, and see settled, before the rest; None: one will do."""
        return None

    def bridge(self, live: Properties, want: Properties) -> Properties | None:
        """What to be while the things it points at are replaced; None where nothing is needed.

        It comes before the steps of whatever depends on this, the wanted properties after them.
        """
        return None

    def pending(self, aws: Aws, live: Live, want: Properties) -> str | Waiting:
        """What must still happen before others may use it; "" when nothing.

        Raises StepFailed when it never can.
        """
        return ""

    def patience_for(self, want: Properties) -> float:
        """Seconds that `pending` may go on for this one."""
        return self.patience

    def explained(self, aws: Aws, live: Live, want: Properties, failure: StepFailed) -> StepFailed:
        """The failure of a wait as it is to be told, with what can be found out. Reads only."""
        return failure

    def settled(self, aws: Aws, live: Live) -> Live:
        """What create made, once nothing is pending: for things whose id AWS tells late."""
        return live

    def lingering(self, aws: Aws, live: Live) -> str:
        """What must still happen before the delete counts; "" when nothing."""
        return ""

    def parting(self, live: Live) -> str:
        """What the plan should say of its delete, beside the reason; "" when nothing."""
        return ""

    def obstacles(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        """Why it must not be deleted as it stands: data, protection, things that are not ours.

        Asked only of things about to be deleted. Reads only.
        """
        return ()

    def refusals(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        """Why AWS would refuse its delete, whatever is cleared: what others have in it.

        Asked as `obstacles` are.
        """
        return ()

    def clear(self, aws: Aws, live: Live) -> None:  # noqa: B027  # most kinds have none
        """Remove the obstacles, before a delete that was asked for with force."""


def names_of(resources: Iterable[Resource], kinds: Mapping[str, Kind]) -> dict[str, frozenset[str]]:
    """The wanted names per kind, for Scope."""
    names: dict[str, set[str]] = {}
    for resource in resources:
        identity = kinds[resource.kind].identity
        value = resource.properties.get(identity[0]) if identity else None
        if isinstance(value, str):
            names.setdefault(resource.kind, set()).add(value)
    return {kind: frozenset(values) for kind, values in names.items()}


def touched(changes: Sequence[Change], *fields: str) -> bool:
    """Whether any change lies in one of these top-level properties."""
    return any(change.field in fields for change in changes)


def pick(properties: Properties, *fields: str) -> dict[str, Any]:
    """The given ones of these properties; what is absent or None is left out."""
    return {name: properties[name] for name in fields if properties.get(name) is not None}


def changed(properties: Properties, changes: Sequence[Change], *fields: str) -> dict[str, Any]:
    """Those of the properties that lie under a change; one that must go is an empty list."""
    return {
        name: [] if properties.get(name) is None else properties[name]
        for name in fields
        if touched(changes, name)
    }
