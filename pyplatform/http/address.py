"""Who is at the other end: the peer, or whom proxies of ours say they speak for."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from pyplatform.kernel.errors import PlatformError

Networks = tuple[IPv4Network | IPv6Network, ...]


def read_networks(text: str) -> Networks:
    """Networks from text such as "10.0.0.0/8, fd00::/8"; raises PlatformError for anything else."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise PlatformError(f"not a list of networks: {error}; write 10.0.0.0/8, fd00::/8") from None


def client_address(peer: str, forwarded: str, proxies: Networks) -> str:
    """Address of the client, from the peer (with its port) and `X-Forwarded-For`.

    From its end on only what a proxy of ours has added is believed: anybody can send such a header.
    """
    found = peer.rpartition(":")[0].strip("[]")
    for hop in reversed([*forwarded.split(","), found]):
        try:
            address = _plain(ip_address(hop.strip()))
        except ValueError:
            break
        found = str(address)
        if not any(address in network for network in proxies):
            break
    return found


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address also where a socket of both kinds writes it as IPv6."""
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
