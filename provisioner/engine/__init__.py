"""The engine: order and difference. It knows no AWS service.

    [Resource] ┐
               ├─ make_plan ─► Plan ─ execute ─► Report
    [Live] ────┘                     (observe reads, the kinds act)

Properties are the create call's own arguments, as plain mappings.
Kinds read and do as they are told; whether to create, replace, prune, refuse, retry or wait is
decided here, once, for all of them.
"""
