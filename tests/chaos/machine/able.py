"""What this machine lets a run do, and what takes its place where it does not."""

from dataclasses import dataclass

from tests.chaos.machine import disk, line, memory


@dataclass(frozen=True, slots=True)
class Able:
    """Whether it has each of these for us."""

    packets: bool
    netem: bool
    disks: bool
    slow_disks: bool
    memory: bool

    def told(self) -> list[str]:
        """In sentences."""
        return [
            "links: a network namespace a region, veth and nft"
            if self.packets
            else "links: a proxy in user space (no root, namespaces or nft); no packet is lost",
            "delay: tc netem" if self.netem else "delay: a proxy in user space (no tc netem here)",
            "names: a resolver a region" if self.packets else "names: not tried (needs namespaces)",
            "disks: loop mounts" if self.disks else "disks: not tried (needs root and loop mounts)",
            "slow disks: held back by the kernel"
            if self.slow_disks
            else "slow disks: not tried (needs control groups of version 1)",
            "memory: the kernel kills, in a control group"
            if self.memory
            else "memory: SIGKILL in its place (no control group for us)",
        ]


def able() -> Able:
    """What there is."""
    return Able(
        packets=line.has_packets(),
        netem=line.has_netem(),
        disks=disk.possible(),
        slow_disks=disk.can_be_slow(),
        memory=memory.by_kernel(),
    )
