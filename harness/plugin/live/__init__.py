"""What a session shows of itself while it goes on."""
