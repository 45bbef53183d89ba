"""Files that are no specs: what is printed for them, to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: dict[str, tuple[str | bytes, list[str]]] = {
    "an empty file": (
        "",
        ["f:1:1: the spec is empty; expected at least `stack`, `network` and `services`"],
    ),
    "only a comment": (
        "# to do\n",
        ["f:1:1: the spec is empty; expected at least `stack`, `network` and `services`"],
    ),
    "a list at the top": (
        "# spec\n- stack: shop\n",
        ["f:2:1: expected a mapping (`stack: …` and so on), found a list"],
    ),
    "text at the top": (
        "stack\n",
        ["f:1:1: expected a mapping (`stack: …` and so on), found text"],
    ),
    "10 MB": (
        b"#" * 10_000_000,
        ["f: larger than 1 MiB; this is not a spec"],
    ),
    "Latin-1": (
        "stack: shop\ntags: {Owner: Zoë}\n".encode("latin-1"),
        ["f:2:17: not UTF-8: byte 0xeb at offset 28; save the file as UTF-8"],
    ),
    "UTF-16": (
        "stack: shop\n".encode("utf-16"),
        ["f:1:1: this is UTF-16 or UTF-32; save it as UTF-8"],
    ),
    "a NUL": (
        b"stack: shop\nregion: eu\x00\n",
        ["f:2:11: the control character U+0000 is not allowed; remove it"],
    ),
    "a terminal's escape code": (
        "stack: \x1b[1mshop\n",
        ["f:1:8: the control character U+001B is not allowed; remove it"],
    ),
    "a NUL written as an escape": (
        'stack: "sh\\0p"\n',
        ["f:1:8: the text contains the control character U+0000; remove it"],
    ),
    "a tab for indentation": (
        "stack: shop\nnetwork:\n\tvpc: vpc-1\n",
        ["f:3:1: a tab is used for indentation; YAML allows only spaces there"],
    ),
    "a tab after spaces": (
        "services:\n  app:\n    cpu: 256\n  \tport: 80\n",
        ["f:4:3: a tab is used for indentation; YAML allows only spaces there"],
    ),
    "duplicate keys at two levels": (
        "stack: a\nservices:\n  app: {cpu: 256, port: 80, cpu: 512}\nstack: b\n",
        [
            "f:3:29: duplicate key `cpu`; the first one is on line 3",
            "f:4:1: duplicate key `stack`; the first one is on line 1",
        ],
    ),
    "keys that are no text": (
        "5000: a\ntrue: b\n~: c\n? [x]\n: d\n",
        [
            'f:1:1: a key must be text; put it in quotes ("5000")',
            'f:2:1: a key must be text; put it in quotes ("true")',
            "f:3:1: a key must be text, found nothing",
            "f:4:3: a key must be text, found a list",
        ],
    ),
    "a Python object": (
        "stack: !!python/object/apply:os.system [id]\n",
        ["f:1:8: the tag `!!python/object/apply:os.system` is not allowed; specs are plain YAML"],
    ),
    "a tag of CloudFormation": (
        "stack: !Ref Name\n",
        ["f:1:8: the tag `!Ref` is not allowed; specs are plain YAML"],
    ),
    "two documents": (
        "stack: a\n---\nstack: b\n",
        ["f:2:1: a second document begins here; a spec is one document"],
    ),
    "an anchor that is not there": (
        "services: {app: *defaults}\n",
        [
            (
                "f:1:17: there is no anchor `&defaults` above;"
                ' put it in quotes if it is text: "*defaults"'
            )
        ],
    ),
    "an anchor inside itself": (
        "services: &all\n  app: [*all]\n",
        ["f:2:9: `*all` stands inside `&all` itself, so it would never end"],
    ),
    "aliases that explode": (
        (
            "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
            "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
            "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
            "d: &d [*c, *c, *c, *c, *c, *c, *c, *c]\n"
            "e: [*d, *d, *d, *d, *d, *d, *d, *d]\n"
        ),
        ["f:5:21: aliases expand to more than 50,000 values"],
    ),
    "merge keys that explode": (
        f"a: &a {{{', '.join(f'k{n}: x' for n in range(500))}}}\n"
        + "".join(f"b{n}: {{<<: *a}}\n" for n in range(100)),
        ["f:50:6: aliases expand to more than 50,000 values"],
    ),
    "aliases that nest": (
        "a0: &a0 [[[[[[[[[[x]]]]]]]]]]\n"
        + "".join(f"a{n}: &a{n} [[[[[[[[[[*a{n - 1}]]]]]]]]]]\n" for n in range(1, 20)),
        ["f:10:19: nested more than 100 levels deep"],
    ),
    "a merge of something else": (
        "services:\n  app: {<<: 5}\n",
        ["f:2:13: `<<` merges a mapping or a list of mappings, such as `<<: *defaults`"],
    ),
    "nesting without end": (
        "stack: " + "[" * 20_000,
        ["f:1:107: nested more than 100 levels deep"],
    ),
    "values without end": (
        "stack:\n" + "- x\n" * 60_000,
        ["f:49999:3: more than 50,000 values; this is not a spec"],
    ),
    "a merge conflict": (
        "<<<<<<< HEAD\nstack: a\n=======\nstack: b\n>>>>>>> theirs\n",
        ["f:1:1: a merge conflict is left in the file"],
    ),
    "several errors of one kind are told together": (
        "a: !x 1\nb: *y\n",
        [
            "f:1:4: the tag `!x` is not allowed; specs are plain YAML",
            'f:2:4: there is no anchor `&y` above; put it in quotes if it is text: "*y"',
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_file_that_is_no_spec_is_explained(
    name: str, complaints: Callable[..., list[str]]
) -> None:
    content, expected = CASES[name]
    assert complaints(content) == expected
