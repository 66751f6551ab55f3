"""Places outside that keep checkpoints: a folder, a bucket, a mailbox, a witness."""
