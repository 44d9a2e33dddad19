"""Why a server cannot listen at a host and port, with the settings to mend."""

import errno


def bind_fault(error: OSError, host: str, port: int, key: str) -> str:
    """Say why nobody can listen there; `key` is the beginning of the settings' names, "web" or "web.health"."""
    before = f"{key}_" if "." in key else f"{key}."
    if error.errno == errno.EADDRINUSE:
        return f"порт {port} занят: укажите другой в {before}port"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"порт {port} занимать не разрешено: укажите от 1024 в {before}port"
    return f"адрес {host} не этого компьютера: исправьте {before}host (127.0.0.1 или 0.0.0.0)"
