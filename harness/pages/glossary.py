"""The words of the pages, each in a sentence."""

GLOSSARY = {
    "finding": "A statement of the report. Its verdict is that of its primary reading, the sense it has by itself.",
    "reading": "One way to understand a finding. An alternative that says the opposite makes the verdict depend on it.",
    "claim": "A test of one reading, for one cell or a few: it estimates one quantity over seeds. A square each.",
    "cell": "One combination of what the report varied, such as PyTorch, relu, SGD.",
    "seed": "What one training draws by chance: its split of the data, initial weights and order of rows.",
    "band": "Where the quantity has to lie for the finding to hold; written, with its reason, before it was measured.",
    "interval": "Where the true quantity lies, in brackets; wrong in at most the error rate's share of sessions.",
    "supported": "The whole interval lies inside the band.",
    "refuted": "The whole interval lies outside the band.",
    "inconclusive": "The interval lies across an end of the band, after as many seeds as were planned.",
    "fragile": "A neighbouring band, as reasonable as the one that was taken, would turn the verdict around.",
    "premise": "What a finding presupposes. Where that does not hold, the finding is neither true nor false.",
    "placebo": "The same comparison where nothing differs but the seed. A band that holds it shows no effect.",
    "fitted": "The reconstruction was chosen to reproduce this finding, so agreement proves nothing.",
    "related": "It shares a training with a fitted finding, so it is weak evidence.",
    "independent": "It shares no training with a fitted finding, so it is evidence.",
    "reconstruction": "What is taken for all that the report does not say, such as data set and learning rate.",
    "universe": "Another reconstruction. All of them together are a sample of the plausible ones.",
    "look": "A claim is judged over 20 seeds first, and over twice as many each time until it is decided.",
}
