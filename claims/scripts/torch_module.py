"""The report's Net1 with Adam, classification, in PyTorch, as a module with a training and a test function."""

import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset


class Net1(nn.Module):
    """One hidden layer, and softmax at the end."""

    def __init__(self, features):
        super().__init__()
        self.hidden = nn.Linear(features, 10)
        self.output = nn.Linear(10, 3)

    def forward(self, features):
        """Return the probabilities of the classes."""
        hidden = functional.relu(self.hidden(features))
        return functional.softmax(self.output(hidden), dim=1)


def train_epoch(model, loader, optimizer):
    """Go through the training rows once."""
    model.train()
    for features, target in loader:
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(features), target)
        loss.backward()
        optimizer.step()


def test(model, features, target):
    """Return loss and accuracy."""
    model.eval()
    with torch.no_grad():
        outputs = model(features)
        loss = functional.cross_entropy(outputs, target)
        correct = outputs.argmax(dim=1) == target
    return loss.item(), correct.float().mean().item()


def train(train_features, train_target, test_features, test_target, seed):
    """Train on one part of the rows and return loss and accuracy on the other."""
    torch.manual_seed(seed)
    model = Net1(train_features.shape[1])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    train_set = TensorDataset(torch.from_numpy(train_features), torch.from_numpy(train_target))
    loader = DataLoader(train_set, batch_size=16, shuffle=True)
    for _ in range(50):
        train_epoch(model, loader, optimizer)
    return test(model, torch.from_numpy(test_features), torch.from_numpy(test_target))
