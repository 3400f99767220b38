"""What goes wrong between the world and the kernel; every message names the remedy or the cause."""


class KernelError(Exception):
    """The kernel, or a tool that speaks to it, refused; the message says what and why."""


class NamespaceError(Exception):
    """The laboratory cannot be entered or used; the message is a sentence with the remedy."""
