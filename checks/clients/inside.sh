#!/bin/sh
# Runs a command where Microsoft's host names lead to loopback and nothing else leads anywhere.
# Usage: inside.sh FOLDER COMMAND...; the folder gets the hosts file.
set -eu
folder=$1
shift
if [ "${REGAIN_INSIDE:-}" != yes ]; then
    who=
    [ "$(id -u)" = 0 ] || who=-r
    # shellcheck disable=SC2086 # nothing, or one flag
    REGAIN_INSIDE=yes exec unshare $who -m -n "$0" "$folder" "$@"
fi
python3 - <<'PY'
# Loopback up, without needing the ip program.
import fcntl, socket, struct
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    request = struct.pack("16sh14x", b"lo", 0)
    flags = struct.unpack("16sh14x", fcntl.ioctl(s, 0x8913, request))[1]
    fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", flags | 1))
PY
{
    echo "127.0.0.1 localhost"
    for name in login.microsoftonline.com login.microsoft.com login.windows.net sts.windows.net graph.microsoft.com \
        outlook.office365.com outlook.office.com ps.compliance.protection.outlook.com \
        login.microsoftonline.us graph.microsoft.us dod-graph.microsoft.us outlook.office365.us \
        login.chinacloudapi.cn microsoftgraph.chinacloudapi.cn; do
        echo "127.0.0.1 $name"
    done
} >"$folder/hosts"
mount --bind "$folder/hosts" /etc/hosts
exec "$@"
