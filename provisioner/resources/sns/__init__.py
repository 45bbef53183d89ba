"""Amazon SNS: topics and the subscriptions to them."""
