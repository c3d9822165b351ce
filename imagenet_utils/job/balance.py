"""The same number of images of every category: what it overrules, and what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from imagenet_utils.categories.selection import Chosen
from imagenet_utils.errors import UsageError
from imagenet_utils.model import Category
from imagenet_utils.results.summary import CategoryResult, enumerated


def balanced(chosen: Chosen, count: int) -> Chosen:
    """So many are wanted of each; a remark tells of other numbers."""
    overruled = _overruled_text(chosen.categories, count)
    return replace(
        chosen, remarks=(*chosen.remarks, *filter(None, [overruled])),
        categories=tuple(replace(category, how_many=count) for category in chosen.categories))


def refuse_uncategorised(categories: Sequence[Category], count: int) -> None:
    """Raises UsageError where a source has pictures that belong to no category."""
    for category in categories:
        if category.how_many is None:
            raise UsageError(
                f"--balance {count}: nobody knows the categories of {category.label}, so it cannot"
                " be balanced", "Leave it out of --split, or leave --balance out")


def balance_advice(results: Sequence[CategoryResult], count: int | None) -> list[str]:
    """How far it was met, and what makes the set a balanced one; a line each.  None: nobody asked
    for one."""
    if count is None:
        return []
    over = [f"{result.folder} {result.have:,}" for result in results if result.have > count]
    short = sorted((result for result in results if result.have < count),
                   key=lambda result: result.have)
    lines = [f"More than --balance {count} were here before, and nothing is deleted:"
             f" {enumerated(over)}."] * bool(over)
    if short:
        lines.append(_shortfall(short, [result.have for result in results], count))
    elif not over:
        lines.append(f"Balanced: {count:,} of every category.")
    return lines


def _overruled_text(categories: Sequence[Category], count: int) -> str:
    """Which of two numbers holds; empty where each category has one at most."""
    told = [f"{category.label}={category.how_many}" for category in categories
            if category.how_many not in (None, count)]
    if not told:
        return ""
    return f"--balance {count} holds for every category, in place of {enumerated(told)}"


def _shortfall(short: Sequence[CategoryResult], have: Sequence[int], count: int) -> str:
    told = enumerated([f"{result.folder} {result.have:,}" for result in short])
    if any(result.left or result.is_unseen for result in short):  # nobody knows at what number yet
        return f"Short of --balance {count} so far: {told}."
    return f"Short of --balance {count}: {told}. {_what_to_do(have)}"


def _what_to_do(have: Sequence[int]) -> str:
    if min(have) == max(have) > 0:
        return f"It is balanced at {min(have):,} all the same."
    smallest = min((count for count in have if count), default=0)
    if not smallest:
        return "None has an image."
    others = "" if min(have) else "Leave out what has none; then "
    told = (f"{others}balanced at {smallest:,}? Use --balance {smallest}"
            " with another --save_dir: in this one nothing is deleted.")
    return told[0].upper() + told[1:]
