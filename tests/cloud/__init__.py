"""Servers that answer like AWS, a tap on the wire before each, and a stack to try on them.

servers      the embedded cloud, a plain moto server, MiniStack: each a process of its own
landing      the network that the two plain ones lack
tap          a proxy that knows every call with its arguments, and can come in between
sent         what should have been sent, compared with what was
clock        real time, faster
world        a whole stack on a server: plan, apply, teardown, and the command line
inventory    what there is, asked of the services themselves
bench        a few resources of one kind on a server, without a spec
ground       what they stand on
images       images to be in the way of deleting a repository
"""
