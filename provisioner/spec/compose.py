"""Tree of nodes -> plain data with the place of every key and value.

Here aliases and merge keys (`<<`) are followed, and counted while they are.
"""

from __future__ import annotations

from typing import Any

from provisioner.errors import Problem, SpecError
from provisioner.spec.document import Document, Path, Place, Spot
from provisioner.spec.scalars import Scalar, read_plain
from provisioner.spec.source import clean, find_unprintable
from provisioner.spec.syntax import DEEPEST, MOST, Node, read_tree

Pairs = dict[str, tuple[Node, Node]]


def parse(text: str, file: str) -> Document:
    """The spec in `text` as data with places. Raises SpecError."""
    text = clean(text, file)
    tree = read_tree(text, file)
    if tree is None or (tree.kind == "scalar" and _scalar(tree) is None):
        message = "the spec is empty; expected at least `stack`, `network` and `services`"
        raise SpecError([Problem(file, 1, 1, "", message)])
    if tree.kind != "mapping":
        found = "a list" if tree.kind == "list" else "text"
        message = f"expected a mapping (`stack: …` and so on), found {found}"
        raise SpecError([Problem(file, tree.line, tree.column, "", message)])
    data, spots = compose(tree, file)
    return Document(file, data, spots)


def compose(tree: Node, file: str) -> tuple[Any, dict[Path, Spot]]:
    """The data of any tree, and its places. Raises SpecError."""
    composer = _Composer(file)
    data = composer.value(tree, ())
    if composer.problems:
        raise SpecError(sorted(composer.problems, key=lambda p: (p.line, p.column)))
    return data, composer.spots


class _Composer:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.spots: dict[Path, Spot] = {}
        self._count = 0
        self._pairs: dict[Node, Pairs] = {}
        self._copying: Node | None = None

    def value(self, node: Node, path: Path, key: Place | None = None) -> Any:
        """The data of `node`, with the places of it and of everything in it noted."""
        self._spend(node, 1, len(path))
        place, target = self._place(node), node.target or node
        self.spots[path] = Spot(key or place, key if key and _found_by_key(target) else place)
        if self._copying or not (node.target or _merges(node)):
            return self._content(target, path)
        self._copying = node
        content = self._content(target, path)
        self._copying = None
        return content

    def _content(self, node: Node, path: Path) -> Any:
        if node.kind == "list":
            return [self.value(item, (*path, index)) for index, item in enumerate(node.items)]
        if node.kind == "mapping":
            return {
                name: self.value(item, (*path, name), self._place(key_node))
                for name, (key_node, item) in self.pairs(node, len(path)).items()
            }
        return self._text(node)

    def pairs(self, mapping: Node, depth: int) -> Pairs:
        """Keys of a mapping; those merged with `<<` first, and weaker than its own."""
        if mapping not in self._pairs:
            own, merged = self._own(mapping)
            pairs: Pairs = {}
            for other in merged:
                for name, pair in self.pairs(other, depth + 1).items():
                    pairs.setdefault(name, pair)
            pairs.update(own)
            self._spend(mapping, len(pairs), depth)
            self._pairs[mapping] = pairs
        return self._pairs[mapping]

    def _own(self, mapping: Node) -> tuple[Pairs, list[Node]]:
        own: Pairs = {}
        lines: dict[str, int] = {}
        merged: list[Node] = []
        for key, item in mapping.pairs():
            name = self._key(key)
            if name is None:
                continue
            if name in lines:
                self._note(key, f"duplicate key `{name}`; the first one is on line {lines[name]}")
            elif name == "<<" and key.bare:
                merged = self._merged(item)
            else:
                own[name] = (key, item)
            lines.setdefault(name, key.line)
        return own, merged

    def _key(self, key: Node) -> str | None:
        node = key.target or key
        if node.kind != "scalar":
            self._note(key, f"a key must be text, found a {node.kind}")
            return None
        name = self._text(node)
        if isinstance(name, str):
            return name
        if name is None:
            self._note(key, "a key must be text, found nothing")
        else:
            self._note(key, f'a key must be text; put it in quotes ("{node.text}")')
        return None

    def _merged(self, node: Node) -> list[Node]:
        target = node.target or node
        nodes = (
            [item.target or item for item in target.items] if target.kind == "list" else [target]
        )
        if all(other.kind == "mapping" for other in nodes):
            return nodes
        self._note(node, "`<<` merges a mapping or a list of mappings, such as `<<: *defaults`")
        return []

    def _text(self, node: Node) -> Scalar:
        if found := find_unprintable(node.text):
            self._note(node, f"the text contains the control character {found[1]}; remove it")
            return ""
        return _scalar(node)

    def _place(self, node: Node) -> Place:
        return Place(self.file, node.line, node.column)

    def _note(self, node: Node, message: str) -> None:
        problem = Problem(self.file, node.line, node.column, "", message)
        if problem not in self.problems:
            self.problems.append(problem)

    def _spend(self, node: Node, values: int, depth: int) -> None:
        """Count, and give up at the outermost alias or merge that leads to too much."""
        self._count += values
        if self._count > MOST:
            self._note(self._copying or node, f"aliases expand to more than {MOST:,} values")
        elif depth > DEEPEST:
            self._note(self._copying or node, f"nested more than {DEEPEST} levels deep")
        else:
            return
        raise SpecError(self.problems)


def _scalar(node: Node) -> Scalar:
    return read_plain(node.text) if node.bare else node.text


def _merges(node: Node) -> bool:
    return node.kind == "mapping" and any(key.bare and key.text == "<<" for key in node.items[::2])


def _found_by_key(node: Node) -> bool:
    """Whether a reader looks for the key: the value begins on another line, or is not there."""
    if node.kind == "scalar":
        return node.bare and not node.text
    return not node.flow
