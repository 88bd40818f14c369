"""`pyplatform verify`, and how proofs are shown."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pyplatform.apps.bets_proofs import prove_bets
from pyplatform.apps.health import Question, check
from pyplatform.apps.supervisor import Platform
from pyplatform.apps.target import anchors_of, require_data
from pyplatform.embedded import running_settings
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.tenancy import load_tenants
from pyplatform.wallet.anchors import AnchorConfig
from pyplatform.wallet.proofs import Proof, prove, prove_chains, prove_range


async def verify(data: Path, report: Callable[[str], None]) -> list[Proof]:
    """Prove the ledgers of a data folder.

    A platform that runs on the folder, or on the servers of the environment, is asked as it is; otherwise servers,
    wallet and projector are started on it, so that copies which were behind when it stopped can catch up.
    """
    running = running_settings(data) or await _led_elsewhere()
    anchors = anchors_of(data)
    if running is not None:
        return await _prove_all(running, load_tenants(running.tenants_file or None), anchors)
    require_data(data)
    async with Platform(data, (), report=report) as servers:
        tenants = load_tenants(servers.settings.tenants_file or None)
        chains = await prove_chains(servers.settings, tenants, anchors)
    if not all(proof.ok for proof in chains):
        return chains
    async with Platform(data, ("wallet", "projector"), report=report, log_to_files=True) as platform:
        return await _prove_all(platform.settings, tenants, anchors)


async def _prove_all(settings: Settings, tenants: Iterable[str], anchors: AnchorConfig | None) -> list[Proof]:
    """The ledgers first: what is shown of one that does not verify need not be compared."""
    slugs = list(tenants)
    proofs = await prove(settings, slugs, anchors=anchors)
    whole = [slug for slug in slugs if all(proof.ok for proof in proofs if proof.tenant == slug)]
    return proofs + await prove_bets(settings, whole)


async def verify_range(data: Path, first: int, last: int) -> list[Proof]:
    """Prove the chain of the entries `first` to `last` (0: the end) in every tenant's journal of a data folder."""
    if 0 < last < first:
        raise PlatformError(
            f"--from {first} is after --to {last}: give the range from its first entry to its last"
        )
    running = running_settings(data) or await _led_elsewhere()
    if running is not None:
        return await _ranges(running, first, last)
    require_data(data)
    async with Platform(data, ()) as servers:
        return await _ranges(servers.settings, first, last)


async def _ranges(settings: Settings, first: int, last: int) -> list[Proof]:
    tenants = load_tenants(settings.tenants_file or None)
    return [proof for tenant in tenants for proof in await prove_range(settings, tenant, first, last)]


async def _led_elsewhere() -> Settings | None:
    """Settings of the environment, if they name all servers and a wallet leads there."""
    try:
        settings = Settings.from_env()
        await check("wallet", Question(settings, load_tenants(settings.tenants_file or None), ""))
    except PlatformError:
        return None
    return settings


def print_proofs(console: Console, proofs: Sequence[Proof]) -> None:
    """Show proofs as a table, the broken ones in red, and under it each difference that was found."""
    table = Table("", "tenant", "statement", "evidence", box=None, pad_edge=False)
    for proof in proofs:
        mark = "[green]holds[/]" if proof.ok else "[bold red]BROKEN[/]"
        table.add_row(mark, proof.tenant, proof.name, proof.detail)
    console.print(table)
    for proof in proofs:
        if len(proof.differences) > 1:
            console.print(f"[bold red]{proof.tenant}: {proof.name}[/]")
            for difference in proof.differences:
                console.print(f"  {difference}", markup=False)
            if proof.more:
                console.print(f"  and {proof.more:,} more")
    broken = sum(not proof.ok for proof in proofs)
    verdict = f"[bold red]{broken} of {len(proofs)} proofs are broken[/]"
    console.print(verdict if broken else f"[bold green]all {len(proofs)} proofs hold[/]")
