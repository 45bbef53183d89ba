"""The user's words: YAML in, one validated `Spec` out. pydantic lives here and nowhere else.

    source      a file's bytes -> text; size, encoding, control characters
    syntax      text -> nodes; PyYAML's errors in plain words (complaints)
    compose     nodes -> Document: plain data, and the place of every part of it (scalars)
    overlay     + the chosen environment
    settings    + --set
    interpolate + variables (template)
    models      -> Spec (fields, network, ingress, service); errors as Problems (problems, shape)
    checks      rules between fields (checks_*, finding)
    load        all of it in order
    schema      the same language as JSON Schema, for editors

Whatever the file, nothing but SpecError and UsageError leaves this package, and every problem has
the line and column that the user must look at.
"""
