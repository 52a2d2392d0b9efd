"""The pages for reading: each a function from data to one HTML document that needs nothing else."""
