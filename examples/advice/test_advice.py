"""Well-known advice on training networks, each piece tried on handwritten digits."""

import pytest

from harness import epochs_later, epochs_to_level, mean_over_seeds, proportion_of_seeds, ratio_over_seeds

SGD_RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
ADAM_RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
MANY_EPOCHS = 200
at_several_rates = pytest.mark.parametrize("learning_rate", [0.1, 0.3, 1.0])


def epochs_sooner(one, other, level):
    """Return by how many epochs the first runs get to a test accuracy sooner than the others, seed by seed."""
    reached = [epochs_to_level(runs.test_accuracy, level, falling=False) for runs in (one, other)]
    return epochs_later(reached[1], reached[0], one.config.epochs)


def best(evidence, optimizer, rates, score):
    """Return the runs with the learning rate whose mean score over seeds is least."""
    return min(
        (evidence(optimizer=optimizer, learning_rate=rate) for rate in rates), key=lambda runs: score(runs).mean()
    )


def loss_halfway(runs):
    """Return the training loss after half of the epochs."""
    return runs.train_loss[:, runs.config.epochs // 2 - 1]


def final_loss(runs):
    """Return the training loss in the last epoch."""
    return runs.train_loss[:, -1]


@pytest.mark.finding("inputs.standardized-faster", reading="epochs")
@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_standardized_inputs_learn_faster(evidence, reading, judge, activation):
    """With either activation of the paper's time."""
    one, other = (evidence(activation=activation, inputs=inputs) for inputs in ("standardized", "raw"))
    judge(proportion_of_seeds(epochs_sooner(one, other, reading.margin), (1, one.config.epochs), "epochs sooner"))


@pytest.mark.finding("activations.tanh-faster", reading="epochs")
def test_tanh_learns_faster(evidence, reading, judge):
    """On standardized inputs, as the paper advises."""
    one, other = (evidence(activation=activation) for activation in ("tanh", "sigmoid"))
    judge(proportion_of_seeds(epochs_sooner(one, other, reading.margin), (1, one.config.epochs), "epochs sooner"))


@pytest.mark.finding("updates.stochastic-faster", reading="epochs")
@at_several_rates
def test_stochastic_learning_is_ten_times_as_fast(evidence, judge, learning_rate):
    """Both with the same learning rate."""
    one, other = (evidence(updates=updates, learning_rate=learning_rate) for updates in ("stochastic", "batch"))
    early = one.test_loss[:, one.config.epochs // 10 - 1]
    judge(
        proportion_of_seeds(
            early / other.final_test_loss, (0, 1), "test loss after a tenth of the epochs, over that of batch learning"
        )
    )


@pytest.mark.finding("updates.stochastic-better", reading="accuracy")
@at_several_rates
def test_stochastic_learning_ends_better(evidence, judge, learning_rate):
    """Though batch learning goes on for ten times as long."""
    one = evidence(updates="stochastic", learning_rate=learning_rate)
    other = evidence(updates="batch", learning_rate=learning_rate, epochs=MANY_EPOCHS)
    judge(mean_over_seeds(one.final_test_accuracy - other.final_test_accuracy, "test accuracy, stochastic less batch"))


@pytest.mark.finding("activations.rectifier-as-good", reading="accuracy")
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_rectifiers_are_as_good(evidence, judge, optimizer):
    """With either optimizer."""
    one, other = (evidence(activation=activation, optimizer=optimizer) for activation in ("relu", "tanh"))
    judge(mean_over_seeds(one.final_test_accuracy - other.final_test_accuracy, "test accuracy, relu less tanh"))


@pytest.mark.finding("optimizers.adam-faster", reading="defaults")
def test_adam_by_default_learns_faster(evidence, judge):
    """With the rates that somebody takes who does not look for better ones."""
    one, other = (evidence(optimizer=optimizer) for optimizer in ("adam", "sgd"))
    judge(ratio_over_seeds(loss_halfway(one), loss_halfway(other), "training loss halfway, Adam over SGD"))


@pytest.mark.finding("optimizers.adam-faster", reading="tuned")
def test_tuned_adam_learns_faster(evidence, judge):
    """With the best of several rates for each."""
    one = best(evidence, "adam", ADAM_RATES, loss_halfway)
    other = best(evidence, "sgd", SGD_RATES, loss_halfway)
    judge(ratio_over_seeds(loss_halfway(one), loss_halfway(other), "training loss halfway, Adam over SGD"))


@pytest.mark.finding("optimizers.adam-generalizes-worse", reading="accuracy")
def test_adam_generalizes_worse(evidence, judge):
    """With the rates that learn the training rows best, so that nothing is chosen by what is judged."""
    one = best(evidence, "sgd", SGD_RATES, final_loss)
    other = best(evidence, "adam", ADAM_RATES, final_loss)
    judge(mean_over_seeds(one.final_test_accuracy - other.final_test_accuracy, "test accuracy, SGD less Adam"))
