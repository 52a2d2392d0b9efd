"""What every room stands on: errors, text, TOML tables, hashing, files, locks; nothing of the field is in it."""
