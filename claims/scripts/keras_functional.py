"""The report's Net1 with Adam, classification, in Keras, in its functional style and with names for what is reused."""

import keras
from keras import layers


def train(train_features, train_target, test_features, test_target, seed):
    """Train on one part of the rows and return loss and accuracy on the other."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(shape=(train_features.shape[1],))
    hidden = layers.Dense(10, activation="relu")(inputs)
    outputs = layers.Dense(3, activation="softmax")(hidden)
    model = keras.Model(inputs, outputs)
    optimizer = keras.optimizers.Adam(learning_rate=0.001)
    loss_function = keras.losses.SparseCategoricalCrossentropy()
    model.compile(optimizer=optimizer, loss=loss_function, metrics=["accuracy"])
    model.fit(train_features, train_target, batch_size=16, epochs=50, verbose=0)
    test_loss, test_accuracy = model.evaluate(test_features, test_target, verbose=0)
    return test_loss, test_accuracy
