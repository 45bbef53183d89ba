"""Whether a role may make a call: IAM, for callers with the credentials of an assumed role.

policies      what a set of policy documents says about one action on one resource
actions       which actions, on which resources, an operation needs
resources     the table of that, per service
passing       which roles a call passes, and to whom
enforcement   asks them about a request; `rules.refusals` does so if `enforce_iam` is set
"""
