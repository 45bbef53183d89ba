"""What the tool costs: calls, rounds, seconds, memory. A benchmark, not a test.

    __main__    the command line: `python -m benchmarks`
      ├ trial     one life of a stack: apply, plan, a new image, teardown, each as a real process
      │   ├ ours      the commands of `python -m provisioner`
      │   ├ hcl       the same stack in Terraform (terraform/main.tf), where Terraform is installed
      │   └ process   runs a command; its time, CPU, memory, processes
      ├ cold      where the time of a first `plan` goes
      │   └ stopwatch   runs in the process that is measured
      ├ load      the application of app/ under load, and stopped in the middle of it
      └ report    tables, on the terminal and in results.md

    stack       the spec for N services, made from specs/oaktree.yaml
    emulator    an embedded cloud of our own, in which nothing takes time but the calls
    calls       the call log: how many, of what kind, in how many rounds

Everything happens on loopback. The product is only ever a child process, so that what is
measured is what a user runs; the calls are counted by the server, not by our own log.
"""
