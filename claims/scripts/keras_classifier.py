"""The report's Net1 with Adam, classification, in Keras."""

import keras


def train(train_features, train_target, test_features, test_target, seed):
    """Train on one part of the rows and return loss and accuracy on the other."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((train_features.shape[1],)),
            keras.layers.Dense(10, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.001),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(train_features, train_target, batch_size=16, epochs=50, verbose=0)
    test_loss, test_accuracy = model.evaluate(test_features, test_target, verbose=0)
    return test_loss, test_accuracy
