"""The option of manifests, and what is settled by one."""

from __future__ import annotations

from argparse import Namespace

from imagenet_utils.command_line.argument_values import Kind, MustBe, Option
from imagenet_utils.errors import UsageError

OPTION = Option(
    "from_manifest", Kind.PATH, None,
    "a manifest.csv as --export manifest writes it: fetch these very pictures, keep no other bytes,"
    " and say what has changed; no table is needed, --categories or --ncode_data narrow it",
    "what is fetched, and where to", metavar="FILE", must_be=MustBe.FILE, everyday=True,
)

_WHY_NOT = {
    "url_data": "a manifest has the URLs itself",
    "repair_colors": "a manifest wants the bytes as they came",
    "demo": "the demo has pictures of its own",
}


def refuse_what_a_manifest_settles(namespace: Namespace) -> None:
    """Raises UsageError."""
    if namespace.from_manifest is None:
        return
    for name, why in _WHY_NOT.items():
        if name in namespace.given and getattr(namespace, name):
            raise UsageError(f"--{name}: with --from_manifest, {why}", "Leave one of the two out")
