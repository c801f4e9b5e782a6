"""Machines that are network namespaces on one bridge, whose cables can be pulled."""
import subprocess


def run(*command):
    subprocess.run(command, check=True)


class Network:
    """Needs root, and namespaces of the network and of mounts that are the kit's own: nothing is left behind."""

    def __init__(self):
        self.machines = []
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "bridge", "type", "bridge")
        run("ip", "addr", "add", "10.78.0.1/24", "dev", "bridge")
        run("ip", "link", "set", "bridge", "up")

    def machine(self, name, number):
        made = Machine(name, f"10.78.0.{number}")
        self.machines.append(made)
        return made

    def forget_neighbours(self):
        """An address has moved: what a gratuitous ARP tells everybody."""
        for each in self.machines:
            each.run("ip", "neigh", "flush", "all")


class Machine:
    def __init__(self, name, address):
        self.name, self.address, self.is_cut = name, address, False
        run("ip", "netns", "add", name)
        run("ip", "link", "add", f"v-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "link", "set", f"v-{name}", "master", "bridge", "up")
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "addr", "add", f"{address}/24", "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")

    def command(self, *command):
        """How to run it on this machine; the process is that of the command."""
        return ["ip", "netns", "exec", self.name, *command]

    def run(self, *command, **options):
        return subprocess.run(self.command(*command), check=True, **options)

    def cut(self):
        """Packets are dropped, and nobody is told: connections hang, and go on when it is mended in time."""
        run("ip", "link", "set", f"v-{self.name}", "down")
        self.is_cut = True

    def mend(self):
        run("ip", "link", "set", f"v-{self.name}", "up")
        self.is_cut = False

    def take(self, address):
        self.run("ip", "addr", "add", f"{address}/24", "dev", "eth0")

    def give_up(self, address):
        self.run("ip", "addr", "del", f"{address}/24", "dev", "eth0")
