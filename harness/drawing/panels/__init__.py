"""A figure of the report drawn again from many trainings: panels of predictions and histories, with bands."""
