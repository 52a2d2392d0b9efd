"""A small convolutional network on the handwritten digits that scikit-learn ships (1,797 images of 8 x 8 pixels)."""

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn


def network(config):
    """Return two convolutions and a linear layer, with what the config asks for between them."""

    def block(inputs, outputs):
        norm = [nn.BatchNorm2d(outputs)] if config.batch_norm else []
        return [nn.Conv2d(inputs, outputs, 3, padding=1), *norm, nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(*block(1, 16), *block(16, 32), nn.Flatten(), nn.Dropout(config.dropout), nn.Linear(128, 10))


def run(config, seed):
    """Train once, and return test loss and accuracy after each epoch."""
    images, digits = load_digits(return_X_y=True)
    parts = train_test_split(images, digits, test_size=0.2, stratify=digits, random_state=seed.split)
    train, test = (torch.tensor(part, dtype=torch.float32).reshape(-1, 1, 8, 8) / 16 for part in parts[:2])
    train_digits, test_digits = (torch.tensor(part) for part in parts[2:])

    seed.everything()
    model = network(config)
    optimizer = torch.optim.SGD(model.parameters(), lr=config.learning_rate, momentum=config.momentum)
    steps = config.epochs * -(-len(train) // config.batch_size)
    cosine = config.schedule == "cosine"
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps if cosine else 10**12)
    test_loss, test_accuracy = [], []
    for _ in range(config.epochs):
        model.train()
        for rows in torch.randperm(len(train)).split(config.batch_size):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(train[rows]), train_digits[rows]).backward()
            optimizer.step()
            schedule.step()
        model.eval()
        with torch.no_grad():
            outputs = model(test)
        test_loss.append(nn.functional.cross_entropy(outputs, test_digits).item())
        test_accuracy.append((outputs.argmax(1) == test_digits).float().mean().item())
    return {"test_loss": test_loss, "test_accuracy": test_accuracy}
