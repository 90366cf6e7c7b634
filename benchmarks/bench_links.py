"""How fast links are found on one core, beside linkify-it-py in the same run.

The abstracts are made here from a list of words, with addresses in the share in which real ones have them (about a
third of abstracts offer one). Run `python benchmarks/bench_links.py [MEGABYTES]`.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from linkify_it import LinkifyIt

from catalog.links import find_links

SENTENCES = """
we propose a novel method for learning representations of graphs and images that outperforms strong baselines
on several benchmarks while using fewer parameters. In contrast to prior work (e.g., contrastive learning), the
model is trained end-to-end; experiments on ImageNet-1K and GLUE show gains of 2.3% and 4.1%, respectively.
However, large language models remain costly, and their behaviour under distribution shift is not understood.
This paper studies transformers with sparse attention $O(n \\log n)$ and analyses their training dynamics.
"""
WORDS = SENTENCES.split()
OFFERS = (
    "Code is available at https://github.com/{owner}/{name}.",
    "Our code and models will be released at https://github.com/{owner}/{name}",
    "Project page: https://{owner}.github.io/{name}/.",
    "Data: https://huggingface.co/datasets/{owner}/{name}.",
    "Code: github.com/{owner}/{name} .",
    "Code can be found at \\url{{https://github.com/{owner}/{name}\\_v2}}.",
    "Released at https: //github.com/{owner}/{name}.",
)


def made_abstracts(size: int, seed: int = 7) -> list[str]:
    """Synthetic abstracts of together about `size` bytes, the same for the same seed."""
    chance = random.Random(seed)
    abstracts: list[str] = []
    total = 0
    while total < size:
        words = chance.choices(WORDS, k=chance.randint(150, 220))
        if chance.random() < 0.35:
            name = f"tool-{chance.randint(1, 9999)}"
            words.append(chance.choice(OFFERS).format(owner=f"lab{chance.randint(1, 99)}", name=name))
        abstracts.append(" ".join(words))
        total += len(abstracts[-1])
    return abstracts


def megabytes_per_second(find: Callable[[str], object], abstracts: list[str], rounds: int = 3) -> float:
    """The best of a few rounds over all abstracts."""
    size = sum(map(len, abstracts)) / 1e6
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for abstract in abstracts:
            find(abstract)
        best = min(best, time.perf_counter() - start)
    return size / best


def main() -> None:
    """Print both speeds and their ratio."""
    size = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    abstracts = made_abstracts(int(size * 1e6))
    ours = megabytes_per_second(find_links, abstracts)
    theirs = megabytes_per_second(LinkifyIt().match, abstracts)
    found = sum(len(find_links(abstract)) for abstract in abstracts)
    print(f"{len(abstracts)} abstracts, {sum(map(len, abstracts)) / 1e6:.1f} MB, {found} links found")
    print(f"catalog.links  {ours:6.2f} MB/s")
    print(f"linkify-it-py  {theirs:6.2f} MB/s")
    print(f"ratio          {ours / theirs:6.1f}")


if __name__ == "__main__":
    main()
