"""What the tests share: a clock, a cloud, kinds of their own, a way to AWS that leads nowhere."""
