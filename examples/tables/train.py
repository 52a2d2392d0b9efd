"""A classifier of scikit-learn on one of the small tables that it ships."""

from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine, make_moons
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

ROWS = 300  # of each table at most, so that a run takes a moment


def table(name):
    """Return rows and classes."""
    if name == "moons":
        return make_moons(ROWS, noise=0.3, random_state=0)
    load = {"iris": load_iris, "wine": load_wine, "cancer": load_breast_cancer, "digits": load_digits}[name]
    rows, classes = load(return_X_y=True)
    return rows[:ROWS], classes[:ROWS]


def classifier(name, random_state):
    """Return one with the settings that it has by default."""
    return {
        "tree": DecisionTreeClassifier(random_state=random_state),
        "forest": RandomForestClassifier(random_state=random_state),
        "boosting": GradientBoostingClassifier(n_estimators=50, random_state=random_state),
        "logistic": LogisticRegression(max_iter=2000),
        "svm": SVC(probability=True, random_state=random_state),
        "neighbours": KNeighborsClassifier(),
    }[name]


def run(config, seed):
    """Fit once, and return accuracy and area under the curve (one class against the rest) on test rows."""
    rows, classes = table(config.data)
    train, test, train_classes, test_classes = train_test_split(
        rows, classes, test_size=0.3, stratify=classes, random_state=seed.split
    )
    chosen = classifier(config.model, seed.training)
    model = make_pipeline(StandardScaler(), chosen) if config.scaled else chosen
    probabilities = model.fit(train, train_classes).predict_proba(test)
    two = probabilities.shape[1] == 2
    return {
        "accuracy": model.score(test, test_classes),
        "auc": roc_auc_score(test_classes, probabilities[:, 1] if two else probabilities, multi_class="ovr"),
    }
