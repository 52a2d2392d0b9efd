"""Who trains for a session, here or elsewhere, and whether what comes back can be trusted."""
