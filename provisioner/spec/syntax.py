"""YAML text -> a tree of nodes with positions, read from PyYAML's stream of events.

From events and not from PyYAML's own nodes, because its composer recurses once per level (a file of
open brackets ends the process) and follows aliases before they can be counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from provisioner.errors import Problem, SpecError
from provisioner.spec.complaints import in_plain_words

DEEPEST = 100
"""Levels of nesting; a spec needs eight."""
MOST = 50_000
"""Values in one spec, aliases followed. A spec of 40 services has 2,000."""

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: ten times faster."""

_YAML_TAG = "tag:yaml.org,2002:"
_HARMLESS = {None, "", "!", f"{_YAML_TAG}str", f"{_YAML_TAG}map", f"{_YAML_TAG}seq"}


@dataclass(slots=True, eq=False)
class Node:
    """A scalar, a list (`items`), a mapping (`items`: key, value, key, value …) or an alias."""

    kind: Literal["scalar", "list", "mapping", "alias"]
    line: int
    column: int
    text: str = ""
    bare: bool = False
    """Not in quotes and without a tag, so the text decides what it is."""
    flow: bool = False
    items: list[Node] = field(default_factory=list)
    target: Node | None = None
    """What an alias stands for."""

    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """Keys and values of a mapping, in file order."""
        return zip(self.items[::2], self.items[1::2], strict=True)


def read_tree(text: str, file: str, *, loader: Any = None) -> Node | None:
    """The tree of the only document in `text`; None where there is none. Raises SpecError."""
    reader = _Reader(file)
    try:
        for event in yaml.parse(text, Loader=loader or Loader):
            reader.take(event)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The last two are what PyYAML without libyaml raises for an escape such as "\UFFFFFFFF".
        raise SpecError([*reader.problems, in_plain_words(error, text, file)]) from error
    if reader.problems:
        raise SpecError(reader.problems)
    return reader.root


class _Reader:
    """Builds the tree with a stack of its own instead of recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._open: list[Node] = []
        self._anchors: dict[str, Node] = {}
        self._count = 0

    def take(self, event: Any) -> None:
        """The next event of the stream."""
        if isinstance(event, yaml.DocumentStartEvent):
            if self.root is not None:
                self._stop(*_start(event), "a second document begins here; a spec is one document")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._add(self._alias(event))
        elif isinstance(event, yaml.NodeEvent):
            self._enter(event)

    def _enter(self, event: Any) -> None:
        node = _node(event)
        if event.tag not in _HARMLESS:
            tag = event.tag.replace(_YAML_TAG, "!!")
            self._note(node, f"the tag `{tag}` is not allowed; specs are plain YAML")
        if event.anchor:
            self._anchors[event.anchor] = node
        self._add(node)
        if node.kind == "scalar":
            return
        self._open.append(node)
        if len(self._open) > DEEPEST:
            self._stop(node.line, node.column, f"nested more than {DEEPEST} levels deep")

    def _add(self, node: Node) -> None:
        self._count += 1
        if self._count > MOST:
            self._stop(node.line, node.column, f"more than {MOST:,} values; this is not a spec")
        if self._open:
            self._open[-1].items.append(node)
        else:
            self.root = node

    def _alias(self, event: Any) -> Node:
        name = event.anchor
        node = Node("alias", *_start(event), target=self._anchors.get(name))
        if node.target is None:
            hint = f'put it in quotes if it is text: "*{name}"'
            self._note(node, f"there is no anchor `&{name}` above; {hint}")
        elif node.target in self._open:
            self._note(node, f"`*{name}` stands inside `&{name}` itself, so it would never end")
        return node

    def _note(self, node: Node, message: str) -> None:
        self.problems.append(Problem(self.file, node.line, node.column, "", message))

    def _stop(self, line: int, column: int, message: str) -> None:
        raise SpecError([*self.problems, Problem(self.file, line, column, "", message)])


def _node(event: Any) -> Node:
    line, column = _start(event)
    if isinstance(event, yaml.ScalarEvent):
        bare = not event.style and not event.tag
        return Node("scalar", line, column, event.value, bare=bare)
    kind: Literal["list", "mapping"] = (
        "list" if isinstance(event, yaml.SequenceStartEvent) else "mapping"
    )
    return Node(kind, line, column, flow=bool(event.flow_style))


def _start(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
