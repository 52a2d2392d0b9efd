"""What sessions came to: as data, kept in a history, and compared."""
