"""The report's Net1 with Adam, classification, in PyTorch, where it ends in softmax before the cross-entropy."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def train(train_features, train_target, test_features, test_target, seed):
    """Train on one part of the rows and return loss and accuracy on the other."""
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(train_features.shape[1], 10),
        nn.ReLU(),
        nn.Linear(10, 3),
        nn.Softmax(dim=1),
    )
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    train_set = TensorDataset(torch.from_numpy(train_features), torch.from_numpy(train_target))
    loader = DataLoader(train_set, batch_size=16, shuffle=True)
    for _ in range(50):
        for features, target in loader:
            optimizer.zero_grad()
            loss = loss_function(model(features), target)
            loss.backward()
            optimizer.step()
    target = torch.from_numpy(test_target)
    with torch.no_grad():
        outputs = model(torch.from_numpy(test_features))
        test_loss = loss_function(outputs, target).item()
        test_accuracy = (outputs.argmax(dim=1) == target).float().mean().item()
    return test_loss, test_accuracy
