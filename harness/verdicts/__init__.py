"""From an estimate and a band to a verdict on a claim, and from claims to a finding."""
