"""Make the synthetic data sets beside this file, as a course would with scikit-learn: `python claims/data/make.py`."""

from pathlib import Path

import numpy as np
from sklearn.datasets import make_blobs, make_classification, make_regression

ROWS = 500


def write(name, features, target):
    """Write a CSV file with a header: a column each feature, and the target."""
    columns = [*(f"x{number}" for number in range(features.shape[1])), "target"]
    table = np.column_stack([features.round(4), target])
    lines = [",".join(columns), *(",".join(f"{value:g}" for value in row) for row in table)]
    (Path(__file__).parent / f"{name}.csv").write_text("\n".join(lines) + "\n")


three_classes = make_classification(
    ROWS,
    n_features=10,
    n_informative=5,
    n_redundant=0,
    n_classes=3,
    n_clusters_per_class=1,
    class_sep=2.0,
    random_state=0,
)
write("make-classification", *three_classes)
write("make-blobs", *make_blobs(ROWS, n_features=4, centers=3, cluster_std=2.0, random_state=0))
features, target = make_regression(ROWS, n_features=10, n_informative=5, noise=3.0, random_state=0)
write("make-regression", features, target.round(4))
