#!/usr/bin/env bash
# Furnishes one machine of a lab: machine.sh FOLDER NAME ADDRESS NAME=ADDRESS… (network.sh)
set -eu
folder="$1" name="$2" address="$3"
shift 3
tools="$folder/lab"

echo unshared >"$tools/$name.told"
read -r _ <"$tools/$name.go"
hostname "$name"
ip link set lo up
ip addr add "$address/8" dev eth0
ip link set eth0 up

# The machine's own files.
own="$tools/$name.own"
mkdir "$own"
mount -t tmpfs -o mode=755 "$name" "$own"
for tree in etc var usr/local; do
    mkdir -p "$own/$tree" "$own/$tree.work"
    mount -t overlay -o "lowerdir=/$tree,upperdir=$own/$tree,workdir=$own/$tree.work" "$name" "/$tree"
done
for tree in run srv; do
    mount -t tmpfs -o mode=755 "$name" "/$tree"
done

# Who is who, and nobody else.
{
    echo "127.0.0.1 localhost"
    for machine in "$@"; do echo "${machine#*=} ${machine%%=*}"; done
} >/etc/hosts
: >/etc/resolv.conf
echo "hosts: files dns" >/etc/nsswitch.conf
cp "$tools/systemctl" "$tools/ssh" "$tools/scp" /usr/local/bin/
# As it comes from Debian, without the page that it shows at first.
rm -f /etc/nginx/sites-enabled/default
mkdir -p /run/home /etc/apache2/sites-enabled /etc/haproxy/conf.d /run/haproxy /var/log/apache2 /var/www/html
cp "$tools/apache2.conf" /etc/apache2/

echo ready >"$tools/$name.told"
exec sleep infinity
