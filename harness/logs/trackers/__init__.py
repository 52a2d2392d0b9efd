"""What trackers keep, each read through its own library: offline, and nothing is written."""
